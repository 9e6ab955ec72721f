//! Vendors that are reached through the crate genai only: best effort, so that differences are shown and fail nothing.

#[cfg(feature = "genai")]
mod built {
    use aragora_core::agents::providers::{GenaiAgent, GenaiConfig, StreamMode};
    use aragora_core::agents::{Agent as _, Output};
    use aragora_core::config::Secret;
    use serde_json::Value;

    use crate::agents::{Heard, agent_id};
    use crate::cassettes::ask::{CANARY_KEY, MODEL, asked};
    use crate::cassettes::exchange::Exchange;
    use crate::cassettes::report::{Difference, Outcome};
    use crate::cassettes::server::{PIECES, Server};
    use crate::cassettes::turn::parts;

    pub(in crate::cassettes) async fn replay(exchange: &Exchange, server: &Server, outcome: &mut Outcome) {
        let adapter = if exchange.api == "ollama-chat" { "ollama" } else { "bedrock_api" };
        let kind = exchange.response.header("content-type").unwrap_or_default();
        let streamed = kind.contains("stream") || kind.contains("ndjson");
        let mut config = GenaiConfig::new(adapter, MODEL);
        config.id = Some(agent_id("replayed"));
        config.base_url = Some(server.base(exchange, PIECES[2]));
        config.key = Some(Secret::from(CANARY_KEY));
        config.stream = if streamed { StreamMode::Always } else { StreamMode::Never };
        let opened = parts().and_then(|parts| GenaiAgent::open(&config, &parts).map_err(|error| error.to_string()));
        let agent = match opened {
            Ok(agent) => agent,
            Err(reason) => return outcome.differ(Difference::new("agent", "one that opens", reason), None),
        };
        let output = if streamed { Output::resettable(Heard::new()) } else { Output::none() };
        let result = agent.respond(asked(exchange), output).await;
        server.take(exchange, PIECES[2]);
        let status = exchange.response.status;
        match result {
            Ok(reply) if status < 300 => {
                let (text, input, written) = read(&exchange.response.body);
                let found = reply.usage.map(|usage| (usage.input_total, usage.output_total));
                let expected = input.zip(written);
                if reply.text != text {
                    outcome.differ(Difference::new("text", format!("{text:?}"), format!("{:?}", reply.text)), None);
                }
                if found != expected {
                    outcome.differ(Difference::new("usage", format!("{expected:?}"), format!("{found:?}")), None);
                }
            }
            Ok(_) => outcome.differ(Difference::new("outcome", format!("status {status}"), "a reply"), None),
            Err(error) if status < 300 => outcome.differ(Difference::new("outcome", "a reply", error), None),
            Err(error) => {
                outcome.error = Some((error.code().to_owned(), false));
                let found = error.context().get("http_status").cloned().unwrap_or_default();
                if found != status.to_string() {
                    outcome.differ(Difference::new("error_status", status, found), None);
                }
            }
        }
    }

    /// Text and tokens of a Converse or Ollama body, whole or as a stream: every JSON document in it, whatever frames it.
    fn read(body: &[u8]) -> (String, Option<u64>, Option<u64>) {
        let (mut text, mut input, mut written) = (String::new(), None, None);
        let mut rest = body;
        while let Some(at) = rest.iter().position(|byte| *byte == b'{') {
            rest = rest.get(at..).unwrap_or_default();
            let mut documents = serde_json::Deserializer::from_slice(rest).into_iter::<Value>();
            let Some(Ok(document)) = documents.next() else {
                rest = rest.get(1..).unwrap_or_default();
                continue;
            };
            rest = rest.get(documents.byte_offset()..).unwrap_or_default();
            let parts = document.pointer("/output/message/content").and_then(Value::as_array);
            for part in parts.into_iter().flatten().filter_map(|part| part["text"].as_str()) {
                text.push_str(part);
            }
            for pointer in ["/delta/text", "/message/content"] {
                text.push_str(document.pointer(pointer).and_then(Value::as_str).unwrap_or_default());
            }
            let number =
                |names: [&str; 2]| names.iter().find_map(|name| document.pointer(name).and_then(Value::as_u64));
            input = number(["/usage/inputTokens", "/prompt_eval_count"]).or(input);
            written = number(["/usage/outputTokens", "/eval_count"]).or(written);
        }
        (text, input, written)
    }
}

#[cfg(feature = "genai")]
pub(super) use built::replay;

#[cfg(not(feature = "genai"))]
pub(super) async fn replay(
    _exchange: &super::exchange::Exchange,
    _server: &super::server::Server,
    outcome: &mut super::report::Outcome,
) {
    outcome.verdict = super::report::Verdict::Skipped;
}
