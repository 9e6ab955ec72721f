//! Canonical JSON: one byte string per value, nothing written that is refused, nothing ambiguous read.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use aragora_core::ErrorKind;
use aragora_core::crypto::canonical::{Json, JsonLimits, MAX_DEPTH, read_strict, to_canonical};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

const LIMITS: JsonLimits = JsonLimits::RECEIPT;

fn read(text: &str) -> aragora_core::Result<Json> {
    read_strict(text.as_bytes(), &LIMITS)
}

fn canonical<T: Serialize + ?Sized>(value: &T) -> String {
    String::from_utf8(to_canonical(value).unwrap()).unwrap()
}

#[track_caller]
fn refused_at(text: &[u8], offset: usize, reason: &str) {
    let error = read_strict(text, &LIMITS).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.context()["offset"], offset.to_string(), "{error}");
    assert!(error.reason().contains(reason), "{error}");
}

#[test]
fn what_two_readers_could_read_differently_is_refused_with_its_place() {
    refused_at(br#"{"a":1,"a":2}"#, 7, "twice");
    refused_at(br#"{"a":1,"\u0061":2}"#, 7, "twice");
    refused_at(br#"[{"x":{"k":1,"k":1}}]"#, 13, "twice");
    for integer in
        ["9007199254740993", "9007199254740992", "1e20", "-1e20", "100000000000000000000.0", "9007199254740992e0"]
    {
        refused_at(format!("[{integer}]").as_bytes(), 1, "2^53");
    }
    for zero in ["-0", "-0.0", "-0e7", "-1e-999"] {
        refused_at(zero.as_bytes(), 0, "negative zero");
    }
    refused_at(b"1e999", 0, "not finite");
    refused_at(b"-1e999", 0, "not finite");
    refused_at(br#""\ud800""#, 1, "surrogate");
    refused_at(br#""\udc00\ud800""#, 1, "surrogate");
    refused_at(br#""\ud800\u0041""#, 1, "surrogate");
    refused_at(b"\"\xff\"", 1, "UTF-8");
    refused_at(b"\"\xed\xa0\x80\"", 1, "UTF-8");
    refused_at("\u{feff}1".as_bytes(), 0, "byte order mark");
    refused_at(b"\"a\x01\"", 2, "control character");
    refused_at(b"\"a\n\"", 2, "control character");
    refused_at(b"1 2", 2, "follows");
    refused_at(b"{} x", 3, "follows");
    for broken in [
        "",
        " ",
        "[",
        "[1",
        "[1,",
        "[,1]",
        "[1,]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "[1}",
        "tru",
        "nul",
        "NaN",
        "Infinity",
        "+1",
        "01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "--1",
        "-",
        "0x1",
        "'a'",
        "\"",
        "\"\\",
        "\"\\u12\"",
        "\"\\x\"",
        "// c\n1",
    ] {
        assert_eq!(read(broken).unwrap_err().kind(), ErrorKind::InvalidRequest, "{broken:?}");
    }
}

#[test]
fn limits_are_kept_to_the_last_one() {
    let limits = JsonLimits { bytes: 20, depth: 2, items: 4 };
    assert!(read_strict(b"[[1,2]]             ", &limits).is_ok());
    assert!(read_strict(b"[[1,2]]              ", &limits).is_err(), "21 bytes");
    assert!(read_strict(b"[[1,2,3]]", &limits).is_err(), "5 values");
    assert!(read_strict(b"[[[]]]", &limits).is_err(), "depth 3");
    assert!(read_strict(b"1", &JsonLimits { bytes: 1, depth: 0, items: 1 }).is_ok());
    assert!(read_strict(b"[]", &JsonLimits { bytes: 9, depth: 0, items: 9 }).is_err());
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let most = JsonLimits { bytes: 1 << 20, depth: u16::MAX, items: 1 << 20 };
    assert!(read_strict(deep(usize::from(MAX_DEPTH)).as_bytes(), &most).is_ok());
    assert!(read_strict(deep(usize::from(MAX_DEPTH) + 1).as_bytes(), &most).is_err());
    assert!(read_strict(deep(100_000).as_bytes(), &most).is_err(), "no stack is used up");
}

#[test]
fn integral_numbers_are_integers_in_any_spelling() {
    for (text, number) in [
        ("1", 1),
        ("1.0", 1),
        ("1e2", 100),
        ("100e-2", 1),
        ("9007199254740991", 9_007_199_254_740_991),
        ("-9007199254740991.0", -9_007_199_254_740_991),
        ("0", 0),
    ] {
        assert_eq!(read(text).unwrap(), Json::Int(number), "{text}");
    }
    assert_eq!(read("0.5").unwrap(), Json::Float(0.5));
    assert_eq!(
        read(" \t\r\n{\"a\" : [ true , null ] } ").unwrap(),
        Json::Obj(vec![("a".into(), Json::Arr(vec![Json::Bool(true), Json::Null]))])
    );
    assert_eq!(read(r#""\u20ac\ud83d\ude00\/\b""#).unwrap(), Json::Str("\u{20ac}\u{1f600}/\u{8}".into()));
}

#[test]
fn values_that_no_reader_keeps_are_not_written() {
    #[derive(Serialize)]
    struct Nested<T> {
        inner: Vec<T>,
    }
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 9_007_199_254_740_992.0, -1e20] {
        assert_eq!(to_canonical(&number).unwrap_err().kind(), ErrorKind::InvalidRequest, "{number}");
        // Deep inside, where plain serializers write null, 0 or a rounded number.
        assert!(to_canonical(&Nested { inner: vec![number] }).is_err(), "{number}");
    }
    assert!(to_canonical(&f32::NAN).is_err());
    assert!(to_canonical(&u64::MAX).is_err());
    assert!(to_canonical(&9_007_199_254_740_992_u64).is_err());
    assert!(to_canonical(&i64::MIN).is_err());
    assert!(to_canonical(&u128::MAX).is_err());
    assert_eq!(canonical(&9_007_199_254_740_991_u64), "9007199254740991");
    assert_eq!(canonical(&-9_007_199_254_740_991_i64), "-9007199254740991");
    assert!(to_canonical(&BTreeMap::from([(vec![1], 1)])).is_err(), "a name that is no text");
}

#[test]
fn a_name_written_twice_is_refused() {
    #[derive(Serialize)]
    struct Outer {
        seq: u64,
        zebra: u64,
        #[serde(flatten)]
        more: BTreeMap<String, u64>,
    }
    let with = |name: &str| Outer { seq: 1, zebra: 2, more: BTreeMap::from([(name.to_owned(), 3)]) };
    assert_eq!(canonical(&with("other")), r#"{"other":3,"seq":1,"zebra":2}"#);
    assert!(to_canonical(&with("seq")).unwrap_err().reason().contains("\"seq\" occurs twice"));
    assert!(to_canonical(&with("zebra")).is_err());
    let both = Json::Obj(vec![("a".into(), Json::Int(1)), ("a".into(), Json::Int(1))]);
    assert!(to_canonical(&both).is_err());
}

#[test]
fn every_shape_of_serde_has_its_form() {
    #[derive(Serialize)]
    enum Shape {
        Unit,
        New(u8),
        Tuple(u8, u8),
        Struct { b: u8, a: u8 },
    }
    #[derive(Serialize)]
    struct Unit;
    assert_eq!(canonical(&[Shape::Unit, Shape::New(1)]), r#"["Unit",{"New":1}]"#);
    assert_eq!(
        canonical(&[Shape::Tuple(1, 2), Shape::Struct { b: 1, a: 2 }]),
        r#"[{"Tuple":[1,2]},{"Struct":{"a":2,"b":1}}]"#
    );
    assert_eq!(canonical(&(Unit, (), None::<u8>, Some('x'), true)), r#"[null,null,null,"x",true]"#);
    assert_eq!(canonical(&HashMap::from([(10, 1), (9, 2)])), r#"{"10":1,"9":2}"#);
    assert_eq!(canonical(&json!({"a": {}, "": [], "b": [{}]})), r#"{"":[],"a":{},"b":[{}]}"#);
    // A document that looks like serde_json's private number stays what it is.
    assert_eq!(canonical(&json!({"$serde_json::private::Number": "1"})), r#"{"$serde_json::private::Number":"1"}"#);
}

#[test]
fn names_are_ordered_by_utf_16_units() {
    let names =
        ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}", "a", "a\"", "a ", "a!", "", "\\", "~"];
    let object = Json::Obj(names.iter().map(|name| ((*name).to_owned(), Json::Null)).collect());
    let Json::Obj(read) = read(&canonical(&object)).unwrap() else { panic!("no object") };
    let mut expected = names.map(str::to_owned).to_vec();
    expected.sort_by_key(|name| name.encode_utf16().collect::<Vec<_>>());
    assert_eq!(read.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), expected);
}

fn value(depth: u32) -> impl Strategy<Value = Json> {
    let number = prop_oneof![
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Json::Int),
        any::<f64>().prop_filter_map("not integral", |n| (n.is_finite() && n.fract() != 0.0).then_some(Json::Float(n))),
    ];
    let text = prop_oneof!["[a-c]{0,3}", "\\PC{0,4}", any::<String>()];
    let scalar =
        prop_oneof![Just(Json::Null), any::<bool>().prop_map(Json::Bool), number, text.clone().prop_map(Json::Str)];
    scalar.prop_recursive(depth, 64, 6, move |inner| {
        let member = (prop_oneof!["[a-c]{0,2}", "[\\x00-\\x22\u{e000}\u{10000}]{0,2}", any::<String>()], inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Json::Arr),
            proptest::collection::vec(member, 0..6).prop_map(|members| {
                Json::Obj(members.into_iter().collect::<HashMap<_, _>>().into_iter().collect())
            }),
        ]
    })
}

/// Members in canonical order, as reading back gives them.
fn sorted(json: Json) -> Json {
    match json {
        Json::Arr(values) => Json::Arr(values.into_iter().map(sorted).collect()),
        Json::Obj(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by_key(|(name, _)| name.encode_utf16().collect::<Vec<_>>());
            Json::Obj(members)
        }
        scalar => scalar,
    }
}

proptest! {
    #[test]
    fn reading_what_was_written_gives_the_value_and_writing_it_again_the_bytes(json in value(5)) {
        let bytes = to_canonical(&json).unwrap();
        let again = read_strict(&bytes, &LIMITS).unwrap();
        prop_assert_eq!(&again, &sorted(json.clone()));
        prop_assert_eq!(to_canonical(&again).unwrap(), bytes);
    }

    #[test]
    fn a_second_implementation_writes_the_same_bytes(json in value(5)) {
        prop_assert_eq!(to_canonical(&json).unwrap(), serde_json_canonicalizer::to_vec(&json).unwrap());
    }

    #[test]
    fn values_of_serde_json_are_written_the_same(json in value(4)) {
        let same: Value = serde_json::from_slice(&to_canonical(&json).unwrap()).unwrap();
        prop_assert_eq!(to_canonical(&same).unwrap(), to_canonical(&json).unwrap());
    }

    #[test]
    fn whatever_is_read_can_be_written(bytes in "[\\[\\]{}:,\"\\\\ua0-9e.+\\- ]{0,24}") {
        if let Ok(json) = read(&bytes) {
            prop_assert!(to_canonical(&json).is_ok());
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = read_strict(&bytes, &LIMITS);
    }
}

fn vectors() -> Option<PathBuf> {
    let shared = std::env::var_os("ARAGORA_SHARED").map_or_else(|| PathBuf::from("../../shared"), PathBuf::from);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(shared).join("data/vectors/jcs-rfc8785");
    if !path.is_dir() {
        eprintln!("skipped: no RFC 8785 vectors beside the repository");
        return None;
    }
    Some(path)
}

#[test]
fn the_documents_of_rfc_8785_come_out_as_published() {
    let Some(path) = vectors() else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(path.join("input")).unwrap() {
        let input = entry.unwrap().path();
        let expected = std::fs::read(path.join("output").join(input.file_name().unwrap())).unwrap();
        // Through serde_json, since one of the published documents holds 1e30 and another -0.
        let document: Value = serde_json::from_slice(&std::fs::read(&input).unwrap()).unwrap();
        match to_canonical(&document) {
            Ok(bytes) => assert_eq!(bytes, expected, "{}", input.display()),
            Err(error) => assert!(input.ends_with("values.json"), "{}: {error}", input.display()),
        }
        seen += 1;
    }
    assert_eq!(seen, 6);
}

#[test]
fn published_numbers_are_written_as_published_or_refused() {
    let Some(path) = vectors() else { return };
    let (mut written, mut refused) = (0, 0);
    for line in std::fs::read_to_string(path.join("numbers-20k.csv")).unwrap().lines() {
        let (bits, text) = line.split_once(',').unwrap();
        let number = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        if let Ok(bytes) = to_canonical(&number) {
            assert_eq!(String::from_utf8(bytes).unwrap(), text, "{bits}");
            assert_eq!(to_canonical(&read(text).unwrap()).unwrap(), text.as_bytes());
            written += 1;
        } else {
            let negative_zero = bits == "8000000000000000";
            assert!(negative_zero || (number.fract() == 0.0 && number.abs() > 9_007_199_254_740_991.0), "{text}");
            assert!(negative_zero || read(text).is_err(), "{text}");
            refused += 1;
        }
    }
    assert!(written > 5_000 && refused > 0, "{written} written, {refused} refused");
}
