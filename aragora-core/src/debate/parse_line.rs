//! Cleaning of lines and label lines.
