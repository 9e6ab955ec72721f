//! The processes that are killed; see [`aragora_tests::durable::kill::child`] and, with the first word `rival`,
//! [`aragora_tests::durable::rivals`].

use aragora_tests::durable::{kill, rivals};

fn main() -> aragora_core::Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "rival") {
        return rivals::main(arguments.split_off(1));
    }
    kill::child::main(arguments)
}
