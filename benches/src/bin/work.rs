//! Work to be counted by a profiler, in instructions rather than time: `work debate|pairwise|store BYTES
//! TIMES`, `work fold|replay critique|simultaneous TIMES`. Two runs with different `TIMES` give the cost of one.
//! `valgrind --tool=callgrind target/release/work debate 1200 20`

use aragora_benches::fold::Recorded;
use aragora_benches::overhead::Overhead;
use aragora_benches::{Result, talk};
use aragora_core::engine::Engine;
use aragora_core::protocols::Simultaneous;

const USAGE: &str = "usage: work debate|pairwise|store BYTES TIMES | work fold|replay critique|simultaneous TIMES";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, size, times] = arguments.as_slice() else { return Err(USAGE.into()) };
    let times: u32 = times.parse()?;
    match what.as_str() {
        "debate" | "pairwise" | "store" => {
            let overhead = Overhead::new(size.parse()?)?;
            for _ in 0..times {
                if what == "store" {
                    drop(overhead.store()?);
                } else {
                    overhead.debate(&Engine::in_memory()?, what == "pairwise")?;
                }
            }
        }
        "fold" | "replay" => {
            let recorded = match size.as_str() {
                "critique" => Recorded::new(talk::critique(false), 9, 1, 36)?,
                "simultaneous" => Recorded::new(Simultaneous::default(), 6, 6, 36)?,
                _ => return Err(USAGE.into()),
            };
            for _ in 0..times {
                if what == "fold" {
                    drop(recorded.fold()?);
                } else {
                    recorded.replay()?;
                }
            }
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}
