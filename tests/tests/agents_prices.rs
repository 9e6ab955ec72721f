//! What calls cost: the bundled list, the host's own table, the order of the two, and the estimate of tokens.

use aragora_core::agents::{
    Author, BundledPrices, ByteCounter, Expect, JsonShape, NoPrices, PriceBook, PriceQuery, PriceRow, PriceTable,
    Prices, TokenCounter, Usage, Visibility,
};
use aragora_core::clock::Timestamp;
use aragora_core::ids::MicroUsd;
use aragora_tests::agents::{agent_id, message, request};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn today() -> Timestamp {
    at("2026-11-20T12:00:00Z")
}

fn usage(input: u64, read: u64, write: u64, output: u64) -> Usage {
    Usage { input_total: input, output_total: output, cache_read: read, cache_write: write, reasoning: 0 }
}

fn price(book: &dyn PriceBook, provider: &str, model: &str, usage: Usage) -> Option<u64> {
    book.price(&PriceQuery::new(provider, model, &usage, today())).map(|cost| cost.0)
}

#[test]
fn the_bundled_list_prices_as_published() {
    let known = BundledPrices::new();
    let of = |provider: &str, model: &str, usage: Usage| price(&known, provider, model, usage);
    assert_eq!(of("anthropic", "claude-sonnet-4-5", usage(10_000, 8_000, 1_000, 500)), Some(16_650));
    assert_eq!(of("openai", "gpt-4o", usage(65, 0, 0, 13)), Some(293));
    assert_eq!(of("gemini", "gemini-2.5-flash", usage(9_613, 9_602, 0, 72)), Some(472));
    assert_eq!(of("openai", "no-such-model", usage(10, 0, 0, 10)), None);
    assert!(known.version().starts_with("genai-prices"));
}

#[test]
fn a_model_is_priced_by_its_provider_or_not_at_all() {
    let known = BundledPrices::new();
    for provider in ["ollama", "lmstudio", "vllm", "llamacpp", "compatible", "", "litellm", "nobody"] {
        assert_eq!(price(&known, provider, "gpt-4o", usage(1_000, 0, 0, 1_000)), None, "{provider}");
    }
    // Two providers, two prices: nothing is borrowed from another.
    assert!(price(&known, "xai", "grok-4", usage(1_000, 0, 0, 1_000)).is_some());
    assert!(price(&known, "mistral", "mistral-large-latest", usage(1_000, 0, 0, 1_000)).is_some());
    assert!(price(&known, "azure", "gpt-4o", usage(1_000, 0, 0, 1_000)).is_some());
}

#[test]
fn more_cached_than_sent_prices_the_rest_as_nothing() {
    let known = BundledPrices::new();
    let broken = price(&known, "openai", "gpt-4o", usage(100, 200, 0, 0));
    assert_eq!(broken, Some(250), "200 cached tokens at 1.25 dollars per million");
}

#[test]
fn a_listed_model_without_rates_has_no_price() {
    assert_eq!(price(&BundledPrices::new(), "github-copilot", "gpt-4o", usage(1_000, 0, 0, 1_000)), None);
    assert_eq!(price(&BundledPrices::new(), "openai", "gpt-4o", usage(0, 0, 0, 0)), Some(0));
}

#[test]
fn the_tier_the_response_reports_counts() {
    let (known, used) = (BundledPrices::new(), usage(1_000_000, 0, 0, 1_000_000));
    let tier = |tier| known.price(&PriceQuery::new("openai", "o3", &used, today()).in_tier(tier));
    assert_eq!(tier(Some("flex")), Some(MicroUsd(5_000_000)));
    assert_eq!(tier(Some("default")), tier(None));
    assert!(tier(None) > tier(Some("flex")));
}

#[test]
fn rows_of_the_host_apply_by_provider_model_tier_and_date() {
    let (new_year, spring) = (at("2026-01-01T00:00:00Z"), at("2026-04-01T00:00:00Z"));
    let table = PriceTable::new("own-7")
        .with(PriceRow::new("openai", "gpt-4o", 9, 9).valid(Some(new_year), Some(spring)))
        .with(PriceRow::new("openai", "gpt-*", 1_000_000, 2_000_000).in_tier("priority"))
        .with(PriceRow::new("openai", "gpt-*", 500_000, 1_000_000).with_cache(50_000, 600_000))
        .with(PriceRow::new("*", "house-?", 0, 1));
    table.validate().unwrap();
    let used = usage(100, 40, 10, 20);
    let query = |model: &'static str, at| PriceQuery::new("openai", model, &used, at);
    // 50 plain, 40 read, 10 written, 20 out: 25 + 2 + 6 + 20 = 53 exactly.
    assert_eq!(table.price(&query("gpt-4o", today())), Some(MicroUsd(53)));
    assert_eq!(table.price(&query("GPT-4o", spring)), Some(MicroUsd(53)), "the end of a period is outside of it");
    assert_eq!(
        table.price(&query("gpt-4o", new_year)),
        Some(MicroUsd(1)),
        "its start is inside; 0.00108 is rounded up"
    );
    assert_eq!(table.price(&query("gpt-x", today()).in_tier(Some("priority"))), Some(MicroUsd(140)));
    assert_eq!(table.price(&query("o3", today())), None);
    assert_eq!(price(&table, "anywhere", "house-1", usage(5, 0, 0, 1)), Some(1));
    assert_eq!(price(&table, "anywhere", "house-10", usage(5, 0, 0, 1)), None);
    let document = serde_json::to_string(&table).unwrap();
    assert_eq!(serde_json::from_str::<PriceTable>(&document).unwrap(), table);
    let never = PriceTable::new("x").with(PriceRow::new("", "", 1, 1).valid(Some(spring), Some(new_year)));
    assert_eq!(never.validate().unwrap_err().code(), "invalid_request");
}

#[test]
fn the_first_book_that_knows_gives_the_price() {
    let own = PriceTable::new("own").with(PriceRow::new("openai", "gpt-4o", 0, 1_000_000));
    let prices = Prices::known().before(own).then(NoPrices);
    assert_eq!(price(&prices, "openai", "gpt-4o", usage(65, 0, 0, 13)), Some(13));
    assert_eq!(price(&prices, "anthropic", "claude-sonnet-4-5", usage(1_000, 0, 0, 0)), Some(3_000));
    assert_eq!(price(&prices, "openai", "no-such-model", usage(1, 0, 0, 1)), None);
    assert_eq!(prices.version(), format!("own + {} + none", BundledPrices::new().version()));
    assert_eq!(Prices::none().version(), "none");
}

proptest! {
    #[test]
    fn a_pattern_matches_like_its_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        fn slow(p: &[u8], t: &[u8]) -> bool {
            match (p.split_first(), t.split_first()) {
                (None, None) => true,
                (Some((b'*', rest)), _) if slow(rest, t) => true,
                (Some((b'*', _)), Some((_, left))) => slow(p, left),
                (Some((b'?', rest)), Some((_, left))) => slow(rest, left),
                (Some((a, rest)), Some((b, left))) if a == b => slow(rest, left),
                _ => false,
            }
        }
        let table = PriceTable::new("t").with(PriceRow::new("p", pattern.clone(), 1, 1));
        let found = price(&table, "p", &text, usage(1, 0, 0, 0)).is_some();
        prop_assert_eq!(found, slow(pattern.as_bytes(), text.as_bytes()));
    }

    #[test]
    fn a_price_never_falls_when_more_is_used(a in 0u64..2_000_000, b in 0u64..100_000, more in 0u64..100_000) {
        let known = BundledPrices::new();
        let less = price(&known, "openai", "gpt-4o", usage(a, 0, 0, b)).unwrap();
        let more = price(&known, "openai", "gpt-4o", usage(a + more, 0, 0, b + more)).unwrap();
        prop_assert!(more >= less);
    }
}

#[test]
fn requests_are_estimated_by_their_bytes() {
    let me = agent_id("me");
    let mut asked = request("r", "hello");
    asked.system = String::new();
    let counter = ByteCounter::new();
    assert_eq!(counter.input("m", &me, &asked), 6 + 16);
    asked.system = "日本語です".into();
    assert_eq!(counter.input("m", &me, &asked), 9 + 6 + 16);
    asked.messages.push(message(Author::Moderator, &"x".repeat(7_000)));
    asked.messages.last_mut().unwrap().visibility = Visibility::Only([agent_id("other")].into());
    assert_eq!(counter.input("m", &me, &asked), 9 + 6 + 16, "what the agent does not see is not sent");
    let schema: serde_json::Value = serde_json::json!({"type": "object"});
    asked.expect = Expect::Json(JsonShape { name: "s".into(), schema: schema.into(), strict: true });
    assert_eq!(counter.input("m", &me, &asked), 9 + 6 + 5 + 16, "17 bytes of schema");
}

#[test]
fn estimates_follow_what_providers_report() {
    let (me, asked, counter) = (agent_id("me"), request("r", &"word ".repeat(1_000)), ByteCounter::new());
    let raw = counter.input("m", &me, &asked);
    counter.learn("m", &me, &asked, raw * 2);
    assert!((counter.factor("m") - 1.2).abs() < 1e-9);
    assert_eq!(counter.input("m", &me, &asked), (raw as f64 * 1.2).ceil() as u64);
    assert_eq!(counter.input("other", &me, &asked), raw, "each model by itself");
    for _ in 0..100 {
        counter.learn("m", &me, &asked, raw * 50);
    }
    assert!((counter.factor("m") - 3.0).abs() < 1e-9, "at most three times");
    for _ in 0..100 {
        counter.learn("m", &me, &asked, 1);
    }
    assert!((counter.factor("m") - 0.5).abs() < 1e-9, "at least half");
    counter.learn("m", &me, &asked, 0);
    assert!((counter.factor("m") - 0.5).abs() < 1e-9, "a report of nothing teaches nothing");
}
