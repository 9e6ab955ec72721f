//! Metrics of one instance: nothing global, labels within their sets, text that Prometheus reads.

use std::collections::{BTreeMap, BTreeSet};

use aragora_core::debate::StopCause;
use aragora_core::telemetry::{Labels, METRICS, MetricKind, SampleValue, Telemetry, names};
use proptest::prelude::*;

#[test]
fn instances_share_nothing() {
    let (a, b) = (Telemetry::new(), Telemetry::new());
    a.counter(&names::DEBATES_TOTAL, &[]).increment();
    a.clone().counter(&names::DEBATES_TOTAL, &[]).add(2);
    assert_eq!((a.count_of(&names::DEBATES_TOTAL, &[]), b.count_of(&names::DEBATES_TOTAL, &[])), (3, 0));
}

#[test]
fn series_with_closed_labels_exist_at_zero() {
    let text = Telemetry::new().render_prometheus();
    for line in [
        "aragora_debates_total 0",
        "aragora_debates_completed{stop=\"consensus\"} 0",
        "aragora_votes_total{status=\"not_asked\"} 0",
        "aragora_engine_queue_wait_seconds_bucket{le=\"+Inf\"} 0",
        "aragora_events_published_total{class=\"recorded\"} 0",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    assert!(!text.contains("summary"));
}

#[test]
fn the_stops_of_debates_are_those_of_the_domain() {
    let MetricKind::Counter = names::DEBATE_STOPS_TOTAL.kind else { panic!("no counter") };
    let Labels::Closed(words) = names::DEBATE_STOPS_TOTAL.labels[0].values else { panic!("not closed") };
    for word in words {
        serde_json::from_value::<StopCause>((*word).into()).unwrap_or_else(|_| panic!("{word} is no stop cause"));
    }
    assert_eq!(words.len(), 14);
}

#[test]
fn names_are_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for def in METRICS {
        assert!(seen.insert(def.name), "{} twice", def.name);
        assert!(def.name.starts_with("aragora_") && def.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        assert!(!def.help.trim().is_empty());
        if let MetricKind::Histogram(bounds) = def.kind {
            assert!(bounds.is_sorted_by(|a, b| a < b), "{}", def.name);
        }
    }
}

#[test]
fn histograms_count_up_to_each_bound_inclusive() {
    let telemetry = Telemetry::new();
    let histogram = telemetry.histogram(&names::AGENT_RESPONSE_SECONDS, &["a", "openai", "ok"]);
    for seconds in [0.05, 0.1, 0.11, 240.0, 241.0, f64::NAN] {
        histogram.observe(seconds);
    }
    let text = telemetry.render_prometheus();
    let labels = "agent=\"a\",provider=\"openai\",outcome=\"ok\"";
    for line in [
        format!("aragora_agent_response_seconds_bucket{{{labels},le=\"0.1\"}} 2"),
        format!("aragora_agent_response_seconds_bucket{{{labels},le=\"0.25\"}} 3"),
        format!("aragora_agent_response_seconds_bucket{{{labels},le=\"240\"}} 4"),
        format!("aragora_agent_response_seconds_bucket{{{labels},le=\"+Inf\"}} 5"),
        format!("aragora_agent_response_seconds_count{{{labels}}} 5"),
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
    let sum = telemetry.snapshot().into_iter().find_map(|sample| match sample.value {
        SampleValue::Histogram(histogram) if histogram.count == 5 => Some(histogram.sum),
        _ => None,
    });
    assert!((sum.unwrap() - 481.26).abs() < 1e-9);
}

#[test]
fn gauges_are_set_and_moved() {
    let telemetry = Telemetry::new();
    let gauge = telemetry.gauge(&names::DEBATES_ACTIVE, &[]);
    gauge.set(3.0);
    gauge.add(-1.5);
    assert!((gauge.get() - 1.5).abs() < f64::EPSILON);
    assert!(telemetry.render_prometheus().contains("aragora_debates_active 1.5\n"));
}

#[test]
fn values_outside_a_closed_set_or_beyond_a_cap_become_other() {
    let telemetry = Telemetry::new();
    telemetry.counter(&names::VOTES_TOTAL, &["no such status"]).increment();
    assert_eq!(telemetry.count_of(&names::VOTES_TOTAL, &["other"]), 1);
    for agent in 0..100 {
        telemetry.counter(&names::TOKENS_USED_TOTAL, &[&format!("agent{agent}"), "p", "m", "input"]).increment();
    }
    assert_eq!(telemetry.count_of(&names::TOKENS_USED_TOTAL, &["other", "p", "m", "input"]), 36);
    assert_eq!(telemetry.count_of(&names::TELEMETRY_LABEL_OVERFLOW_TOTAL, &["aragora_tokens_used_total"]), 36);
    assert_eq!(telemetry.count_of(&names::TELEMETRY_LABEL_OVERFLOW_TOTAL, &["aragora_votes_total"]), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_labels_keep_the_series_bounded_and_the_text_readable(values in proptest::collection::vec(("\\PC{0,3}|[\\x00-\\x7f]{0,200}", "[a-z\"\\\\\n]{0,4}", any::<String>()), 0..200)) {
        let telemetry = Telemetry::new();
        for (agent, provider, model) in &values {
            telemetry.counter(&names::TOKENS_USED_TOTAL, &[agent, provider, model, "output"]).increment();
        }
        let mut counted = 0;
        let mut distinct: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for sample in telemetry.snapshot().into_iter().filter(|sample| sample.def.name == "aragora_tokens_used_total") {
            if let SampleValue::Counter(count) = sample.value { counted += count; }
            for (place, value) in sample.labels.into_iter().enumerate() {
                prop_assert!(value.len() <= 128 && !value.chars().any(char::is_control));
                distinct.entry(place).or_default().insert(value);
            }
        }
        prop_assert_eq!(counted, values.len() as u64, "nothing is lost, at worst it is `other`");
        prop_assert!(distinct.get(&0).is_none_or(|agents| agents.len() <= 65));
        prop_assert!(distinct.get(&1).is_none_or(|providers| providers.len() <= 33));
        for line in telemetry.render_prometheus().lines().filter(|line| !line.starts_with('#')) {
            let (series, number) = line.rsplit_once(' ').unwrap();
            prop_assert!(number.parse::<f64>().is_ok());
            let mut quoted = false;
            let mut chars = series.chars();
            while let Some(c) = chars.next() {
                match c {
                    '\\' if quoted => prop_assert!(matches!(chars.next(), Some('\\' | '"' | 'n'))),
                    '"' => quoted = !quoted,
                    _ => {}
                }
            }
            prop_assert!(!quoted, "{}", line);
        }
    }
}
