//! Members of a body that a model may turn out not to take: they are left out with a warning.

use serde_json::Value;

use super::codec::{Encoded, Voice};
use super::knobs;

impl Encoded {
    /// Sets a member of the body, unless this model refused it before.
    pub(super) fn set(&mut self, voice: &Voice<'_>, name: &str, value: Value) {
        if voice.learnt.omitted.contains(name) {
            self.ignored(name);
        } else {
            self.body.insert(name.to_owned(), value);
        }
    }

    /// Warns of metadata that were to leave the process, over a wire that has no place for them.
    pub(super) fn no_metadata(&mut self, voice: &Voice<'_>) {
        if !voice.metadata.is_empty() {
            self.warn("knob_ignored", "metadata is not supported here");
        }
    }

    /// Warns that a knob was left out.
    pub(super) fn ignored(&mut self, name: &str) {
        self.warn("knob_ignored", format!("{name} is not supported by this model"));
    }

    /// A number no larger than the vendor's largest.
    pub(super) fn clamped(&mut self, name: &str, value: f32, largest: f32) -> Value {
        let sent = value.min(largest);
        if sent < value {
            self.warn("knob_clamped", format!("{name} {value} was sent as {sent}"));
        }
        knobs::decimal(sent)
    }
}
