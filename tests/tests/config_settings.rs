//! Settings: defaults, every violation at once, and no secret in any text.

use std::collections::BTreeMap;
use std::ffi::OsString;

use aragora_core::config::{Config, EnvSource, ProcessEnv, RunEnvironment, Secret};
use aragora_core::{ErrorKind, validate_env};
use proptest::prelude::*;

fn pointers(error: &aragora_core::Error) -> Vec<String> {
    let listed: Vec<serde_json::Value> = serde_json::from_str(&error.context()["violations"]).unwrap();
    listed.iter().map(|violation| violation["pointer"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn without_variables_the_defaults_hold() {
    let config = Config::load([]).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.events.buffer_size, 10_000);
    assert!(config.providers.keys.is_empty());
    config.validate().unwrap();
}

#[test]
fn the_event_buffer_keeps_to_its_range() {
    for (text, size) in [
        ("16", Some(16)),
        (" 1000000\n", Some(1_000_000)),
        ("", Some(10_000)),
        (" ", Some(10_000)),
        ("15", None),
        ("1000001", None),
        ("1e3", None),
        ("-16", None),
        ("99999999999999999999", None),
        ("1\u{7}6", None),
    ] {
        let loaded = Config::load([("ARAGORA_EVENT_BUFFER_SIZE", text)]);
        match size {
            Some(size) => assert_eq!(loaded.unwrap().events.buffer_size, size, "{text:?}"),
            None => {
                let error = loaded.unwrap_err();
                assert_eq!(
                    (error.kind(), pointers(&error)),
                    (ErrorKind::InvalidConfig, vec!["/events/buffer_size".to_owned()]),
                    "{text:?}"
                );
            }
        }
    }
}

#[test]
fn provider_keys_come_from_their_variables_the_first_name_wins() {
    let config = Config::load([
        ("OPENAI_API_KEY", " sk-canary-key-1 "),
        ("GOOGLE_API_KEY", "g-2"),
        ("XAI_API_KEY", "x-1"),
        ("GROK_API_KEY", "x-2"),
        ("MISTRAL_API_KEY", "  "),
    ])
    .unwrap();
    let key = |provider: &str| config.providers.key(provider).map(|key| key.expose().clone());
    assert_eq!(key("openai").as_deref(), Some("sk-canary-key-1"));
    assert_eq!(key("gemini").as_deref(), Some("g-2"));
    assert_eq!(key("xai").as_deref(), Some("x-1"));
    assert_eq!(key("mistral"), None, "blank is unset");
}

#[test]
fn hosts_of_local_servers_may_lack_a_scheme() {
    let hosts = [("OLLAMA_HOST", "0.0.0.0:11434"), ("LM_STUDIO_HOST", "https://models.lan/v1")];
    let config = Config::load(hosts).unwrap();
    assert_eq!(config.providers.host("ollama").unwrap().as_str(), "http://127.0.0.1:11434/");
    assert_eq!(config.providers.host("lmstudio").unwrap().as_str(), "https://models.lan/v1");
    for broken in ["ftp://host", "http://", "http://user:secret-word@host", "http://host/#x"] {
        let error = Config::load([("OLLAMA_HOST", broken)]).unwrap_err();
        assert_eq!(pointers(&error), ["/providers/ollama/host"]);
        assert!(!format!("{error:?}").contains("secret-word"));
    }
}

#[test]
fn an_address_without_a_scheme_has_its_servers_own_port() {
    for (text, url) in [
        ("0.0.0.0", "http://127.0.0.1:11434/"),
        ("[::]", "http://[::1]:11434/"),
        ("models.lan", "http://models.lan:11434/"),
        ("models.lan:80", "http://models.lan/"),
        ("http://models.lan", "http://models.lan/"),
        ("https://models.lan/ollama", "https://models.lan/ollama"),
    ] {
        let config = Config::load([("OLLAMA_HOST", text)]).unwrap();
        assert_eq!(config.providers.host("ollama").unwrap().as_str(), url, "{text}");
    }
    let config = Config::load([("LM_STUDIO_HOST", "models.lan")]).unwrap();
    assert_eq!(config.providers.host("lmstudio").unwrap().port(), Some(1_234));
}

#[test]
fn an_unknown_environment_is_an_error_and_never_development() {
    let environment = |variables: [(&str, &str); 2]| Config::load(variables).map(|config| config.env);
    assert_eq!(environment([("", ""), ("", "")]).unwrap(), RunEnvironment::Development);
    assert_eq!(environment([("ARAGORA_ENV", "STAGING"), ("NODE_ENV", "production")]).unwrap(), RunEnvironment::Staging);
    assert_eq!(environment([("ARAGORA_ENV", " "), ("NODE_ENV", "production")]).unwrap(), RunEnvironment::Production);
    assert_eq!(environment([("ARAGORA_ENV", ""), ("NODE_ENV", "test")]).unwrap(), RunEnvironment::Development);
    let error = environment([("ARAGORA_ENV", "prod"), ("", "")]).unwrap_err();
    assert_eq!((error.kind(), pointers(&error)), (ErrorKind::InvalidConfig, vec!["/env".to_owned()]));
}

#[test]
fn production_needs_a_provider_or_other_agents() {
    let mut config = Config::load([("ARAGORA_ENV", "production")]).unwrap();
    assert_eq!(pointers(&config.validate().unwrap_err()), ["/providers"]);
    config.agents.other_agents = true;
    config.validate().unwrap();
    Config::load([("ARAGORA_ENV", "production"), ("XAI_API_KEY", "x")]).unwrap().validate().unwrap();
    Config::load([]).unwrap().validate().unwrap();
}

#[test]
fn a_secret_may_lie_in_a_file_but_not_in_both() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = path("good", b"canary-key-from-file\n");
    let config = Config::load([("OPENAI_API_KEY_FILE", good.as_str())]).unwrap();
    assert_eq!(config.providers.key("openai").unwrap().expose(), "canary-key-from-file");
    let error = Config::load([("OPENAI_API_KEY_FILE", good.as_str()), ("OPENAI_API_KEY", "x")]).unwrap_err();
    assert!(error.reason().contains("both set"), "{error}");
    for bad in [
        path("binary", b"\xff"),
        path("lines", b"a\nb"),
        path("large", &[b'k'; (64 << 10) + 1]),
        "/does/not/exist".to_owned(),
    ] {
        let error = Config::load([("OPENAI_API_KEY_FILE", bad.as_str())]).unwrap_err();
        assert_eq!(pointers(&error), ["/providers/openai/api_key"]);
    }
}

struct Bytes;

impl EnvSource for Bytes {
    fn get(&self, name: &str) -> Option<OsString> {
        use std::os::unix::ffi::OsStringExt as _;
        (name == "OPENAI_API_KEY" || name == "ARAGORA_EVENT_BUFFER_SIZE").then(|| OsString::from_vec(vec![b'1', 0xff]))
    }
}

#[test]
fn every_violation_is_listed_sorted_by_pointer() {
    let error = Config::load(Bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert_eq!(pointers(&error), ["/events/buffer_size", "/providers/openai/api_key"]);
    assert!(error.reason().contains("not UTF-8"));
}

#[test]
fn the_report_says_what_is_there_and_what_is_missing() {
    let key = "canary-key-0123456789";
    let both = [("ARAGORA_ENV", "Production"), ("ANTHROPIC_API_KEY", key), ("OPENROUTER_API_KEY", key)];
    let report = validate_env(&Config::load(both).unwrap());
    let lines = [
        "✓ Environment: production",
        "✓ AI provider: anthropic configured",
        "✓ AI provider: openrouter configured",
        "✓ All production requirements met",
    ];
    assert_eq!((report.lines.as_slice(), report.ok), (lines.map(str::to_owned).as_slice(), true));
    assert_eq!(report.ascii()[3], "ok: All production requirements met");

    let local = [("OLLAMA_HOST", "localhost"), ("NODE_ENV", "production")];
    let report = validate_env(&Config::load(local).unwrap());
    assert!(report.ok && report.lines.contains(&"✓ AI provider: ollama configured".to_owned()), "{report:?}");
    assert!(report.ascii().contains(&"warning: neither Anthropic nor OpenAI is configured".to_owned()), "{report:?}");

    let mut none = Config::load([("ARAGORA_ENV", "production")]).unwrap();
    none.events.buffer_size = 1;
    let report = validate_env(&none);
    assert!(!report.ok && report.lines.iter().filter(|line| line.starts_with('✗')).count() == 3, "{report:?}");
    assert!(report.lines.iter().any(|line| line.starts_with("✗ /providers: no_provider")), "{report:?}");
    assert_eq!(report.lines.last().unwrap(), "✗ 2 production requirements are not met");
    assert!(validate_env(&Config::default()).ok, "development may do without");
    assert!(!format!("{report:?}").contains("canary"));
}

#[test]
fn a_secret_shows_in_no_text() {
    let secret = Secret::from("canary-key-hunter2");
    let config = Config::load([("ANTHROPIC_API_KEY", "canary-key-hunter2")]).unwrap();
    for text in
        [format!("{secret}"), format!("{secret:?}"), format!("{config:#?}"), serde_json::to_string(&secret).unwrap()]
    {
        assert!(!text.contains("canary-key-hunter2") && text.contains("***"), "{text}");
    }
    assert_eq!(secret, Secret::from("canary-key-hunter2"));
    assert_ne!(secret, Secret::from("canary-key-hunter3"));
    assert_ne!(secret, Secret::from("canary-key-hunter2 and more"));
    let error = Config::load([("ANTHROPIC_API_KEY", "canary-key-hun\u{1}ter2")]).unwrap_err();
    assert!(!format!("{error:?}").contains("ter2") && !format!("{error:?}").contains("canary"));
}

#[test]
fn the_process_environment_is_read_only_when_passed() {
    let path = ProcessEnv.get("PATH").or_else(|| <dyn EnvSource>::process().get("PATH"));
    assert_eq!(path, std::env::var_os("PATH"));
}

proptest! {
    #[test]
    fn loading_never_panics(values in proptest::collection::vec(any::<String>(), 4)) {
        let names = ["ARAGORA_EVENT_BUFFER_SIZE", "OPENAI_API_KEY", "OLLAMA_HOST", "GEMINI_API_KEY"];
        let env: BTreeMap<String, String> = names.iter().map(|name| (*name).to_owned()).zip(values).collect();
        if let Ok(config) = Config::load(&env) {
            prop_assert!(config.validate().is_ok());
        }
    }
}
