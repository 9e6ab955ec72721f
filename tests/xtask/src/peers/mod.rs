//! The side-by-side runs against other programs.

mod calls;
mod debate;
mod packages;

pub(crate) use calls::run as calls;
pub(crate) use debate::run as debate;
