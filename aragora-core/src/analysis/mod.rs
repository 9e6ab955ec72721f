//! Figures about a debate, pure.
