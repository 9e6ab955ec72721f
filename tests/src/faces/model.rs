//! The neutral model of every value that crosses into another language: `tests/conformance/api.json`.

use serde::{Deserialize, Serialize};

/// The version of the model's own format.
pub const FORMAT: u32 = 1;

/// Everything a renderer needs. Types are in the order of their names, members in that of the core.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of the core.
    pub version: String,
    /// The value types.
    pub types: Vec<Type>,
    /// The error codes, in the order of the specification.
    pub errors: Vec<ErrorCode>,
}

/// One value type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Type {
    /// Its name, the same in every language.
    pub name: String,
    /// What it is, from the core's own documentation.
    pub doc: String,
    /// Whether a user builds it: members the core has a default for need not be given.
    pub input: bool,
    /// Whether the core refuses members it does not know; of what users build only.
    pub closed: bool,
    /// What it is made of.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// An object with fixed members.
    Record {
        /// The members.
        fields: Vec<Field>,
    },
    /// One of some words.
    Words {
        /// The words.
        cases: Vec<Word>,
        /// Whether there may be others.
        open: bool,
    },
    /// One of some cases with data of their own.
    Union {
        /// The member that names the case; absent: the case is the word itself, or the only member of an object.
        tag: Option<String>,
        /// The cases.
        cases: Vec<Case>,
    },
    /// Another name of a type.
    Alias {
        /// The type.
        #[serde(rename = "type")]
        ty: Ty,
    },
}

/// A member of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name in snake case.
    pub name: String,
    /// Its key in a document.
    pub json: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Ty,
    /// Whether it is always there; of a user's value, whether it must be given.
    pub required: bool,
    /// What it is.
    pub doc: String,
    /// Whether it holds secrets, which nothing that is printed may show.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// The member beside it that names the case, where the tag of its union is not inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// A word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Its name in snake case.
    pub name: String,
    /// The word in a document.
    pub json: String,
    /// What it means.
    pub doc: String,
}

/// A case of a union: with members, with one value, or with nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its name in snake case.
    pub name: String,
    /// Its word in a document.
    pub json: String,
    /// What it means.
    pub doc: String,
    /// Its members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<Field>>,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Ty>,
}

/// The type of a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ty {
    /// Text; ids too.
    String,
    /// A whole number within 2^53.
    Integer,
    /// A finite number.
    Float,
    /// True or false.
    Boolean,
    /// Any JSON value.
    Json,
    /// An instant, written as RFC 3339 text.
    Instant,
    /// An instant, written as milliseconds since 1970.
    InstantMs,
    /// A full 64-bit value, written as decimal text.
    Uint64,
    /// A duration, written as whole milliseconds.
    DurationMs,
    /// A type of the model.
    Ref(String),
    /// The value or null, where null says something that absence does not.
    Optional(Box<Ty>),
    /// An array.
    List(Box<Ty>),
    /// An object with any keys.
    Map(Box<Ty>),
    /// An array with one type per place.
    Tuple(Vec<Ty>),
}

/// An error code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorCode {
    /// The code.
    pub code: String,
    /// Whether errors of this kind are worth repeating unless they say otherwise.
    pub retryable: bool,
    /// What it means and what the caller must do.
    pub doc: String,
}

impl Model {
    /// The type of this name.
    pub fn get(&self, name: &str) -> Option<&Type> {
        self.types.iter().find(|ty| ty.name == name)
    }
}

impl Ty {
    /// The types of the model it names.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Ref(name) => vec![name],
            Self::Optional(inner) | Self::List(inner) | Self::Map(inner) => inner.names(),
            Self::Tuple(parts) => parts.iter().flat_map(Self::names).collect(),
            _ => Vec::new(),
        }
    }
}

impl Kind {
    /// Whether a member of it holds secrets.
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Record { fields } => fields.iter().any(|field| field.secret),
            Self::Union { cases, .. } => cases.iter().flat_map(|case| case.fields.iter().flatten()).any(|f| f.secret),
            Self::Words { .. } | Self::Alias { .. } => false,
        }
    }

    /// Every type it is made of.
    pub fn parts(&self) -> Vec<&Ty> {
        match self {
            Self::Record { fields } => fields.iter().map(|field| &field.ty).collect(),
            Self::Words { .. } => Vec::new(),
            Self::Union { cases, .. } => cases
                .iter()
                .flat_map(|case| case.fields.iter().flatten().map(|field| &field.ty).chain(&case.payload))
                .collect(),
            Self::Alias { ty } => vec![ty],
        }
    }
}
