//! Holding a value to the caller's own schema.

use serde_json::Value;

use super::expect::{Expect, JsonShape};
use crate::error::Result;
#[cfg(feature = "json-schema")]
use crate::error::{Error, ErrorKind};

/// What is told about one value at most.
#[cfg(feature = "json-schema")]
const MOST: usize = 10;

impl Expect {
    /// `invalid_request` if the schema is none. Without feature `json-schema` every schema is taken for one.
    pub fn check_schema(&self) -> Result<()> {
        match self {
            #[cfg(feature = "json-schema")]
            Self::Json(shape) => shape.check_schema(),
            #[cfg(not(feature = "json-schema"))]
            Self::Json(_) => Ok(()),
            Self::Text | Self::Ballot(_) => Ok(()),
        }
    }

    /// The value [`Expect::resolve`] finds if it keeps the schema, or what is wrong in sentences a model can act on.
    pub(crate) fn resolve_checked(&self, text: &str, structured: Option<&Value>) -> Result<Value, Vec<String>> {
        let found = self.resolve(text, structured).ok_or_else(|| vec!["no JSON value was found".to_owned()])?;
        match self {
            Self::Json(shape) => {
                let wrong = shape.violations(&found);
                if wrong.is_empty() { Ok(found) } else { Err(wrong) }
            }
            Self::Text | Self::Ballot(_) => Ok(found),
        }
    }
}

#[cfg(feature = "json-schema")]
impl JsonShape {
    /// What keeps a value from being of this shape, at most ten sentences; empty if it is. A schema that is none
    /// refuses nothing.
    pub fn violations(&self, value: &Value) -> Vec<String> {
        let Ok(validator) = validator(&self.schema) else { return Vec::new() };
        let told = |error: jsonschema::ValidationError<'_>| {
            let place = error.instance_path().to_string();
            let place = if place.is_empty() { "the value" } else { &place };
            // Values of the reply can be long and come back to their author.
            let said = error.masked_with("it").to_string();
            format!("{place}: {said}")
        };
        validator.iter_errors(value).take(MOST).map(told).collect()
    }

    fn check_schema(&self) -> Result<()> {
        validator(&self.schema).map(drop).map_err(|error| {
            let place = error.schema_path().to_string();
            Error::new(ErrorKind::InvalidRequest, "the expected shape is no JSON schema").with("schema", place)
        })
    }
}

#[cfg(not(feature = "json-schema"))]
impl JsonShape {
    /// What keeps a value from being of this shape; empty if it is. Nothing is known without feature `json-schema`.
    pub fn violations(&self, _value: &Value) -> Vec<String> {
        Vec::new()
    }
}

/// Nothing is fetched, and patterns run in linear time.
#[cfg(feature = "json-schema")]
fn validator(schema: &Value) -> Result<jsonschema::Validator, jsonschema::ValidationError<'static>> {
    jsonschema::options().with_pattern_options(jsonschema::PatternOptions::regex()).offline().build(schema)
}
