//! Critiques from replies.
