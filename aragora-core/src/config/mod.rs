//! Typed settings and secrets.
