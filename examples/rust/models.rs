//! Models by name: which providers are configured, and a debate between three of them.
//!
//! Without keys it says what is missing.

use aragora_core::agents::providers::ProviderConfig;
use aragora_core::config::{Config, ProcessEnv};
use aragora_core::{Aragora, Result};

#[tokio::main]
async fn main() -> Result<()> {
    // START models
    // Nothing else reads keys; pass a map in place of the process environment to bring your own.
    let config = Config::load(ProcessEnv)?;
    let aragora = Aragora::open("memory:", &config).await?;
    for line in aragora.agents().check().lines() {
        println!("{line}");
    }

    // Everything beyond a name is a configuration.
    let mut own = ProviderConfig::new("compatible".parse()?, "qwen3");
    own.base_url = Some("http://localhost:9000/v1".into());
    let debate = aragora.debate("Do we ship on Friday?").model("anthropic/claude-sonnet-5").model("openai").model(own);

    // What cannot be opened is told here, with everything else that is wrong.
    match debate.start().await {
        Ok(handle) => println!("{:?}", handle.result().await?.answer),
        Err(error) => println!("{error}"),
    }
    // END models
    Ok(())
}
