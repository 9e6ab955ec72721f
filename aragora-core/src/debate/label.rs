//! Labels of options.
