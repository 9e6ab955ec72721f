//! Grouping of equal answers.
