use std::fmt;

/// Header fields in the order they were added. Names are compared ignoring ASCII case and kept in lower case.
///
/// A field added by [`Headers::secret`] shows as `***` in `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<Field>);

#[derive(Clone, PartialEq, Eq)]
struct Field {
    name: String,
    value: String,
    secret: bool,
}

impl Headers {
    /// No field.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field, or replaces every field of this name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.put(name, value.into(), false);
    }

    /// [`Headers::set`] for a value that must not be shown.
    pub fn secret(&mut self, name: &str, value: impl Into<String>) {
        self.put(name, value.into(), true);
    }

    /// Adds a field beside others of this name, as they arrive from a server.
    pub fn append(&mut self, name: &str, value: impl Into<String>) {
        self.0.push(Field { name: name.to_ascii_lowercase(), value: value.into(), secret: false });
    }

    fn put(&mut self, name: &str, value: String, secret: bool) {
        self.0.retain(|field| !field.name.eq_ignore_ascii_case(name));
        self.0.push(Field { name: name.to_ascii_lowercase(), value, secret });
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.as_str())
    }

    /// Names and values in order, secret ones included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|field| (field.name.as_str(), field.value.as_str()))
    }

    /// Whether the first field of this name was added as a secret.
    pub fn is_secret(&self, name: &str) -> bool {
        self.0.iter().any(|field| field.secret && field.name.eq_ignore_ascii_case(name))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|field| (&field.name, if field.secret { "***" } else { &field.value })))
            .finish()
    }
}
