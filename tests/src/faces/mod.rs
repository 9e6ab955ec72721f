//! The value types of the other languages, rendered from the core's own: `cargo xtask faces`.
//!
//! The core's schemas are read into a neutral [`model`], which is kept at `tests/conformance/api.json`; one renderer
//! per language writes its file from that. Nothing here knows a type by name except the roots and the two lists of events,
//! so a new field or event reaches every language by running one command.

mod events;
mod fits;
mod kotlin;
pub mod model;
mod output;
mod python;
mod python_doc;
mod python_forms;
mod python_texts;
mod reference;
mod reference_surface;
mod roots;
mod samples;
mod swift;
pub mod text;
mod typescript;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use aragora_core::ErrorKind;
use schemars::generate::{Contract, SchemaSettings};

use model::{ErrorCode, FORMAT, Model, Type};
pub use output::{API, File, SURFACE, stale, write};
use roots::Add;
use walk::Definitions;

/// The first line of every rendered file.
pub const BANNER: &str = "Rendered from the core's types by `cargo xtask faces`; do not edit.";

/// The model of this core.
pub fn build() -> Result<Model, String> {
    let (given, roots) =
        definitions(Contract::Deserialize, &roots::INPUTS.iter().map(|root| root.add).collect::<Vec<_>>());
    // What a user may build is described as the core reads it, everything else as the core writes it.
    let inputs = given.reachable(roots)?;
    let (taken, roots) = definitions(Contract::Serialize, roots::OUTPUTS);
    let outputs = taken.reachable(roots)?;
    let mut types: BTreeMap<String, Type> = BTreeMap::new();
    for name in &inputs {
        types.insert(name.clone(), given.read(name, true)?);
    }
    for name in outputs.difference(&inputs) {
        types.insert(name.clone(), taken.read(name, false)?);
    }
    events::join(&mut types)?;
    let model = Model {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        types: types.into_values().collect(),
        errors: ErrorKind::ALL.iter().map(error_code).collect(),
    };
    check(&model)?;
    Ok(model)
}

/// A document of a type as the core reads it, written by the core again; nothing where no host builds that type.
pub fn through_the_core(name: &str, document: &serde_json::Value) -> Option<Result<serde_json::Value, String>> {
    roots::INPUTS.iter().find(|root| root.name() == name).map(|root| (root.through)(document))
}

/// Every file that is rendered, with its text.
pub fn render(model: &Model, surface: &str) -> Result<Vec<File>, String> {
    let items = output::items(surface)?;
    Ok(vec![
        output::api(model, &items)?,
        samples::render(model)?,
        python::render(model)?,
        typescript::render(model),
        reference::render(model, &items),
        kotlin::render(model)?,
        swift::render(model)?,
    ])
}

fn error_code(kind: &ErrorKind) -> ErrorCode {
    ErrorCode { code: kind.code().to_owned(), retryable: kind.retryable_by_default(), doc: text::plain(kind.doc()) }
}

fn definitions(contract: Contract, roots: &[Add]) -> (Definitions, Vec<String>) {
    let mut generator = SchemaSettings::draft2020_12().with(|settings| settings.contract = contract).into_generator();
    let names = roots.iter().map(|add| add(&mut generator)).collect();
    (Definitions(generator.take_definitions(true)), names)
}

/// Names are unique in every case rule, and every name that is used is there.
fn check(model: &Model) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let secretive = |name: &str| model.get(name).is_some_and(|ty| ty.kind.is_secret());
    for ty in &model.types {
        // Those of participants are written by hand and never printed.
        let printed = !matches!(ty.name.as_str(), "AgentDocument" | "SeatDocument");
        if printed && ty.kind.parts().into_iter().flat_map(model::Ty::names).any(secretive) {
            return Err(format!("{} holds a type with secrets, which it would print", ty.name));
        }
        if !seen.insert(ty.name.to_ascii_lowercase()) {
            return Err(format!("two types are named {}", ty.name));
        }
        if ty.name.ends_with(|c: char| c.is_ascii_digit()) {
            return Err(format!("{} was renamed because two types of the core have one name", ty.name));
        }
        for name in ty.kind.parts().into_iter().flat_map(model::Ty::names) {
            if model.get(name).is_none() {
                return Err(format!("{} uses {name}, which is no type of the model", ty.name));
            }
        }
    }
    Ok(())
}
