//! Models by name: spec strings, keys and addresses of a configuration, what a debate reports, what production refuses.

use std::sync::{Arc, Mutex};

use aragora_core::agents::providers::{FnCredentials, ModelSpec, ProviderConfig};
use aragora_core::agents::{AgentParts, Agents, DemoAgent, DemoStyle, Output, ProviderReport, Served, StandIns};
use aragora_core::config::{AgentSettings, Config, RunEnvironment};
use aragora_core::http::{Body, Headers, HttpRequest, HttpResponse, Transport};
use aragora_core::telemetry::Parts;
use aragora_core::{Aragora, Error, ErrorKind, Result};
use aragora_tests::agents::{agent_id, request};
use aragora_tests::loopback::{Answer, Loopback};
use proptest::prelude::*;
use serde_json::json;

fn agents(variables: &[(&str, &str)]) -> Agents {
    let variables: std::collections::BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Agents::builder().providers(Config::load(&variables).unwrap().providers).build()
}

fn completion_body() -> String {
    json!({ "choices": [{ "message": { "content": "Wet." }, "finish_reason": "stop" }] }).to_string()
}

fn completion() -> Answer {
    Answer::new(200, "application/json", completion_body())
}

fn violations(error: &Error) -> Vec<(String, String)> {
    let listed: Vec<serde_json::Value> = serde_json::from_str(&error.context()["violations"]).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    listed.iter().map(|violation| (text(&violation["pointer"]), text(&violation["reason"]))).collect()
}

#[test]
fn a_name_is_a_provider_and_whatever_follows_its_slash() {
    let read = |text: &str| text.parse::<ModelSpec>().map(|spec| (spec.provider.to_string(), spec.model));
    let model = |provider: &str, model: &str| (provider.to_owned(), Some(model.to_owned()));
    assert_eq!(read("anthropic/claude-sonnet-5").unwrap(), model("anthropic", "claude-sonnet-5"));
    assert_eq!(read(" openrouter/openai/gpt-5.4-mini ").unwrap(), model("openrouter", "openai/gpt-5.4-mini"));
    assert_eq!(read("compatible/llama3.2:3b").unwrap(), model("compatible", "llama3.2:3b"));
    for (alias, provider) in [
        ("claude", "anthropic"),
        ("anthropic-api", "anthropic"),
        ("openai-api", "openai"),
        ("Grok", "xai"),
        ("mistral-api", "mistral"),
        ("google", "gemini"),
        ("lm-studio", "lmstudio"),
    ] {
        assert_eq!(read(alias).unwrap(), (provider.to_owned(), None));
    }
    for broken in ["", "/", "gpt-5.4", "anthropic/", "anthropic/ ", "anthropic/a\u{7}", "nobody/model"] {
        let error = read(broken).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{broken:?}");
    }
    assert!(read("nobody/model").unwrap_err().reason().contains("openrouter"), "the known ones are listed");
    assert_eq!("claude/x".parse::<ModelSpec>().unwrap().to_string(), "anthropic/x");
}

#[test]
fn a_key_of_the_configuration_is_enough_to_open_a_model() {
    let agents = agents(&[("MISTRAL_API_KEY", "m"), ("GROQ_API_KEY", "g"), ("OPENROUTER_API_KEY", "r")]);
    let profile = |name: &str| agents.open(name).unwrap().profile();
    let plain = profile("mistral");
    assert_eq!((plain.id.as_str(), plain.model.as_str()), ("mistral-mistral-large-latest", "mistral-large-latest"));
    assert_eq!((plain.family.as_str(), plain.streams), ("mistral", true));
    let routed = profile("openrouter/anthropic/claude-opus-4.6");
    assert_eq!((routed.id.as_str(), routed.family.as_str()), ("openrouter-claude-opus-4.6", "claude"));
    assert_eq!(routed.targets[0].as_str(), "openrouter/anthropic/claude-opus-4.6");
    assert_eq!(profile("groq").model, "openai/gpt-oss-120b");

    for (name, variable) in [("deepseek", "DEEPSEEK_API_KEY"), ("gemini", "GEMINI_API_KEY"), ("grok/x", "XAI_API_KEY")]
    {
        let error = agents.open(name).unwrap_err();
        assert_eq!((error.kind(), error.context()["variable"].as_str()), (ErrorKind::NotConfigured, variable));
    }
    let error = agents.open("ollama").unwrap_err();
    assert!(error.reason().contains("ollama/<model>"), "{error}");
    let error = agents.open("compatible/qwen3").unwrap_err();
    assert_eq!((error.kind(), violations(&error)[0].0.as_str()), (ErrorKind::InvalidConfig, "/base_url"));
}

#[test]
fn a_host_chooses_default_models_and_brings_credentials() {
    let xai = "xai".parse().unwrap();
    let hook = FnCredentials::new(|_, _| async { Ok(Headers::new()) });
    let agents = Agents::builder()
        .default_model("mistral".parse().unwrap(), "codestral-2508")
        .credentials("mistral".parse().unwrap(), Arc::new(hook))
        .build();
    assert_eq!(agents.open("mistral").unwrap().profile().model, "codestral-2508");
    assert_eq!(agents.default_model(&xai).as_deref(), Some("grok-4.3"));
    assert_eq!(agents.configured(), ["mistral".parse().unwrap()]);
    // Header fields of the host's own may authenticate too.
    let mut config = ProviderConfig::new("groq".parse().unwrap(), "m");
    assert_eq!(agents.open(config.clone()).unwrap_err().kind(), ErrorKind::NotConfigured);
    config.headers.insert("Authorization".into(), "Bearer canary-key-0123".into());
    let opened = agents.open(config).unwrap();
    assert!(!format!("{opened:?}").contains("canary"));
}

#[tokio::test]
async fn a_local_server_is_reached_where_its_variable_says() {
    let server = Loopback::start(|_| completion()).await.unwrap();
    let authority = server.url().trim_start_matches("http://").to_owned();
    let agents = agents(&[("OLLAMA_HOST", &authority), ("LM_STUDIO_HOST", &format!("{}/own/v1", server.url()))]);
    for (name, path) in [("ollama/llama3.2:3b", "/v1/chat/completions"), ("lmstudio/qwen", "/own/v1/chat/completions")]
    {
        let reply = agents.open(name).unwrap().respond(request("r", "?"), Output::none()).await.unwrap();
        assert_eq!(reply.cost.map(|cost| cost.0), Some(0), "one's own server is free");
        let received = server.received().pop().unwrap();
        assert_eq!(received.path, path);
        assert!(!received.headers.contains_key("authorization"));
    }
    // Plain http beyond this machine is refused, and the report says so.
    let far = self::agents(&[("OLLAMA_HOST", "10.0.0.7")]);
    assert_eq!(far.open("ollama/x").unwrap_err().kind(), ErrorKind::InvalidConfig);
    let report = far.check();
    let status = report.providers.iter().find(|status| status.provider == "ollama").unwrap();
    assert!(!status.configured && status.reason.contains("plain http"), "{status:?}");
}

#[test]
fn the_report_says_which_providers_can_be_asked_and_why_one_cannot() {
    let key = "canary-key-0123456789";
    let agents = agents(&[("ANTHROPIC_API_KEY", key), ("AZURE_OPENAI_API_KEY", key), ("OLLAMA_HOST", "localhost")]);
    let report = agents.check();
    assert!(report.ok());
    let lines = report.lines();
    assert_eq!(lines[0], "✓ AI provider: anthropic configured");
    assert_eq!(lines[1], "✗ AI provider: openai not configured: OPENAI_API_KEY is not set");
    assert!(
        lines.contains(&"✗ AI provider: gemini not configured: GEMINI_API_KEY or GOOGLE_API_KEY is not set".into())
    );
    assert!(lines.contains(&"✓ AI provider: ollama configured".into()));
    assert!(lines.iter().any(|line| line.starts_with("! OpenRouter is not configured")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("! neither")));
    let told = format!("{agents:?} {report:?} {lines:?} {}", serde_json::to_string(&report).unwrap());
    assert!(!told.contains("canary"), "{told}");
    let back: ProviderReport = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    assert_eq!(back, report);

    let none = self::agents(&[]).check();
    assert!(!none.ok());
    assert_eq!(none.warnings.len(), 2);
    assert_eq!(none.providers.len(), 16);
}

#[tokio::test]
async fn a_debate_takes_models_by_name_and_reports_all_that_cannot_be_opened() {
    let server = Loopback::start(|_| completion()).await.unwrap();
    let config = Config::load([("OLLAMA_HOST", server.url().as_str())]).unwrap();
    let aragora = Aragora::open("memory:", &config).await.unwrap();
    let handle = aragora
        .debate("Is water wet?")
        .protocol(aragora_core::protocols::VoteOnlyProtocol::default())
        .model("ollama/llama3.2")
        .model("ollama/llama3.2")
        .model("ollama/other/llama3.2")
        .start()
        .await
        .unwrap();
    let decision = handle.result().await.unwrap();
    let seats: Vec<&str> = decision.supporters.iter().map(aragora_core::AgentId::as_str).collect();
    assert_eq!(seats, ["ollama-llama3.2", "ollama-llama3.2-2", "ollama-llama3.2-3"]);
    assert_eq!(decision.answer.unwrap().text.as_ref(), "Wet.");

    let error = aragora
        .debate("Is water wet?")
        .rounds(0)
        .model("ollama/llama3.2")
        .model("anthropic/claude-sonnet-5")
        .model("nobody/x")
        .start()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let found = violations(&error);
    let pointers: Vec<&str> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(pointers, ["/limits/rounds", "/seats/1/model", "/seats/2/model"]);
    assert!(found[1].1.contains("ANTHROPIC_API_KEY"), "{found:?}");
}

#[tokio::test]
async fn production_refuses_to_run_without_providers_and_seats_that_mean_nothing() {
    let mut config = Config::load([("ARAGORA_ENV", "Production")]).unwrap();
    assert_eq!(config.env, RunEnvironment::Production);
    let error = Aragora::open("memory:", &config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(violations(&error)[0].1.starts_with("no_provider"), "{error}");

    config.agents.other_agents = true;
    let demo = |seed| DemoAgent::new(agent_id(&format!("demo-{seed}")), DemoStyle::Balanced, seed);
    let aragora = Aragora::open("memory:", &config).await.unwrap();
    let error = aragora.debate("Ship?").seat(demo(1)).seat(demo(2)).start().await.unwrap_err();
    let pointers: Vec<String> = violations(&error).into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/seats/0/agent", "/seats/1/agent"]);

    config.agents = AgentSettings::default();
    config.agents.allow_demo = true;
    let aragora = Aragora::open("memory:", &config).await.unwrap();
    aragora.debate("Ship?").seat(demo(1)).seat(demo(2)).start().await.unwrap().result().await.unwrap();
}

/// Refuses at every host for want of credit, except at those that answer.
#[derive(Debug)]
struct Broke {
    answering: &'static str,
    asked: Mutex<Vec<(String, serde_json::Value)>>,
}

#[async_trait::async_trait]
impl Transport for Broke {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let refused = json!({ "error": { "message": "out of credit" } }).to_string();
        let (status, answer) = if host == self.answering { (200, completion_body()) } else { (402, refused) };
        self.asked.lock().unwrap().push((host, body["model"].clone()));
        Ok(HttpResponse { status, headers: Headers::new(), body: Body::full(answer) })
    }
}

/// Agents over a transport where only one host answers, and what it was asked.
fn broke(variables: &[(&str, &str)], answering: &'static str, stand_ins: StandIns) -> (Agents, Arc<Broke>) {
    let transport = Arc::new(Broke { answering, asked: Mutex::default() });
    let variables: std::collections::BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let builder = Agents::builder()
        .providers(Config::load(&variables).unwrap().providers)
        .parts(AgentParts::new(Parts::system(), transport.clone()))
        .stand_ins(stand_ins);
    (builder.build(), transport)
}

impl Broke {
    fn hosts(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(host, _)| host.clone()).collect()
    }
}

#[tokio::test]
async fn openrouter_stands_in_for_a_provider_once_its_key_is_set() {
    let keys = [("MISTRAL_API_KEY", "m"), ("OPENROUTER_API_KEY", "r")];
    let (agents, transport) = broke(&keys, "openrouter.ai", StandIns::Auto);
    let agent = agents.open("mistral").unwrap();
    let targets: Vec<String> = agent.profile().targets.iter().map(ToString::to_string).collect();
    assert_eq!(targets, ["mistral/mistral-large-latest", "openrouter/mistralai/mistral-large-2512"]);
    let reply = agent.respond(request("r", "?"), Output::none()).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.provider.as_str()), ("Wet.", "openrouter"));
    assert!(matches!(reply.served, Served::Fallback { .. }), "{:?}", reply.served);
    assert_eq!(reply.attempts.len(), 2);
    let asked = transport.asked.lock().unwrap().clone();
    let router = ("openrouter.ai".to_owned(), json!("mistralai/mistral-large-2512"));
    assert_eq!(asked, [("api.mistral.ai".to_owned(), json!("mistral-large-latest")), router]);
    assert_eq!(agents.health().len(), 2);
    assert_eq!((agents.breakers().len(), agents.rate_limits().len()), (2, 2));

    // Not without its key, not where it was turned off, and not behind an address of the host's own.
    let own = |agents: &Agents| {
        let mut config = ProviderConfig::new("mistral".parse().unwrap(), "mistral-large-latest");
        config.base_url = Some("https://gateway.example/v1".into());
        agents.open(config).unwrap()
    };
    let (without, first) = broke(&keys[..1], "openrouter.ai", StandIns::Auto);
    let (off, second) = broke(&keys, "openrouter.ai", StandIns::Off);
    let (gateway, third) = broke(&keys, "openrouter.ai", StandIns::Auto);
    for (agent, transport) in
        [(without.open("mistral").unwrap(), first), (off.open("mistral").unwrap(), second), (own(&gateway), third)]
    {
        let error = agent.respond(request("r", "?"), Output::none()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::QuotaExhausted);
        assert_eq!(transport.hosts().len(), 1);
    }
}

#[tokio::test]
async fn a_host_lists_who_stands_in_or_takes_agents_as_they_are() {
    let keys = [("MISTRAL_API_KEY", "m"), ("GROQ_API_KEY", "g"), ("DEEPSEEK_API_KEY", "d")];
    let listed = StandIns::Models(vec!["groq".into(), "deepseek/x".into()]);
    let (agents, transport) = broke(&keys, "api.deepseek.com", listed);
    let reply = agents.open("mistral").unwrap().respond(request("r", "?"), Output::none()).await.unwrap();
    assert_eq!(reply.provider, "deepseek");
    assert_eq!(transport.hosts(), ["api.mistral.ai", "api.groq.com", "api.deepseek.com"]);
    let (agents, _) = broke(&keys, "", StandIns::Models(vec!["anthropic".into()]));
    assert_eq!(agents.open("mistral").unwrap_err().kind(), ErrorKind::NotConfigured, "told at once, not when needed");

    let bare = Agents::builder().providers(Config::load(keys).unwrap().providers).without_layers().build();
    let told = format!("{:?}", bare.open("mistral").unwrap());
    assert!(told.starts_with("ProviderAgent"), "{told}");
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader_of_names(text in ".{0,80}") {
        if let Ok(spec) = text.parse::<ModelSpec>() {
            prop_assert_eq!(spec.to_string().parse::<ModelSpec>().unwrap(), spec);
        }
    }
}
