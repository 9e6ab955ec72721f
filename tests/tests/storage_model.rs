//! Random histories on the stores against a model so simple that it can be read at a glance.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::clock::{Clock, ManualClock};
use aragora_core::storage::{
    Address, Batch, ClaimTarget, Control, KeyRange, Lease, LeaseClaim, MemoryStorage, Op, PageRequest, Precondition,
    Revision, ScanOrder, Storage, TableName,
};
use aragora_core::testing::storage::{frame, key, tenant, text};
use aragora_tests::durable::kill::store_of;
use aragora_tests::embedded::scratch;
use proptest::prelude::*;

type Name = u8;

#[derive(Clone, Debug)]
enum Expect {
    Any,
    Absent,
    Present,
    Current,
    Stale,
}

#[derive(Clone, Debug)]
enum Write {
    Put { name: Name, value: u8, ttl: Option<u64>, expect: Expect },
    Delete { name: Name, expect: Expect },
    Take { name: Name },
    Check { name: Name, expect: Expect },
    Fence { name: Name, current: bool },
}

#[derive(Clone, Debug)]
enum Action {
    Apply(Vec<Write>),
    Scan { from: Bound<Name>, to: Bound<Name>, limit: u16, descending: bool },
    Claim { name: Name, seconds: u64 },
    ClaimReady { from: Name, limit: u16 },
    Renew { name: Name, seconds: Option<u64> },
    Advance(u64),
    Sweep,
    Reopen,
}

fn name() -> impl Strategy<Value = Name> {
    0u8..6
}

fn expect() -> impl Strategy<Value = Expect> {
    prop_oneof![3 => Just(Expect::Any), 1 => Just(Expect::Absent), 1 => Just(Expect::Present), 2 => Just(Expect::Current), 1 => Just(Expect::Stale)]
}

fn write() -> impl Strategy<Value = Write> {
    prop_oneof![
        5 => (name(), any::<u8>(), proptest::option::of(1u64..2_000), expect()).prop_map(|(name, value, ttl, expect)| Write::Put { name, value, ttl, expect }),
        2 => (name(), expect()).prop_map(|(name, expect)| Write::Delete { name, expect }),
        1 => name().prop_map(|name| Write::Take { name }),
        1 => (name(), expect()).prop_map(|(name, expect)| Write::Check { name, expect }),
        1 => (name(), any::<bool>()).prop_map(|(name, current)| Write::Fence { name, current }),
    ]
}

fn bound() -> impl Strategy<Value = Bound<Name>> {
    prop_oneof![name().prop_map(Bound::Included), name().prop_map(Bound::Excluded), Just(Bound::Unbounded)]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => proptest::collection::vec(write(), 1..5).prop_map(Action::Apply),
        2 => (bound(), bound(), 1u16..4, any::<bool>()).prop_map(|(from, to, limit, descending)| Action::Scan { from, to, limit, descending }),
        2 => (name(), 1u64..4).prop_map(|(name, seconds)| Action::Claim { name, seconds }),
        1 => (name(), 1u16..4).prop_map(|(from, limit)| Action::ClaimReady { from, limit }),
        2 => (name(), proptest::option::of(1u64..4)).prop_map(|(name, seconds)| Action::Renew { name, seconds }),
        3 => (1u64..1_500).prop_map(Action::Advance),
        1 => Just(Action::Sweep),
        1 => Just(Action::Reopen),
    ]
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    value: String,
    revision: Revision,
    until: Option<i64>,
}

/// What must be there.
#[derive(Clone, Default)]
struct Model {
    rows: BTreeMap<Name, Row>,
    // By name: token and end of the claim that nobody took over.
    claims: BTreeMap<Name, (u64, i64)>,
    last_token: u64,
    revisions: std::collections::HashSet<Revision>,
    // Every lease that was ever given for a name, the latest last.
    leases: BTreeMap<Name, Vec<Lease>>,
}

impl Model {
    fn live(&self, name: Name, now: i64) -> Option<&Row> {
        self.rows.get(&name).filter(|row| row.until.is_none_or(|until| now < until))
    }

    fn expect(&self, name: Name, expect: &Expect, now: i64) -> Precondition {
        match expect {
            Expect::Any => Precondition::Any,
            Expect::Absent => Precondition::Absent,
            Expect::Present => Precondition::Present,
            Expect::Current => {
                self.live(name, now).map_or(Precondition::Absent, |row| Precondition::Revision(row.revision))
            }
            Expect::Stale => Precondition::Revision(Revision::new(u64::MAX)),
        }
    }

    fn holds(&self, name: Name, expect: Precondition, now: i64) -> bool {
        let current = self.live(name, now).map(|row| row.revision);
        match expect {
            Precondition::Any => true,
            Precondition::Absent => current.is_none(),
            Precondition::Present => current.is_some(),
            Precondition::Revision(revision) => current == Some(revision),
        }
    }
}

fn at(name: Name) -> Address {
    Address::new(tenant(), TableName::new("model").unwrap(), key(&name.to_string()))
}

fn name_of(at: &Address) -> Name {
    at.key.decode::<String>().unwrap().parse().unwrap()
}

struct Run {
    store: Arc<dyn Storage>,
    model: Model,
    clock: ManualClock,
    // Of a store that outlives its closing.
    uri: Option<(String, tempfile::TempDir)>,
}

impl Run {
    /// A store of this backend; `memory`, `file`, `redb` or `sled`.
    async fn new(backend: &str) -> Self {
        let clock = ManualClock::default();
        if backend == "memory" {
            let store = Arc::new(MemoryStorage::new(Arc::new(clock.clone())));
            return Self { store, model: Model::default(), clock, uri: None };
        }
        let directory = scratch();
        let uri = format!("{backend}:{}", directory.path().display());
        let store = store_of(&uri, &clock).await.unwrap();
        Self { store, model: Model::default(), clock, uri: Some((uri, directory)) }
    }

    async fn act(&mut self, action: Action) {
        let now = self.clock.now().as_millis();
        match action {
            Action::Apply(writes) => self.apply(writes, now).await,
            Action::Scan { from, to, limit, descending } => self.scan(from, to, limit, descending, now).await,
            Action::Claim { name, seconds } => {
                let free = self.model.claims.get(&name).is_none_or(|(_, until)| *until <= now);
                let got = self.claim(ClaimTarget::Name(at(name)), seconds).await;
                assert_eq!(got.len(), usize::from(free));
                self.given(got, seconds, now);
            }
            Action::ClaimReady { from, limit } => {
                let free = |name: &Name| self.model.claims.get(name).is_none_or(|(_, until)| *until <= now);
                let expected: Vec<Name> = (from..6)
                    .filter(|name| self.model.live(*name, now).is_some())
                    .filter(free)
                    .take(limit.into())
                    .collect();
                let range = KeyRange::new(tenant(), TableName::new("model").unwrap(), key(&from.to_string())..);
                let got = self.claim(ClaimTarget::Ready { range, limit }, 2).await;
                assert_eq!(got.iter().map(|lease| name_of(&lease.at)).collect::<Vec<_>>(), expected);
                self.given(got, 2, now);
            }
            Action::Renew { name, seconds } => {
                let Some(lease) = self.model.leases.get(&name).and_then(|leases| leases.first()).cloned() else {
                    return;
                };
                let held = self.model.claims.get(&name).is_some_and(|(token, _)| *token == lease.token);
                let renewed = self.store.renew(lease.clone(), seconds.map(Duration::from_secs)).await;
                assert_eq!(
                    renewed.as_ref().err().map(aragora_core::Error::kind),
                    (!held).then_some(ErrorKind::LeaseLost)
                );
                if held {
                    assert_eq!(renewed.unwrap().token, lease.token);
                    match seconds {
                        Some(seconds) => {
                            self.model.claims.insert(name, (lease.token, now + seconds as i64 * 1_000));
                        }
                        None => {
                            self.model.claims.remove(&name);
                        }
                    }
                } else {
                    self.model.leases.get_mut(&name).unwrap().remove(0);
                }
            }
            Action::Advance(millis) => self.clock.advance(Duration::from_millis(millis)),
            Action::Sweep => drop(self.store.control(Control::Sweep).await.unwrap()),
            Action::Reopen => {
                if let Some((uri, _)) = &self.uri {
                    self.store.control(Control::Close).await.unwrap();
                    self.store = store_of(uri, &self.clock).await.unwrap();
                }
            }
        }
        self.compare().await;
    }

    async fn claim(&self, target: ClaimTarget, seconds: u64) -> Vec<Lease> {
        let claim = LeaseClaim { target, owner: "model".to_owned(), ttl: Duration::from_secs(seconds) };
        self.store.claim(claim).await.unwrap()
    }

    fn given(&mut self, leases: Vec<Lease>, seconds: u64, now: i64) {
        for lease in leases {
            assert!(lease.token > self.model.last_token, "tokens rise");
            assert_eq!(lease.until.as_millis(), now + seconds as i64 * 1_000);
            let name = name_of(&lease.at);
            assert_eq!(lease.revision, self.model.live(name, now).map(|row| row.revision));
            self.model.last_token = lease.token;
            self.model.claims.insert(name, (lease.token, lease.until.as_millis()));
            self.model.leases.entry(name).or_default().push(lease);
        }
    }

    async fn apply(&mut self, writes: Vec<Write>, now: i64) {
        let mut next = self.model.clone();
        let mut ops = Vec::new();
        let mut outcome = None;
        let mut written = Vec::new();
        let mut takes = Vec::new();
        let puts: Vec<Name> = writes
            .iter()
            .filter_map(|write| if let Write::Put { name, .. } = write { Some(*name) } else { None })
            .collect();
        for write in &writes {
            // Conditions are chosen by the state before the batch, and hold or not in the state at their turn.
            match write {
                Write::Put { name, value, ttl, expect } => {
                    let expect = self.model.expect(*name, expect, now);
                    ops.push(Op::Put {
                        at: at(*name),
                        frame: frame(&value.to_string()),
                        ttl: ttl.map(Duration::from_millis),
                        expect,
                    });
                    outcome = outcome.or((!next.holds(*name, expect, now)).then_some(ErrorKind::Conflict));
                    let until = ttl.map(|ttl| now + ttl as i64);
                    next.rows
                        .insert(*name, Row { value: value.to_string(), revision: Revision::new(u64::MAX - 1), until });
                    written.push(*name);
                }
                Write::Delete { name, expect } => {
                    let expect = self.model.expect(*name, expect, now);
                    ops.push(Op::Delete { at: at(*name), expect });
                    outcome = outcome.or((!next.holds(*name, expect, now)).then_some(ErrorKind::Conflict));
                    next.rows.remove(name);
                    written.push(*name);
                }
                Write::Take { name } => {
                    ops.push(Op::Take { at: at(*name) });
                    takes.push((ops.len() - 1, next.live(*name, now).cloned()));
                    next.rows.remove(name);
                    written.push(*name);
                }
                Write::Check { name, expect } => {
                    let expect = match self.model.expect(*name, expect, now) {
                        Precondition::Any => Precondition::Present,
                        Precondition::Absent if !puts.contains(name) => Precondition::Present,
                        expect => expect,
                    };
                    ops.push(Op::Check { at: at(*name), expect });
                    outcome = outcome.or((!next.holds(*name, expect, now)).then_some(ErrorKind::Conflict));
                }
                Write::Fence { name, current } => {
                    let leases = self.model.leases.get(name);
                    let lease = leases.and_then(|leases| if *current { leases.last() } else { leases.first() });
                    let Some(lease) = lease else { continue };
                    ops.push(Op::Fence(lease.clone()));
                    let held = self.model.claims.get(name).is_some_and(|(token, _)| *token == lease.token);
                    outcome = outcome.or((!held).then_some(ErrorKind::LeaseLost));
                }
            }
        }
        written.sort_unstable();
        if written.windows(2).any(|pair| pair[0] == pair[1]) {
            outcome = Some(ErrorKind::InvalidRequest);
        }
        let result = self.store.apply(Batch::of(ops.clone())).await;
        assert_eq!(result.as_ref().err().map(aragora_core::Error::kind), outcome, "{ops:?}");
        let Ok(commit) = result else { return };
        assert_eq!((commit.revisions.len(), commit.taken.len()), (ops.len(), ops.len()));
        for (index, row) in takes {
            let taken = commit.taken[index].as_ref();
            assert_eq!(
                taken.map(|entry| (text(entry).unwrap(), entry.revision)),
                row.map(|row| (row.value, row.revision))
            );
        }
        for (op, revision) in ops.iter().zip(&commit.revisions) {
            if let Op::Put { at, .. } = op {
                assert!(next.revisions.insert(revision.unwrap()), "a revision came twice");
                next.rows.get_mut(&name_of(at)).unwrap().revision = revision.unwrap();
            }
        }
        self.model = next;
    }

    async fn scan(&self, from: Bound<Name>, to: Bound<Name>, limit: u16, descending: bool, now: i64) {
        use std::ops::RangeBounds as _;
        let mut expected: Vec<Name> =
            (0..6).filter(|name| (from, to).contains(name) && self.model.live(*name, now).is_some()).collect();
        if descending {
            expected.reverse();
        }
        let bounds = (from.map(|name| key(&name.to_string())), to.map(|name| key(&name.to_string())));
        let range = KeyRange::new(tenant(), TableName::new("model").unwrap(), bounds);
        let order = if descending { ScanOrder::Descending } else { ScanOrder::Ascending };
        let mut request = PageRequest { order, ..PageRequest::first(limit) };
        let mut got = Vec::new();
        loop {
            let page = self.store.scan(range.clone(), request.clone()).await.unwrap();
            got.extend(page.entries.iter().map(|entry| name_of(&entry.address)));
            assert_eq!(page.next.is_some(), got.len() < expected.len(), "`next` exactly when something follows");
            match page.next {
                Some(next) => request.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(got, expected);
    }

    async fn compare(&self) {
        let now = self.clock.now().as_millis();
        let found = self.store.get_many((0..6).map(at).collect()).await.unwrap();
        for (name, entry) in (0..6).zip(found) {
            let row = entry.map(|entry| Row {
                value: text(&entry).unwrap(),
                revision: entry.revision,
                until: entry.expires_at.map(|at| at.as_millis()),
            });
            assert_eq!(row.as_ref(), self.model.live(name, now), "key {name}");
        }
    }
}

fn history(backend: &str, actions: Vec<Action>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut run = Run::new(backend).await;
        for action in actions {
            run.act(action).await;
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn memory_does_what_the_model_does(actions in proptest::collection::vec(action(), 0..80)) {
        history("memory", actions);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_file_store_does_what_the_model_does_over_reopening(actions in proptest::collection::vec(action(), 0..40)) {
        history("file", actions);
    }

    #[test]
    fn redb_does_what_the_model_does_over_reopening(actions in proptest::collection::vec(action(), 0..40)) {
        history("redb", actions);
    }
}

#[cfg(feature = "sled")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn sled_does_what_the_model_does_over_reopening(actions in proptest::collection::vec(action(), 0..40)) {
        history("sled", actions);
    }
}
