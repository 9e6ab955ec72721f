//! The process that is killed; see [`aragora_tests::durable::kill::child`].

fn main() -> aragora_core::Result<()> {
    aragora_tests::durable::kill::child::main(std::env::args().skip(1))
}
