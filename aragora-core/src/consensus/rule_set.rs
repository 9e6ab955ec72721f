use std::collections::BTreeMap;
use std::sync::Arc;

use super::rule::DecisionRule;

/// The rules of a host, by name. Cloning shares the rules.
#[derive(Clone, Debug, Default)]
pub struct RuleSet(BTreeMap<String, Arc<dyn DecisionRule>>);

impl RuleSet {
    /// No rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule under its own name, asked once. A rule of the same name is replaced and returned.
    pub fn register(&mut self, rule: Arc<dyn DecisionRule>) -> Option<Arc<dyn DecisionRule>> {
        self.0.insert(rule.name().to_owned(), rule)
    }

    /// The rule of this name.
    pub fn get(&self, name: &str) -> Option<Arc<dyn DecisionRule>> {
        self.0.get(name).cloned()
    }

    /// Every registered name, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
