//! Decision rules, pure: one file per rule.
