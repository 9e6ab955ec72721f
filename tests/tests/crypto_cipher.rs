//! Sealed values open where they were sealed, as what they were, and nowhere else.

use std::collections::HashSet;
use std::sync::Arc;

use aragora_core::config::Secret;
use aragora_core::crypto::{Cipher, ENVELOPE_OVERHEAD, FieldPath, Keyring, MAX_PLAIN, Plain};
use aragora_core::entropy::{Entropy, SystemEntropy};
use aragora_core::storage::KeyBytes;
use aragora_core::{Error, ErrorKind, Result};
use aragora_tests::sealing::{KEY_1, KEY_2, hex};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Gives the bytes from 0x40 upwards.
#[derive(Debug)]
struct Rising;

impl Entropy for Rising {
    fn fill(&self, out: &mut [u8]) -> Result<()> {
        for (byte, value) in out.iter_mut().zip(0x40..) {
            *byte = value;
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Broken;

impl Entropy for Broken {
    fn fill(&self, _: &mut [u8]) -> Result<()> {
        Err(Error::new(ErrorKind::Unavailable, "no random bytes"))
    }
}

fn counting_key() -> String {
    hex(&(0..32).collect::<Vec<u8>>())
}

fn cipher(keys: &str) -> Cipher {
    Cipher::new(Arc::new(Keyring::from_hex_list(keys).unwrap()), Arc::new(SystemEntropy))
}

const AT: FieldPath<'static> = FieldPath { tenant: "acme", store: "integrations", record: b"r", field: "/token" };

#[test]
fn envelopes_are_those_of_the_specification() {
    let keyring = Arc::new(Keyring::from_hex_list(&counting_key()).unwrap());
    assert_eq!(keyring.active_key_id().to_string(), "353b0aae2faf21db");
    let cipher = Cipher::new(keyring, Arc::new(Rising));
    let record = KeyBytes::of(&("slack".to_owned(), "u-123".to_owned()));
    let at = FieldPath { record: record.as_bytes(), ..AT };
    let head = "353b0aae2faf21db6902296eead89521b6a700ca8f4f16f03572f834b4bfb02c404142434445464748494a4b4c4d4e4f5051525354555657";
    let text = cipher.seal(&at, Plain::text("xoxb-1")).unwrap();
    assert_eq!(hex(text.as_bytes()), format!("020173{head}678389103b30c69f339d3ebc4355be69cfb7954ebb11"));
    let truth = cipher.seal(&at, Plain::json(json!(true))).unwrap();
    assert_eq!(hex(truth.as_bytes()), format!("02016a{head}6b9e841742dcebbc1383344ba42ecf5348d1a2d0"));
    assert_eq!(text.key_id(), Some(cipher.keyring().active_key_id()));
    assert_eq!(text.as_bytes().len(), "xoxb-1".len() + ENVELOPE_OVERHEAD);
}

#[test]
fn values_come_back_as_the_type_they_were() {
    let cipher = cipher(KEY_1);
    for text in ["", "123", "true", "null", "0.1", "{\"_encrypted\":true}", "g\u{fc}n\u{0}\u{1f600}"] {
        let envelope = cipher.seal(&AT, Plain::text(text)).unwrap();
        assert_eq!(cipher.open(&AT, envelope.as_bytes()).unwrap().as_text(), Some(text));
    }
    for bytes in [vec![], vec![0xff, 0xfe], b"true".to_vec()] {
        let envelope = cipher.seal(&AT, Plain::bytes(bytes.clone())).unwrap();
        assert_eq!(cipher.open(&AT, envelope.as_bytes()).unwrap().as_bytes(), Some(&bytes[..]));
    }
    for value in [
        json!(null),
        json!(0.1),
        json!(1u64 << 63),
        json!(i64::MIN),
        json!(5e-324),
        json!("123"),
        json!({"a": [1, {"b": ""}]}),
    ] {
        let envelope = cipher.seal(&AT, Plain::json(value.clone())).unwrap();
        assert_eq!(cipher.open(&AT, envelope.as_bytes()).unwrap().as_json(), Some(&value));
    }
    // What is an envelope already is bytes like any other.
    let inner = cipher.seal(&AT, Plain::text("x")).unwrap();
    let outer = cipher.seal(&AT, Plain::bytes(inner.as_bytes())).unwrap();
    assert_eq!(cipher.open(&AT, outer.as_bytes()).unwrap().as_bytes(), Some(inner.as_bytes()));
}

#[test]
fn what_could_not_be_read_back_is_not_sealed() {
    let cipher = cipher(KEY_1);
    let deep = (0..128).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(cipher.seal(&AT, Plain::json(deep)).unwrap_err().kind(), ErrorKind::InvalidRequest);
    let deepest = (0..127).fold(json!(1), |inner, _| json!([inner]));
    let envelope = cipher.seal(&AT, Plain::json(deepest.clone())).unwrap();
    assert_eq!(cipher.open(&AT, envelope.as_bytes()).unwrap().as_json(), Some(&deepest));
    let error = cipher.seal(&AT, Plain::bytes(vec![0; MAX_PLAIN + 1])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let largest = cipher.seal(&AT, Plain::bytes(vec![0; MAX_PLAIN])).unwrap();
    assert_eq!(largest.as_bytes().len(), MAX_PLAIN + ENVELOPE_OVERHEAD);
    let broken = Cipher::new(cipher.keyring().clone(), Arc::new(Broken));
    assert_eq!(broken.seal(&AT, Plain::text("x")).unwrap_err().kind(), ErrorKind::Unavailable);
}

#[test]
fn every_changed_bit_every_cut_and_every_extension_fails() {
    let cipher = cipher(KEY_1);
    let envelope = cipher.seal(&AT, Plain::text("a token of some length")).unwrap().into_bytes();
    for bit in 0..envelope.len() * 8 {
        let mut changed = envelope.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit / 8 {
            0 | 1 => ErrorKind::UnsupportedVersion,
            3..35 => ErrorKind::KeyNotFound,
            _ => ErrorKind::DecryptionFailed,
        };
        assert_eq!(cipher.open(&AT, &changed).unwrap_err().kind(), expected, "bit {bit}");
    }
    for length in 0..envelope.len() {
        let error = cipher.open(&AT, &envelope[..length]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DecryptionFailed, "{length} bytes");
    }
    for byte in [0, 0xff] {
        let longer = [&envelope[..], &[byte]].concat();
        assert_eq!(cipher.open(&AT, &longer).unwrap_err().kind(), ErrorKind::DecryptionFailed);
    }
}

#[test]
fn the_first_key_encrypts_and_all_decrypt() {
    let (old, new) = (cipher(KEY_1), cipher(KEY_2));
    let both = cipher(&format!("{KEY_2},{KEY_1}"));
    let before = old.seal(&AT, Plain::text("x")).unwrap();
    assert_eq!(both.open(&AT, before.as_bytes()).unwrap().as_text(), Some("x"));
    let after = both.seal(&AT, Plain::text("y")).unwrap();
    assert_eq!(after.key_id(), Some(new.keyring().active_key_id()));
    assert_eq!(new.open(&AT, after.as_bytes()).unwrap().as_text(), Some("y"));
    let error = old.open(&AT, after.as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyNotFound);
    assert_eq!(error.reason(), format!("Key not found: {}", new.keyring().active_key_id()));
}

#[test]
fn an_envelope_belongs_to_one_key() {
    let (one, two) = (cipher(KEY_1), cipher(KEY_2));
    let both = cipher(&format!("{KEY_1},{KEY_2}"));
    let mut envelope = one.seal(&AT, Plain::text("x")).unwrap().into_bytes();
    assert_eq!(two.open(&AT, &envelope).unwrap_err().kind(), ErrorKind::KeyNotFound);
    // Claiming the other key neither opens under it nor falls back to the key it was made with.
    let tag = two.seal(&AT, Plain::text("x")).unwrap().into_bytes()[3..35].to_vec();
    envelope[3..35].copy_from_slice(&tag);
    for cipher in [&two, &both] {
        assert_eq!(cipher.open(&AT, &envelope).unwrap_err().kind(), ErrorKind::DecryptionFailed);
    }
}

#[test]
fn nonces_are_never_used_twice() {
    let count = std::env::var("ARAGORA_TEST_SEALS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000usize);
    let keyring = Arc::new(Keyring::from_hex_list(KEY_1).unwrap());
    let seal = || {
        let cipher = Cipher::new(keyring.clone(), Arc::new(SystemEntropy));
        std::thread::spawn(move || {
            let nonce = |_| {
                let envelope = cipher.seal(&AT, Plain::text("")).unwrap();
                <[u8; 24]>::try_from(&envelope.as_bytes()[35..59]).unwrap()
            };
            (0..count).map(nonce).collect::<Vec<_>>()
        })
    };
    let threads = [seal(), seal(), seal(), seal()];
    let mut seen = HashSet::new();
    for nonce in threads.into_iter().flat_map(|thread| thread.join().unwrap()) {
        assert!(seen.insert(nonce), "a nonce came twice");
    }
    assert_eq!(seen.len(), 4 * count);
}

#[test]
fn keys_follow_their_rules_and_are_never_shown() {
    let reason = |text: &str| {
        let error = Keyring::from_hex_list(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{text}");
        for secret in text.split([',', ' ']).filter(|part| part.len() > 8) {
            assert!(!format!("{error} {error:?}").contains(secret), "the text of an entry is in the error");
        }
        error.reason().to_owned()
    };
    let flat = "7f".repeat(32);
    assert!(reason("").contains("entry 1 is empty"));
    assert!(reason(&format!("{KEY_1},")).contains("entry 2 is empty"));
    assert!(reason(&format!(",{KEY_1}")).contains("entry 1 is empty"));
    assert!(reason(&format!("{KEY_1}, {KEY_2}")).contains("entry 2 has 65 characters"));
    assert!(reason(&KEY_1[..62]).contains("entry 1 has 62 characters"));
    assert!(reason(&format!("{}zz", &KEY_1[..62])).contains("entry 1 holds other characters"));
    assert!(reason(&format!("{KEY_1},{KEY_2},{}", KEY_1.to_uppercase())).contains("entry 3 is the same as entry 1"));
    assert!(reason(&flat).contains("all bytes of entry 1 are equal"));
    let many = |count: u8| (0..count).map(|n| format!("{}{n:02x}", &KEY_1[..62])).collect::<Vec<_>>().join(",");
    assert!(reason(&many(17)).contains("more than 16 entries"));
    assert_eq!(Keyring::from_hex_list(&many(16)).unwrap().key_ids().len(), 16);

    let ring = Keyring::from_hex_list(&format!("  {KEY_1},{}\n", KEY_2.to_uppercase())).unwrap();
    assert_eq!(ring.key_ids().len(), 2);
    assert_eq!(ring.active_key_id(), ring.key_ids()[0]);
    let shown = format!("{ring:?}");
    assert!(shown.contains(&ring.active_key_id().to_string()) && !shown.contains(&KEY_1[..16]), "{shown}");
    let ephemeral = || Keyring::ephemeral(&SystemEntropy).unwrap().active_key_id();
    assert_ne!(ephemeral(), ephemeral());
}

#[test]
fn a_password_gives_one_key_for_one_salt() {
    let id = |password: &str, salt| Keyring::from_password(&Secret::from(password), salt).unwrap().active_key_id();
    let first = id("correct horse", &[1; 16]);
    assert_eq!(first, id("correct horse", &[1; 16]));
    assert_ne!(first, id("correct horse", &[2; 16]));
    assert_ne!(first, id("Correct horse", &[1; 16]));
}

#[test]
fn blind_values_tell_tenants_and_keys_apart() {
    let ring = Keyring::from_hex_list(&format!("{KEY_2},{KEY_1}")).unwrap();
    let old = Keyring::from_hex_list(KEY_1).unwrap();
    assert_eq!(ring.blind("acme", b"a@b.c"), ring.blind("acme", b"a@b.c"));
    assert_ne!(ring.blind("acme", b"a@b.c"), ring.blind("other", b"a@b.c"));
    assert_ne!(ring.blind("acme", b"a@b.c"), ring.blind("acme", b"a@b.d"));
    assert_eq!(ring.blinds("acme", b"x"), [ring.blind("acme", b"x"), old.blind("acme", b"x")]);
}

#[test]
fn plain_values_and_envelopes_hide_their_content() {
    let cipher = cipher(KEY_1);
    for plain in [Plain::text("s3cret"), Plain::bytes(b"s3cret".to_vec()), Plain::json(json!({"k": "s3cret"}))] {
        let envelope = cipher.seal(&AT, plain.clone()).unwrap();
        let shown = format!("{plain:?} {envelope:?} {cipher:?} {:?}", cipher.open(&AT, &envelope.as_bytes()[1..]));
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(!envelope.to_base64().contains("s3cret"));
    }
}

fn part() -> impl Strategy<Value = String> {
    "[a-c/\\x00]{0,3}"
}

type Place = (String, String, Vec<u8>, String);

fn place() -> impl Strategy<Value = Place> {
    (part(), part(), proptest::collection::vec(0u8..3, 0..4), part())
}

fn path((tenant, store, record, field): &Place) -> FieldPath<'_> {
    FieldPath { tenant, store, record, field }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |n| n.is_finite().then(|| json!(n))),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,4}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn a_moved_envelope_never_opens(from in place(), to in place(), text in ".{0,20}") {
        let cipher = cipher(KEY_1);
        let envelope = cipher.seal(&path(&from), Plain::text(text.clone())).unwrap();
        match cipher.open(&path(&to), envelope.as_bytes()) {
            Ok(plain) => {
                prop_assert_eq!(&from, &to);
                prop_assert_eq!(plain.as_text(), Some(&text[..]));
            }
            Err(error) => {
                prop_assert_ne!(&from, &to);
                prop_assert_eq!(error.kind(), ErrorKind::DecryptionFailed);
            }
        }
    }

    #[test]
    fn any_json_value_comes_back_exactly(value in value()) {
        let cipher = cipher(KEY_1);
        let envelope = cipher.seal(&AT, Plain::json(value.clone())).unwrap();
        let opened = cipher.open(&AT, envelope.as_bytes()).unwrap();
        prop_assert_eq!(opened.as_json(), Some(&value));
    }

    #[test]
    fn no_bytes_make_opening_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), version in prop_oneof![Just(true), Just(false)]) {
        let mut bytes = bytes;
        if version {
            for (byte, value) in bytes.iter_mut().zip([2u8, 1, b's']) { *byte = value; }
        }
        prop_assert!(cipher(KEY_1).open(&AT, &bytes).is_err());
    }
}
