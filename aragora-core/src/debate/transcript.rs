//! A debate as a fold over its log.
