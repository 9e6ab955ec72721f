//! What is let through in any stretch of time stays within bucket and refill, whoever asks, gives up or is cut.

use std::sync::Mutex;
use std::time::Duration;

use aragora_core::agents::TargetSettings;
use aragora_core::agents::layers::{Call, Policy as _, RateLimit};
use aragora_core::clock::{Clock as _, ManualClock};
use aragora_tests::virtual_time::Stepped;
use proptest::prelude::*;

use super::{ms, target};

#[derive(Clone, Debug)]
struct Asking {
    /// After the one before.
    after: u64,
    tokens: u64,
    /// Gives up after so many moves of the clock, if it still waits.
    patience: Option<usize>,
}

fn askings() -> impl Strategy<Value = Vec<Asking>> {
    let after = prop::sample::select(vec![0, 0, 0, 1, 500, 5_000, 60_000]);
    let asking = (after, 1_u64..=1_000, prop::option::weighted(0.2, 0_usize..4));
    prop::collection::vec(asking.prop_map(|(after, tokens, patience)| Asking { after, tokens, patience }), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_stretch_of_time_lets_through_more_than_bucket_and_refill(
        askings in askings(),
        per_minute in prop::sample::select(vec![1_u32, 5, 6, 7, 60, 1_000]),
        pauses in prop::collection::vec((0_usize..60, 0_u64..30), 0..3),
    ) {
        let clock = ManualClock::default();
        let target = target(&clock, "openai/m");
        let tokens_per_minute = 6_000;
        let mut settings = TargetSettings::default();
        settings.requests_per_minute = Some(per_minute);
        settings.tokens_per_minute = Some(tokens_per_minute);
        settings.longest_wait = Duration::from_secs(1 << 20);
        target.configure(settings).unwrap();
        let limit = RateLimit::new(&target);
        let admitted = Mutex::new(Vec::new());
        let mut waiting: Vec<(usize, Stepped<'_, aragora_core::Result<()>>, Option<usize>)> = Vec::new();
        let mut moved = 0;
        let mut queue = askings.iter().enumerate().peekable();
        loop {
            // Everybody whose turn has come goes, whoever is polled first.
            loop {
                let before = waiting.len();
                waiting.retain_mut(|(_, call, _)| call.go().is_none());
                if waiting.len() == before {
                    break;
                }
            }
            waiting.retain_mut(|(_, _, patience)| match patience {
                Some(0) => false,
                Some(left) => {
                    *left -= 1;
                    true
                }
                None => true,
            });
            if let Some((number, asking)) = queue.next() {
                clock.advance(ms(asking.after));
                if let Some((_, wait)) = pauses.iter().find(|(at, _)| *at == number) {
                    let mut headers = aragora_core::http::Headers::new();
                    headers.set("x-ratelimit-remaining-requests", "0");
                    headers.set("x-ratelimit-reset-requests", format!("{wait}s"));
                    target.observe("openai", &headers);
                }
                let (admitted, clock) = (&admitted, &clock);
                let tokens = asking.tokens;
                let call = limit.run(Call::new().with_tokens(tokens, 0), move |_| {
                    admitted.lock().unwrap().push((number, clock.monotonic(), tokens));
                    std::future::ready(Ok(()))
                });
                waiting.push((number, Stepped::new(call), asking.patience));
            } else if waiting.is_empty() {
                break;
            } else {
                prop_assert!(clock.advance_to_next(), "{} wait for nothing", waiting.len());
            }
            moved += 1;
            prop_assert!(moved < 10_000, "it never ends");
        }
        drop(waiting);
        let admitted = admitted.into_inner().unwrap();
        prop_assert!(admitted.windows(2).all(|pair| pair[0].0 < pair[1].0), "first come, first served: {:?}", admitted);
        let bound = |limit: u32, window: Duration| {
            let limit = f64::from(limit);
            (limit / 6.0).max(1.0) + limit / 60.0 * window.as_secs_f64() + 1e-6
        };
        for (i, (_, from, _)) in admitted.iter().enumerate() {
            let (mut calls, mut tokens) = (0.0, 0.0);
            for (_, to, need) in &admitted[i..] {
                calls += 1.0;
                tokens += *need as f64;
                prop_assert!(calls <= bound(per_minute, *to - *from), "{} calls in {:?}", calls, *to - *from);
                prop_assert!(tokens <= bound(tokens_per_minute, *to - *from), "{} tokens in {:?}", tokens, *to - *from);
            }
        }
        prop_assert_eq!((target.rate_limits().queued, clock.sleepers()), (0, 0));
    }
}
