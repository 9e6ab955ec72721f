//! Any bytes as an event stream, whole and in pieces.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aragora_tests::cassettes::fuzz::events(bytes));
