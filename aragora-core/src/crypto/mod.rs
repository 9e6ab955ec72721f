//! Canonical bytes and digests. Ciphers, keyrings and signatures join this room with their issues.

pub mod canonical;
