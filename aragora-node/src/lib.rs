//! The native half of the npm package `aragora-core`: `aragora_core::foreign` behind Node-API, and nothing else.
//!
//! Private: only `ts/native.ts` loads it, and the two change together. No export throws and no promise rejects; an
//! error crosses as data, and the face throws it, so that stacks show the caller and codes survive.

// A build for `cargo test` registers no export, so everything would look unused.
#![cfg_attr(test, allow(dead_code))]

mod bridge;
mod cipher;
mod environment;
mod handles;
mod mailbox;
mod process;
mod settled;
