//! What lies below the seal: unreadable, bound to its place, and refused once somebody changed it.

use std::sync::Arc;
use std::time::Duration;

use aragora_core::ErrorKind;
use aragora_core::clock::ManualClock;
use aragora_core::crypto::Keyring;
use aragora_core::ids::OrgId;
use aragora_core::storage::{
    Address, Batch, Codec, EncryptionState, FieldPolicy, KeyBytes, KeyRange, MemoryStorage, Observed, OnCorrupt, Op,
    PageRequest, Precondition, Seal, Sealed, Space, Storage, Table, TableDef, TableName, TableRecord, Tenanted, draft,
    draft_json, open_frame,
};
use aragora_core::telemetry::{Parts, names};
use aragora_core::testing::storage::{Call, Fault, FaultStorage, Moment};
use aragora_tests::sealing::{KEY_1, KEY_2};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const SECRET: &str = "xoxb-a-seeded-secret";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: String,
    text: String,
}

impl TableRecord for Note {
    type Key = String;
    const DEF: TableDef = TableDef::tenant("test_note", 1);

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// Like a connector: one member is readable, the others are not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Connector {
    id: String,
    kind: Value,
    token: String,
    #[serde(flatten)]
    more: serde_json::Map<String, Value>,
}

impl TableRecord for Connector {
    type Key = String;
    const DEF: TableDef = TableDef {
        seal: Seal::Fields(&FieldPolicy { plain: &["/id", "/kind"] }),
        ..TableDef::tenant("test_connector", 1)
    };

    fn key(&self) -> String {
        self.id.clone()
    }
}

fn acme() -> Space {
    Space::Tenant(OrgId::new("acme").unwrap())
}

fn note(id: &str, text: &str) -> Note {
    Note { id: id.to_owned(), text: text.to_owned() }
}

fn connector(token: &str, more: Value) -> Connector {
    let Value::Object(more) = more else { panic!("no object") };
    Connector { id: "slack".to_owned(), kind: json!("chat"), token: token.to_owned(), more }
}

struct Lab {
    below: Arc<dyn Storage>,
    parts: Parts,
    clock: ManualClock,
}

impl Lab {
    fn new() -> Self {
        let clock = ManualClock::default();
        let parts = Parts::system().with_clock(clock.clone());
        Self { below: Arc::new(MemoryStorage::new(parts.clock.clone())), parts, clock }
    }

    fn sealed(&self, keys: &str) -> Arc<dyn Storage> {
        self.sealed_as(keys, EncryptionState::Strict)
    }

    fn sealed_as(&self, keys: &str, unlisted: EncryptionState) -> Arc<dyn Storage> {
        let sealed = Sealed::new(self.below.clone(), Keyring::from_hex_list(keys).unwrap(), &self.parts);
        Arc::new(sealed.tables(&[Note::DEF, Connector::DEF]).unwrap().unlisted(unlisted))
    }

    /// The JSON that lies below for the one connector.
    async fn stored(&self) -> Value {
        let at = connectors(&self.below).address(&"slack".to_owned()).unwrap();
        let entry = self.below.get(at).await.unwrap().unwrap();
        serde_json::from_slice(open_frame(&entry.frame, &entry.address.physical()).unwrap().payload).unwrap()
    }

    async fn store_below(&self, value: &Value) {
        let at = connectors(&self.below).address(&"slack".to_owned()).unwrap();
        self.below.put(at, draft_json(1, value).unwrap()).await.unwrap();
    }

    /// Everything that lies below in a table, as one byte string.
    async fn dump(&self, table: &str) -> Vec<u8> {
        let range = KeyRange::all(acme(), TableName::new(table).unwrap());
        let page = self.below.scan(range, PageRequest::first(1_000)).await.unwrap();
        page.entries.iter().flat_map(|entry| entry.frame.to_vec()).collect()
    }
}

fn notes(storage: &Arc<dyn Storage>) -> Table<Note> {
    Table::new(storage.clone(), acme())
}

fn connectors(storage: &Arc<dyn Storage>) -> Table<Connector> {
    Table::new(storage.clone(), acme())
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    let base64 = data_encoding::BASE64.encode(needle.as_bytes());
    let hex = aragora_tests::sealing::hex(needle.as_bytes());
    [needle.as_bytes(), base64.trim_end_matches('=').as_bytes(), hex.as_bytes()]
        .iter()
        .any(|needle| haystack.windows(needle.len()).any(|window| window == *needle))
}

#[tokio::test]
async fn no_secret_lies_below_and_the_record_comes_back() {
    let lab = Lab::new();
    let above = lab.sealed(KEY_1);
    let written = note("a", SECRET);
    notes(&above).put(&written).await.unwrap();
    assert_eq!(notes(&above).get(&"a".to_owned()).await.unwrap().unwrap().value, written);
    let row = connector(SECRET, json!({"password": SECRET, "n": 0.1}));
    connectors(&above).put(&row).await.unwrap();
    assert_eq!(connectors(&above).get(&"slack".to_owned()).await.unwrap().unwrap().value, row);
    for table in ["test_note", "test_connector"] {
        let dump = lab.dump(table).await;
        assert!(dump.len() > 100 && !holds(&dump, SECRET), "{table}");
    }
    // Without a keyring the row says what it lacks.
    let error = notes(&lab.below).get(&"a".to_owned()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
}

#[tokio::test]
async fn a_value_opens_only_where_it_was_put() {
    let lab = Lab::new();
    let above = lab.sealed(KEY_1);
    let table = |name: &str| TableName::new(name).unwrap();
    let places: Vec<Address> = [
        (acme(), "t", "a"),
        (acme(), "t", "b"),
        (acme(), "t2", "a"),
        (Space::Tenant(OrgId::new("other").unwrap()), "t", "a"),
        (Space::System, "t", "a"),
    ]
    .map(|(space, name, key)| Address::new(space, table(name), KeyBytes::of(&key.to_owned())))
    .to_vec();
    for at in &places {
        above.put(at.clone(), draft(Codec::Raw, 1, SECRET.as_bytes())).await.unwrap();
    }
    let originals = lab.below.get_many(places.clone()).await.unwrap();
    for (from, original) in places.iter().zip(&originals) {
        for to in places.iter().filter(|to| *to != from) {
            // The store below stamps a sound frame for the new place: only the seal can notice.
            lab.below.put(to.clone(), original.as_ref().unwrap().frame.clone()).await.unwrap();
            let error = above.get(to.clone()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::DecryptionFailed, "{from:?} to {to:?}");
            assert_eq!(error.context()["table"], to.table.as_str());
            assert_eq!(error.context()["key"], format!("{:?}", to.key));
            above.put(to.clone(), draft(Codec::Raw, 1, b"restored")).await.unwrap();
        }
        lab.below.put(from.clone(), original.as_ref().unwrap().frame.clone()).await.unwrap();
        assert!(above.get(from.clone()).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_strict_store_refuses_plain_rows() {
    let lab = Lab::new();
    let above = lab.sealed(KEY_1);
    notes(&above).put(&note("a", "sealed")).await.unwrap();
    notes(&lab.below).put(&note("b", "plain")).await.unwrap();
    let error = notes(&above).get(&"b".to_owned()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PlaintextRefused);
    let all = notes(&above).all();
    assert_eq!(above.scan(all.clone(), PageRequest::default()).await.unwrap_err().kind(), ErrorKind::PlaintextRefused);
    let report = PageRequest { on_corrupt: OnCorrupt::Report, ..PageRequest::default() };
    let page = notes(&above).scan(all, report).await.unwrap();
    assert_eq!(page.records.len(), 1, "the others are served");
    assert_eq!(page.corrupt[0].error.kind(), ErrorKind::PlaintextRefused);
    assert_eq!(page.corrupt[0].address.key, KeyBytes::of(&"b".to_owned()));
    let errors = |kind| lab.parts.telemetry.count_of(&names::ENCRYPTION_ERRORS_TOTAL, &["decrypt", kind]);
    assert_eq!((errors("plaintext_refused"), errors("key_not_found")), (3, 0));

    // A table whose members are sealed refuses a plain record the same way.
    lab.store_below(&json!({"id": "slack", "kind": "chat", "token": "t"})).await;
    let error = connectors(&above).get(&"slack".to_owned()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PlaintextRefused);
}

#[tokio::test]
async fn both_forms_are_read_until_a_store_is_strict() {
    for (state, sealed_below) in [(EncryptionState::Plain, false), (EncryptionState::Migrating, true)] {
        let lab = Lab::new();
        notes(&lab.below).put(&note("old", SECRET)).await.unwrap();
        let above = lab.sealed_as(KEY_1, state);
        assert_eq!(notes(&above).get(&"old".to_owned()).await.unwrap().unwrap().value.text, SECRET);
        notes(&above).put(&note("new", "second-secret")).await.unwrap();
        assert_eq!(holds(&lab.dump("test_note").await, "second-secret"), !sealed_below, "{state:?}");
        assert_eq!(notes(&above).get(&"new".to_owned()).await.unwrap().unwrap().value.text, "second-secret");
        // It is written down now: a process that expects strictness learns better.
        let other = lab.sealed(KEY_1);
        assert_eq!(notes(&other).get(&"old".to_owned()).await.unwrap().unwrap().value.text, SECRET);
    }
}

#[tokio::test]
async fn a_state_cannot_be_lowered_without_the_key() {
    let lab = Lab::new();
    let strict = lab.sealed(KEY_1);
    notes(&strict).put(&note("a", "v")).await.unwrap();
    notes(&lab.below).put(&note("b", "plain")).await.unwrap();
    let states = TableName::new("encryption_state").unwrap();
    let key = KeyBytes::of(&("acme".to_owned(), "test_note".to_owned()));
    let at = Address::new(Space::System, states, key);
    let stored = lab.below.get(at.clone()).await.unwrap().unwrap();
    let forged = draft_json(1, &json!({"state": "plain"})).unwrap();
    lab.below.put(at.clone(), forged).await.unwrap();
    let error = notes(&lab.sealed(KEY_1)).get(&"b".to_owned()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PlaintextRefused);
    // Nor is another store's state of use here, nor its absence.
    let mut other = at.clone();
    other.key = KeyBytes::of(&("acme".to_owned(), "test_connector".to_owned()));
    lab.below.put(other, stored.frame).await.unwrap();
    let error = connectors(&lab.sealed(KEY_1)).put(&connector("t", json!({}))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DecryptionFailed);
    lab.below.delete(at).await.unwrap();
    let error = notes(&lab.sealed(KEY_1)).get(&"b".to_owned()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PlaintextRefused);
}

#[tokio::test]
async fn members_are_sealed_in_the_shape_of_the_seed() {
    let lab = Lab::new();
    let above = lab.sealed(KEY_1);
    let marker_like = json!({"_encrypted": true, "_value": "AgFz"});
    let mut row =
        connector(SECRET, json!({"odd/na~me": "x", "value": marker_like, "null": null, "n": 9007199254740993u64}));
    row.kind = marker_like.clone();
    connectors(&above).put(&row).await.unwrap();
    let below = lab.stored().await;
    assert_eq!(below["id"], "slack");
    assert_eq!(below["kind"], marker_like, "a plain member is stored literally, whatever it looks like");
    for name in ["token", "odd/na~me", "value", "null", "n", "_manifest"] {
        let marker = below[name].as_object().unwrap();
        assert_eq!((marker.len(), &marker["_encrypted"]), (2, &json!(true)), "{name}");
        let envelope = data_encoding::BASE64.decode(marker["_value"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(envelope[..2], [2, 1]);
    }
    assert_eq!(connectors(&above).get(&"slack".to_owned()).await.unwrap().unwrap().value, row);
    let refused = connectors(&above).put(&connector("t", json!({"_manifest": 1}))).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_member_removed_added_or_put_back_is_noticed() {
    let lab = Lab::new();
    let above = lab.sealed(KEY_1);
    connectors(&above).put(&connector("old", json!({"a": 1, "b": 2}))).await.unwrap();
    let old = lab.stored().await;
    connectors(&above).put(&connector("new", json!({"a": 1, "b": 2}))).await.unwrap();
    let new = lab.stored().await;
    let changed = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        let mut value = new.clone();
        change(value.as_object_mut().unwrap());
        value
    };
    for (name, value, expected) in [
        ("removed", changed(&|row| drop(row.remove("a"))), ErrorKind::DecryptionFailed),
        ("older", changed(&|row| row["token"] = old["token"].clone()), ErrorKind::DecryptionFailed),
        ("older manifest", changed(&|row| row["_manifest"] = old["_manifest"].clone()), ErrorKind::DecryptionFailed),
        (
            "exchanged",
            changed(&|row| {
                let a = row["a"].clone();
                row["a"] = std::mem::replace(&mut row["b"], a);
            }),
            ErrorKind::DecryptionFailed,
        ),
        ("added", changed(&|row| drop(row.insert("c".to_owned(), new["a"].clone()))), ErrorKind::DecryptionFailed),
        ("plain", changed(&|row| row["token"] = json!("plain")), ErrorKind::DecryptionFailed),
        ("longer marker", changed(&|row| row["token"]["x"] = json!(1)), ErrorKind::DecryptionFailed),
        ("manifest removed", changed(&|row| drop(row.remove("_manifest"))), ErrorKind::DecryptionFailed),
    ] {
        lab.store_below(&value).await;
        for state in [EncryptionState::Strict, EncryptionState::Migrating] {
            let reader = lab.sealed_as(KEY_1, state);
            let error = connectors(&reader).get(&"slack".to_owned()).await.unwrap_err();
            assert_eq!(error.kind(), expected, "{name} {state:?}");
        }
    }
    lab.store_below(&new).await;
    assert_eq!(connectors(&above).get(&"slack".to_owned()).await.unwrap().unwrap().value.token, "new");
}

#[tokio::test]
async fn a_missing_key_is_named_and_destroys_nothing() {
    let lab = Lab::new();
    notes(&lab.sealed(KEY_1)).put(&note("a", "v")).await.unwrap();
    let id = Keyring::from_hex_list(KEY_1).unwrap().active_key_id();
    let other = lab.sealed(KEY_2);
    let error = notes(&other).take(&"a".to_owned()).await.unwrap_err();
    assert_eq!((error.kind(), error.reason()), (ErrorKind::KeyNotFound, &*format!("Key not found: {id}")));
    let both = lab.sealed(&format!("{KEY_2},{KEY_1}"));
    assert_eq!(notes(&both).take(&"a".to_owned()).await.unwrap().unwrap().value.text, "v");
    assert_eq!(notes(&both).get(&"a".to_owned()).await.unwrap(), None);
}

#[tokio::test]
async fn damage_is_corrupt_before_it_is_anything_else() {
    let lab = Lab::new();
    let above = lab.sealed(KEY_1);
    let table = notes(&above);
    table.put(&note("a", "v")).await.unwrap();
    let at = table.address(&"a".to_owned()).unwrap();
    let sound = lab.below.get(at.clone()).await.unwrap().unwrap();
    // A store that answers with a flipped bit, which the sum of the frame finds.
    let lying = Arc::new(Flipping { inner: lab.below.clone(), bit: std::sync::atomic::AtomicUsize::new(0) });
    let above: Arc<dyn Storage> =
        Arc::new(Sealed::new(lying.clone(), Keyring::from_hex_list(KEY_1).unwrap(), &lab.parts));
    for bit in (0..sound.frame.len() * 8).step_by(7) {
        lying.bit.store(bit + 1, std::sync::atomic::Ordering::SeqCst);
        let error = above.get(at.clone()).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::UnsupportedVersion), "bit {bit}: {error}");
    }
}

#[derive(Debug)]
struct Flipping {
    inner: Arc<dyn Storage>,
    bit: std::sync::atomic::AtomicUsize,
}

#[async_trait::async_trait]
impl Storage for Flipping {
    fn capability(&self) -> aragora_core::storage::Capability {
        self.inner.capability()
    }

    async fn get_many(&self, at: Vec<Address>) -> aragora_core::Result<Vec<Option<aragora_core::storage::Entry>>> {
        let values = at.iter().any(|at| at.space != Space::System);
        let mut found = self.inner.get_many(at).await?;
        let bit = self.bit.load(std::sync::atomic::Ordering::SeqCst);
        if let (true, Some(bit)) = (values, bit.checked_sub(1)) {
            for entry in found.iter_mut().flatten() {
                let mut frame = entry.frame.to_vec();
                frame[bit / 8] ^= 1 << (bit % 8);
                entry.frame = frame.into();
            }
        }
        Ok(found)
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> aragora_core::Result<aragora_core::storage::ScanPage> {
        self.inner.scan(range, page).await
    }

    async fn apply(&self, batch: Batch) -> aragora_core::Result<aragora_core::storage::Commit> {
        self.inner.apply(batch).await
    }

    async fn claim(
        &self,
        claim: aragora_core::storage::LeaseClaim,
    ) -> aragora_core::Result<Vec<aragora_core::storage::Lease>> {
        self.inner.claim(claim).await
    }

    async fn renew(
        &self,
        lease: aragora_core::storage::Lease,
        ttl: Option<Duration>,
    ) -> aragora_core::Result<aragora_core::storage::Lease> {
        self.inner.renew(lease, ttl).await
    }

    async fn watch(&self, range: KeyRange) -> aragora_core::Result<aragora_core::storage::Watch> {
        self.inner.watch(range).await
    }

    async fn control(
        &self,
        control: aragora_core::storage::Control,
    ) -> aragora_core::Result<aragora_core::storage::ControlReport> {
        self.inner.control(control).await
    }
}

#[tokio::test]
async fn operations_are_counted_by_store() {
    let lab = Lab::new();
    let above = lab.sealed(KEY_1);
    for id in ["a", "b"] {
        notes(&above).put(&note(id, "v")).await.unwrap();
    }
    notes(&above).get(&"a".to_owned()).await.unwrap();
    let count =
        |operation| lab.parts.telemetry.count_of(&names::ENCRYPTION_OPERATIONS_TOTAL, &[operation, "test_note"]);
    assert_eq!((count("encrypt"), count("decrypt")), (2, 1));
}

#[tokio::test]
async fn three_failures_in_a_row_are_unhealthy_and_one_success_is_not() {
    let lab = Lab::new();
    let failing = Arc::new(FaultStorage::new(lab.below.clone(), Arc::new(lab.clock.clone())));
    let observed = Observed::new(failing.clone(), &lab.parts);
    let health = observed.health();
    let observed: Arc<dyn Storage> = Arc::new(observed);
    let at = notes(&observed).address(&"a".to_owned()).unwrap();
    let conflict = Op::Delete { at: at.clone(), expect: Precondition::Present };
    for _ in 0..5 {
        assert_eq!(observed.apply(Batch::of([conflict.clone()])).await.unwrap_err().kind(), ErrorKind::Conflict);
    }
    assert!(health.is_healthy(), "a conflict says nothing about the store");
    for nth in 1..=3 {
        failing.plan(Fault::Fail { call: Call::GetMany, nth: 1, moment: Moment::Before });
        assert!(observed.get(at.clone()).await.is_err());
        failing.heal();
        assert_eq!(health.is_healthy(), nth < 3);
    }
    observed.get(at).await.unwrap();
    assert!(health.is_healthy());
    let count = |status| lab.parts.telemetry.count_of(&names::STORAGE_OPERATIONS_TOTAL, &["get_many", status]);
    assert_eq!((count("success"), count("unavailable")), (1, 3));
}

#[tokio::test]
async fn another_tenants_place_is_refused_before_anything_happens() {
    let lab = Lab::new();
    let counted = Arc::new(aragora_core::testing::storage::CountingStorage::new(lab.below.clone()));
    let handle: Arc<dyn Storage> = Arc::new(Tenanted::new(counted.clone(), OrgId::new("acme").unwrap()));
    for space in [Space::System, Space::Tenant(OrgId::new("other").unwrap())] {
        let table = TableName::new("t").unwrap();
        let at = Address::new(space.clone(), table.clone(), KeyBytes::of(&1u64));
        let range = KeyRange::all(space, table);
        let own = Address::new(acme(), TableName::new("t").unwrap(), KeyBytes::of(&1u64));
        let put = |at: &Address| Op::Put {
            at: at.clone(),
            frame: draft(Codec::Raw, 1, b""),
            ttl: None,
            expect: Precondition::Any,
        };
        let lease = aragora_core::storage::Lease {
            at: at.clone(),
            token: 1,
            owner: String::new(),
            until: aragora_core::clock::Timestamp::from_millis(0),
            revision: None,
        };
        let claim =
            |target| aragora_core::storage::LeaseClaim { target, owner: String::new(), ttl: Duration::from_secs(1) };
        let refused = [
            handle.get_many(vec![own.clone(), at.clone()]).await.map(drop),
            handle.scan(range.clone(), PageRequest::default()).await.map(drop),
            handle.apply(Batch::of([put(&own), put(&at)])).await.map(drop),
            handle.apply(Batch::of([put(&own), Op::Fence(lease.clone())])).await.map(drop),
            handle.claim(claim(aragora_core::storage::ClaimTarget::Name(at.clone()))).await.map(drop),
            handle
                .claim(claim(aragora_core::storage::ClaimTarget::Ready { range: range.clone(), limit: 1 }))
                .await
                .map(drop),
            handle.renew(lease, None).await.map(drop),
            handle.watch(range).await.map(drop),
        ];
        for (index, refused) in refused.iter().enumerate() {
            assert_eq!(refused.as_ref().unwrap_err().kind(), ErrorKind::PermissionDenied, "call {index}");
        }
    }
    assert_eq!(counted.counts(), aragora_core::testing::storage::StorageCounts::default(), "nothing reached the store");
}

#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8),
    Delete(u8),
    Take(u8),
    PutIfAbsent(u8, u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0u8..6, any::<u8>()).prop_map(|(key, value)| Step::Put(key, value)),
        (0u8..6).prop_map(Step::Delete),
        (0u8..6).prop_map(Step::Take),
        (0u8..6, any::<u8>()).prop_map(|(key, value)| Step::PutIfAbsent(key, value)),
    ]
}

/// What a tenant sees of its own steps: kinds of results, values and pages, but no revision, which is unique in the
/// store on purpose.
async fn play(handle: &Arc<dyn Storage>, tenant: &str, steps: &[Step], seen: &mut Vec<String>) {
    let space = Space::Tenant(OrgId::new(tenant).unwrap());
    let table = TableName::new("t").unwrap();
    let at = |key: u8| Address::new(space.clone(), table.clone(), KeyBytes::of(&u64::from(key)));
    let value = |entry: &aragora_core::storage::Entry| {
        open_frame(&entry.frame, &entry.address.physical()).unwrap().payload.to_vec()
    };
    for step in steps {
        seen.push(match step {
            Step::Put(key, byte) => {
                format!("{:?}", handle.put(at(*key), draft(Codec::Raw, 1, &[*byte])).await.map(drop))
            }
            Step::Delete(key) => {
                let op = Op::Delete { at: at(*key), expect: Precondition::Present };
                format!("{:?}", handle.apply(Batch::of([op])).await.map(drop))
            }
            Step::Take(key) => format!("{:?}", handle.take(at(*key)).await.map(|entry| entry.as_ref().map(value))),
            Step::PutIfAbsent(key, byte) => {
                format!(
                    "{:?}",
                    handle.put_if_absent(at(*key), draft(Codec::Raw, 1, &[*byte])).await.map(|r| r.is_some())
                )
            }
        });
        let page = handle.scan(KeyRange::all(space.clone(), table.clone()), PageRequest::first(2)).await.unwrap();
        let next = page.next.map(|cursor| cursor.to_string());
        seen.push(format!("{:?} {next:?}", page.entries.iter().map(value).collect::<Vec<_>>()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_tenant_sees_does_not_depend_on_others(own in proptest::collection::vec(step(), 1..20), theirs in proptest::collection::vec(step(), 0..20)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let run = |others: &[Step]| runtime.block_on(async {
            let lab = Lab::new();
            let whole = lab.sealed(KEY_1);
            let handle = |tenant: &str| -> Arc<dyn Storage> { Arc::new(Tenanted::new(whole.clone(), OrgId::new(tenant).unwrap())) };
            let (mine, other) = (handle("acme"), handle("other"));
            let mut seen = Vec::new();
            let mut others = others.iter();
            for step in &own {
                if let Some(theirs) = others.next() {
                    play(&other, "other", std::slice::from_ref(theirs), &mut Vec::new()).await;
                }
                play(&mine, "acme", std::slice::from_ref(step), &mut seen).await;
            }
            seen
        });
        prop_assert_eq!(run(&theirs), run(&[]));
    }

    #[test]
    fn any_record_comes_back_through_sealed_members(token in ".{0,12}", more in proptest::collection::btree_map("[a-z_/~]{0,5}", json_value(), 0..5)) {
        let reserved = |name: &String| ["id", "kind", "token", "_manifest"].contains(&name.as_str());
        prop_assume!(!more.keys().any(reserved));
        let row = connector(&token, json!(more));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let lab = Lab::new();
            let above = lab.sealed(KEY_1);
            connectors(&above).put(&row).await.unwrap();
            let found = connectors(&above).get(&"slack".to_owned()).await.unwrap().unwrap();
            assert_eq!(found.value, row);
        });
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |n| n.is_finite().then(|| json!(n))),
        ".{0,6}".prop_map(Value::from),
        proptest::collection::vec(".{0,3}", 0..3).prop_map(|items| json!(items)),
        "[A-Za-z0-9+/=]{0,8}".prop_map(|text| json!({"_encrypted": true, "_value": text})),
    ]
}
