//! Any bytes as the answer to a request of the wire `chat`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aragora_tests::cassettes::fuzz::turn("chat", bytes));
