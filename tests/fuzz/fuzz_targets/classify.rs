//! Any status, header fields and body as an unsuccessful response.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aragora_tests::cassettes::fuzz::refusal(bytes));
