//! The native half of the Python package `aragora_core`: a private module over `aragora_core::foreign`.
//!
//! It carries text, handles and messages across and decides nothing. What users see is written in Python, in
//! `python/aragora_core`.

mod bridge;
mod calls;
mod error;
mod handles;
mod process;

use pyo3::prelude::*;

/// Used by the Python package only; nothing here is public.
#[pymodule(gil_used = true)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<bridge::Pending>()?;
    module.add_class::<handles::Session>()?;
    module.add_class::<handles::Debate>()?;
    module.add_class::<handles::Events>()?;
    module.add_class::<handles::Cipher>()?;
    module.add_function(wrap_pyfunction!(handles::open, module)?)?;
    module.add_function(wrap_pyfunction!(calls::answer, module)?)?;
    module.add_function(wrap_pyfunction!(calls::fail, module)?)?;
    module.add_function(wrap_pyfunction!(calls::output, module)?)?;
    module.add_function(wrap_pyfunction!(calls::transcript, module)?)?;
    module.add_function(wrap_pyfunction!(calls::compute, module)?)?;
    module.add_function(wrap_pyfunction!(calls::log_to, module)?)?;
    module.add_function(wrap_pyfunction!(process::configure_runtime, module)?)?;
    module.add_function(wrap_pyfunction!(process::shutdown, module)?)?;
    module.add_function(wrap_pyfunction!(process::after_fork, module)?)?;
    Ok(())
}
