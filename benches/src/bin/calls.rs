//! The nine-call task: `calls serve DELAY_MS` is the fake provider, `calls ours|hand URL CONCURRENCY DEBATES` one side.
//! `cargo xtask peers calls` runs every side and prints the table.

use std::time::Duration;

use aragora_benches::Result;
use aragora_benches::calls::load::Load;
use aragora_benches::calls::{hand, ours, server};

const USAGE: &str = "usage: calls serve DELAY_MS | calls ours|hand URL CONCURRENCY DEBATES";

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["serve", delay] => server::serve(Duration::from_millis(delay.parse()?)).await,
        [side @ ("ours" | "hand"), url, concurrency, debates] => {
            let load = Load { concurrency: concurrency.parse()?, debates: debates.parse()? };
            let figures = if *side == "ours" { ours::measure(url, load).await } else { hand::measure(url, load).await };
            println!("{}", figures?);
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}
