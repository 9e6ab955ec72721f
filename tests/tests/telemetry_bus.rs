//! The event bus: recorded events reach every reader exactly once and in order, whoever stalls, lags or leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aragora_core::ErrorKind;
use aragora_core::telemetry::{Bus, BusEvent, Lag, OnLag, Received, Subscriber, Telemetry, names};
use futures_util::{FutureExt as _, StreamExt as _};
use proptest::prelude::*;

#[derive(Clone, Debug, PartialEq)]
enum Event {
    Recorded(u64),
    Delta { turn: u8, text: String },
}

impl BusEvent for Event {
    fn recorded_seq(&self) -> Option<u64> {
        if let Self::Recorded(seq) = self { Some(*seq) } else { None }
    }

    fn merges(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Delta { turn: a, text: x }, Self::Delta { turn: b, text: y }) => {
                a == b && x.len() + y.len() <= 64 << 10
            }
            _ => false,
        }
    }

    fn merge(&mut self, next: &Self) {
        if let (Self::Delta { text, .. }, Self::Delta { text: more, .. }) = (self, next) {
            text.push_str(more);
        }
    }
}

fn delta(turn: u8, text: &str) -> Event {
    Event::Delta { turn, text: text.to_owned() }
}

fn bus(capacity: usize) -> Bus<Event> {
    Bus::new(capacity, &Telemetry::new())
}

fn event(received: Received<Event>) -> Event {
    match received {
        Received::Event(event) => (*event).clone(),
        Received::Lagged(lag) => panic!("lagged {lag:?}"),
    }
}

fn drain(subscriber: &mut Subscriber<Event>) -> Vec<Received<Event>> {
    std::iter::from_fn(|| subscriber.try_recv()).map(Result::unwrap).collect()
}

#[derive(Clone, Debug)]
enum Action {
    Record,
    Delta(u8),
    Subscribe,
    Take { reader: usize, most: usize },
    Leave(usize),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => Just(Action::Record),
        8 => (0u8..3).prop_map(Action::Delta),
        1 => Just(Action::Subscribe),
        2 => (0usize..4, 1usize..40).prop_map(|(reader, most)| Action::Take { reader, most }),
        1 => (0usize..8).prop_map(Action::Leave),
    ]
}

/// A reader as the engine has one: it fills what it missed from the log.
struct Reader {
    subscriber: Subscriber<Event>,
    from: u64,
    seen: Vec<u64>,
    text: [String; 3],
    sent: [String; 3],
}

impl Reader {
    fn take(&mut self, most: usize) {
        for _ in 0..most {
            match self.subscriber.try_recv() {
                None => break,
                Some(Ok(Received::Lagged(Lag { from, to, .. }))) => self.seen.extend(from..=to),
                Some(Ok(Received::Event(event))) => match &*event {
                    Event::Recorded(seq) => self.seen.push(*seq),
                    Event::Delta { turn, text } => self.text[usize::from(*turn)].push_str(text),
                },
                Some(Err(error)) => panic!("{error}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_reader_gets_the_log_and_every_token_it_was_not_told_to_miss(
        actions in proptest::collection::vec(action(), 0..400),
        capacity in prop_oneof![Just(1usize), Just(16), Just(70), Just(10_000)],
    ) {
        let bus = bus(capacity);
        let mut log = 0_u64;
        let mut readers: Vec<Reader> = Vec::new();
        for (step, action) in actions.into_iter().enumerate() {
            match action {
                Action::Record => {
                    bus.publish(Event::Recorded(log));
                    log += 1;
                }
                Action::Delta(turn) => {
                    let text = format!("{step} ");
                    bus.publish_with(|| delta(turn, &text));
                    readers.iter_mut().for_each(|reader| reader.sent[usize::from(turn)].push_str(&text));
                }
                Action::Subscribe => readers.push(Reader {
                    subscriber: bus.subscribe(OnLag::CatchUp), from: log, seen: Vec::new(), text: Default::default(),
                    sent: Default::default(),
                }),
                Action::Take { reader, most } => readers.get_mut(reader).into_iter().for_each(|reader| reader.take(most)),
                Action::Leave(reader) => {
                    if reader < readers.len() {
                        readers.remove(reader);
                    }
                }
            }
            prop_assert_eq!(bus.subscribers(), readers.len());
            for reader in &readers {
                prop_assert!(reader.subscriber.queued() <= capacity);
            }
        }
        bus.close();
        for mut reader in readers {
            reader.take(usize::MAX);
            prop_assert_eq!(&reader.seen, &(reader.from..log).collect::<Vec<_>>(), "each recorded event once and in order");
            if reader.subscriber.dropped() == 0 {
                prop_assert_eq!(&reader.text, &reader.sent, "joined deltas are the whole text");
            } else {
                for (got, sent) in reader.text.iter().zip(&reader.sent) {
                    let mut sent = sent.split_whitespace();
                    prop_assert!(got.split_whitespace().all(|word| sent.any(|other| other == word)), "only gaps");
                }
            }
            prop_assert!(reader.subscriber.is_ended());
        }
    }
}

#[test]
fn nobody_listening_costs_no_event() {
    let bus = bus(16);
    let made = AtomicUsize::new(0);
    let publish = || {
        bus.publish_with(|| {
            made.fetch_add(1, Ordering::SeqCst);
            Event::Recorded(0)
        });
    };
    publish();
    assert!(bus.is_idle() && made.load(Ordering::SeqCst) == 0);
    let subscriber = bus.subscribe(OnLag::CatchUp);
    publish();
    assert_eq!(made.load(Ordering::SeqCst), 1);
    drop(subscriber);
    publish();
    assert_eq!((made.load(Ordering::SeqCst), bus.subscribers()), (1, 0), "leaving unsubscribes");
}

#[test]
fn readers_share_one_event_until_it_is_joined() {
    let bus = bus(1_000);
    let (mut near, mut far) = (bus.subscribe(OnLag::CatchUp), bus.subscribe(OnLag::CatchUp));
    for number in 0..70 {
        bus.publish(delta(0, &format!("{number} ")));
        if number < 64 {
            near.try_recv().unwrap().unwrap();
        }
    }
    let near: Vec<_> = drain(&mut near).into_iter().map(event).collect();
    assert_eq!(near.len(), 6, "a reader that keeps up gets every delta by itself");
    assert_eq!(near[0], delta(0, "64 "), "joining for another reader changed nothing here");
    let far: Vec<_> = drain(&mut far).into_iter().map(event).collect();
    assert_eq!(
        (far.len(), &far[63]),
        (64, &delta(0, "63 64 65 66 67 68 69 ")),
        "64 behind, adjacent deltas are joined"
    );
}

#[test]
fn only_neighbours_of_one_turn_are_joined_and_texts_stay_within_their_size() {
    let bus = bus(1_000);
    let mut reader = bus.subscribe(OnLag::CatchUp);
    (0..64).for_each(|seq| bus.publish(Event::Recorded(seq)));
    for event in [delta(0, "a"), delta(1, "b"), delta(0, "c"), Event::Recorded(64), delta(0, "d"), delta(0, "e")] {
        bus.publish(event);
    }
    bus.publish(delta(0, &"x".repeat((64 << 10) - 2)));
    bus.publish(delta(0, "y"));
    let tail: Vec<_> = drain(&mut reader).into_iter().skip(64).map(event).collect();
    let long = format!("de{}", "x".repeat((64 << 10) - 2));
    assert_eq!(
        tail,
        [delta(0, "a"), delta(1, "b"), delta(0, "c"), Event::Recorded(64), delta(0, &long), delta(0, "y")]
    );
}

#[test]
fn the_oldest_live_events_go_first_and_are_counted() {
    let telemetry = Telemetry::new();
    let bus = Bus::new(4, &telemetry);
    let mut reader = bus.subscribe(OnLag::CatchUp);
    for event in [
        delta(0, "a"),
        Event::Recorded(0),
        delta(1, "b"),
        delta(2, "c"),
        Event::Recorded(1),
        delta(0, "d"),
        Event::Recorded(2),
    ] {
        bus.publish(event);
    }
    let left: Vec<_> = drain(&mut reader).into_iter().map(event).collect();
    assert_eq!(left, [Event::Recorded(0), Event::Recorded(1), delta(0, "d"), Event::Recorded(2)]);
    assert_eq!(reader.dropped(), 3);
    assert_eq!(telemetry.count_of(&names::EVENTS_DROPPED_TOTAL, &["live"]), 3);
    assert_eq!(telemetry.count_of(&names::EVENTS_DROPPED_TOTAL, &["recorded"]), 0);
    assert_eq!(telemetry.count_of(&names::EVENTS_PUBLISHED_TOTAL, &["recorded"]), 3);
}

#[test]
fn a_lag_names_its_span_and_grows_until_it_is_taken() {
    let bus = bus(2);
    let mut reader = bus.subscribe(OnLag::CatchUp);
    (7..12).for_each(|seq| bus.publish(Event::Recorded(seq)));
    let got = drain(&mut reader);
    assert_eq!(got[0], Received::Lagged(Lag { from: 7, to: 10, dropped: 0 }));
    assert_eq!(got.len(), 2);
    assert_eq!(event(got[1].clone()), Event::Recorded(11));
    bus.publish(Event::Recorded(12));
    assert_eq!(drain(&mut reader).into_iter().map(event).collect::<Vec<_>>(), [Event::Recorded(12)]);
}

#[tokio::test]
async fn a_reader_that_wants_no_gap_is_ended_with_the_span_and_nothing_else() {
    let bus = bus(2);
    let mut reader = bus.subscribe(OnLag::Disconnect);
    let mut calm = bus.subscribe(OnLag::CatchUp);
    (0..4).for_each(|seq| bus.publish(Event::Recorded(seq)));
    let error = reader.recv().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.context()["from"].as_str(), error.context()["to"].as_str()),
        (ErrorKind::Lagged, "0", "1")
    );
    assert!(reader.recv().await.is_none() && reader.is_ended());
    assert_eq!(calm.next_batch(10).await.unwrap().unwrap().len(), 3, "another reader is not concerned");
}

#[tokio::test]
async fn waiting_readers_are_woken_and_end_with_the_bus() {
    let bus = bus(16);
    let mut reader = bus.subscribe(OnLag::CatchUp);
    assert!(reader.recv().now_or_never().is_none(), "a dropped wait loses nothing");
    let task = tokio::spawn(async move {
        let first = event(reader.recv().await.unwrap().unwrap());
        let second = event(reader.next().await.unwrap().unwrap());
        (first, second, reader.recv().await.is_none())
    });
    tokio::task::yield_now().await;
    bus.publish(Event::Recorded(0));
    tokio::task::yield_now().await;
    bus.publish(Arc::new(Event::Recorded(1)));
    tokio::task::yield_now().await;
    drop(bus);
    assert_eq!(task.await.unwrap(), (Event::Recorded(0), Event::Recorded(1), true));
}

#[tokio::test]
async fn a_closed_bus_is_read_to_its_end() {
    let bus = bus(16);
    let mut reader = bus.subscribe(OnLag::CatchUp);
    bus.publish(Event::Recorded(0));
    bus.close();
    bus.publish(Event::Recorded(1));
    assert_eq!(event(reader.recv().await.unwrap().unwrap()), Event::Recorded(0));
    assert!(reader.recv().await.is_none());
    assert!(bus.subscribe(OnLag::CatchUp).recv().await.is_none(), "there is nothing to join any more");
}

#[tokio::test]
async fn batches_take_what_is_there_up_to_their_size() {
    let bus = bus(100);
    let mut reader = bus.subscribe(OnLag::CatchUp);
    (0..10).for_each(|seq| bus.publish(Event::Recorded(seq)));
    for (most, expected) in [(4, 4), (1, 1), (0, 1), (256, 4)] {
        assert_eq!(reader.next_batch(most).await.unwrap().unwrap().len(), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_on_other_threads_get_the_log_while_it_is_written() {
    let bus = bus(32);
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let mut reader = bus.subscribe(OnLag::CatchUp);
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while let Some(received) = reader.recv().await {
                    match received.unwrap() {
                        Received::Event(event) => seen.extend(event.recorded_seq()),
                        Received::Lagged(lag) => seen.extend(lag.from..=lag.to),
                    }
                }
                seen
            })
        })
        .collect();
    for seq in 0..5_000 {
        bus.publish(Event::Recorded(seq));
        bus.publish(delta(0, "token"));
        if seq % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    bus.close();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), (0..5_000).collect::<Vec<_>>());
    }
}
