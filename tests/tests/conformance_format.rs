//! The corpus's own rules: what is unknown fails, matchers hold and fail as written down, the schema names what the
//! runner knows, and exclusions name what exists.

use std::collections::BTreeSet;

use aragora_tests::conformance::cast::{Cast, Raised};
use aragora_tests::conformance::format::{self, Case, Given, Mode, OPS, SUITES};
use aragora_tests::conformance::matching::{MATCHERS, blessed, matches};
use aragora_tests::conformance::report::exclusions;
use serde_json::{Value, json};

fn holds(expected: &Value, found: &Value) -> bool {
    fits(expected, found).is_ok()
}

fn fits(expected: &Value, found: &Value) -> Result<(), String> {
    let lookup = |path: &str| if path == "kept" { Ok(json!([1, 2])) } else { Err(format!("no {path}")) };
    matches(expected, Some(found), &lookup)
}

#[test]
fn documents_match_as_subsets_and_lists_exactly() {
    assert!(holds(&json!({"a": {"b": 1}}), &json!({"a": {"b": 1, "c": 2}, "d": 3})));
    assert!(!holds(&json!({"a": {"b": 1}}), &json!({"a": {"b": 2}})));
    assert!(!holds(&json!({"a": 1}), &json!({})));
    assert!(holds(&json!([1, {"a": 2}]), &json!([1, {"a": 2, "b": 3}])));
    assert!(!holds(&json!([1]), &json!([1, 2])));
    assert!(!holds(&json!({}), &json!([])));
    assert!(holds(&json!(1), &json!(1.0)) && holds(&json!(1.0), &json!(1)));
    assert!(!holds(&json!(1), &json!("1")) && !holds(&json!(true), &json!(1)));
    assert!(holds(&json!({"a": null}), &json!({})) && !holds(&json!({"a": null}), &json!({"a": false})));
}

#[test]
fn matchers_hold_and_fail_as_written_down() {
    let cases = [
        (json!({"$any": true}), json!(0), json!(null)),
        (json!({"a": {"$absent": true}}), json!({}), json!({"a": 0})),
        (json!({"$near": [1.0, 0.25]}), json!(1.125), json!(1.5)),
        (json!({"$ref": "kept"}), json!([1, 2]), json!([2, 1])),
        (json!({"$unordered": [1, 2]}), json!([2, 1]), json!([2, 1, 1])),
        (json!({"$unordered": [{"a": 1}, {"a": 2}]}), json!([{"a": 2}, {"a": 1}]), json!([{"a": 1}, {"a": 1}])),
        (json!({"$contains_in_order": [1, 3]}), json!([1, 2, 3]), json!([3, 1])),
        (json!({"$contains": "b"}), json!("abc"), json!(["b"])),
        (json!({"$count": {"of": {"a": 1}, "is": 2}}), json!([{"a": 1}, {"a": 1, "b": 2}, 3]), json!([{"a": 1}])),
        (json!({"$json": {"a": 1}}), json!("{\"a\":1,\"b\":2}"), json!("{\"a\":2}")),
    ];
    let mut seen = BTreeSet::new();
    for (expected, good, bad) in cases {
        assert!(fits(&expected, &good).is_ok(), "{expected} of {good}: {:?}", fits(&expected, &good));
        assert!(!holds(&expected, &bad), "{expected} of {bad}");
        seen.extend(MATCHERS.into_iter().filter(|name| expected.to_string().contains(&format!("\"{name}\""))));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), sorted(&MATCHERS));
    assert!(fits(&json!({"$regex": "a"}), &json!("a")).unwrap_err().contains("unknown matcher"));
    assert!(fits(&json!({"$ref": "gone"}), &json!(1)).is_err());
}

#[test]
fn a_blessing_keeps_matchers_and_adds_nothing() {
    let expected = json!({"a": 1, "b": {"$any": true}, "c": [1, {"d": "x"}], "e": "gone"});
    let found = json!({"a": 2, "b": 9, "c": [3, {"d": "y", "f": 1}], "g": 1});
    let wanted = json!({"a": 2, "b": {"$any": true}, "c": [3, {"d": "y"}], "e": null});
    assert_eq!(blessed(&expected, Some(&found)), wanted);
}

fn case(change: Value) -> Result<Case, String> {
    let mut case = json!({"id": "x", "since": "0.1", "steps": [{"op": "clock.now"}]});
    for (name, value) in change.as_object().unwrap() {
        case[name] = value.clone();
    }
    let case: Case = serde_json::from_value(case).map_err(|error| error.to_string())?;
    case.check().map(|()| case)
}

#[test]
fn what_is_unknown_fails() {
    let agent = |item: Value| json!({"given": {"participants": {"a": {"seam": "agent", "script": [item]}}}});
    assert!(case(json!({})).is_ok());
    assert!(case(agent(json!({"say": "x", "phase": "vote", "gate": "g"}))).is_ok());
    let unknown = [
        json!({"needs": ["gpu"]}),
        json!({"modes": ["remote"]}),
        json!({"retries": 3}),
        json!({"steps": [{"op": "debate.dance"}]}),
        json!({"steps": [{"op": "clock.now", "when": "now"}]}),
        json!({"steps": [{"op": "clock.now", "then": {"fine": 1}}]}),
        json!({"steps": [{"op": "clock.now", "then": {"ok": 1, "bytes": "00"}}]}),
        json!({"steps": [{"op": "clock.now", "then": {"error": {"code": "x", "colour": 1}}}]}),
        json!({"given": {"weather": "fine"}}),
        json!({"given": {"participants": {"a": {"seam": "judge", "script": []}}}}),
        agent(json!({"sing": "x"})),
        agent(json!({"say": "x", "stream": ["x"]})),
        agent(json!({"say": "x", "fail": "overloaded"})),
        json!({"given": {"servers": {"s": []}}}),
        json!({"given": {"servers": {"s": [{"json": 1, "events": []}]}}}),
        json!({"given": {"servers": {"s": [{"body": 1}]}}}),
        agent(json!({"phase": "vote"})),
    ];
    for change in unknown {
        assert!(case(change.clone()).is_err(), "{change}");
    }
}

#[test]
fn a_case_runs_wherever_its_script_allows() {
    let modes = |participants: Value| case(json!({"given": {"participants": participants}})).unwrap().modes();
    let say = json!({"seam": "agent", "script": [{"say": "x"}]});
    let throw = json!({"seam": "agent", "script": [{"throw": "x"}]});
    let protocol = json!({"seam": "protocol", "name": "p", "script": []});
    assert_eq!(modes(json!({"a": say})), [Mode::Foreign, Mode::Builtin]);
    assert_eq!(modes(json!({"a": say, "b": throw})), [Mode::Foreign]);
    assert_eq!(modes(json!({"a": say, "p": protocol})), [Mode::Foreign]);
    assert_eq!(modes(json!({})), [Mode::Foreign]);
}

#[tokio::test]
async fn scripts_are_taken_call_by_call_and_by_phase() {
    let given: Given = serde_json::from_value(json!({"participants": {"a": {"seam": "agent", "at_end": "error",
        "script": [{"say": "1"}, {"say": "vote", "phase": "vote"}, {"say": "2"}]}}}))
    .unwrap();
    let cast = Cast::of(&given, Mode::Foreign);
    let player = &cast.agents["a"];
    let mut said = Vec::new();
    for phase in ["answer", "vote", "answer", "vote", "answer"] {
        let request = json!({ "phase": phase });
        said.push(match player.begin(&request) {
            Ok((item, call)) => {
                let played = player.play(&item, &request, &|_| {}).await.unwrap();
                call.done();
                played
            }
            Err(Raised::Ours { code, .. }) => json!(code),
            Err(other) => panic!("{other:?}"),
        });
    }
    assert_eq!(said, ["1", "vote", "2", "script_exhausted", "script_exhausted"]);
    drop(player.begin(&json!({"phase": "rank"})).unwrap_err());
    assert_eq!((player.stats()["calls"].clone(), player.stats()["cancelled"].clone()), (json!(6), json!(0)));
}

#[test]
fn the_schema_names_what_the_runner_knows() {
    let schema = document("schema.json");
    let words = |pointer: &str| -> Vec<String> {
        let list = schema.pointer(pointer).and_then(Value::as_array).unwrap();
        let mut words: Vec<String> = list.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
        words.sort();
        words
    };
    assert_eq!(words("/$defs/step/properties/op/enum"), sorted(&OPS));
    assert_eq!(words("/properties/suite/enum"), sorted(&SUITES));
    assert_eq!(words("/$defs/expected/then/propertyNames/enum"), sorted(&MATCHERS));
}

#[test]
fn every_file_holds_to_the_schema() {
    let schema = jsonschema::validator_for(&document("schema.json")).unwrap();
    for suite in SUITES {
        let file = document(&format!("{suite}.json"));
        let wrong: Vec<String> =
            schema.iter_errors(&file).map(|error| format!("{}: {error:.200}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{suite}: {wrong:#?}");
    }
}

#[test]
fn every_op_is_in_a_case_and_in_the_readme() {
    let readme = std::fs::read_to_string(format::folder().join("README.md")).unwrap();
    let files = format::load().unwrap();
    let used: BTreeSet<&str> = files
        .iter()
        .flat_map(|file| &file.cases)
        .flat_map(|case| case.steps.iter().map(|step| step.op.as_str()))
        .collect();
    for op in OPS {
        assert!(used.contains(op), "no case uses {op}");
        assert!(readme.contains(&format!("`{op}`")), "README.md does not explain {op}");
    }
}

#[test]
fn every_word_of_the_format_is_in_a_case() {
    let texts = SUITES.map(|suite| std::fs::read_to_string(format::folder().join(format!("{suite}.json"))).unwrap());
    let words = [
        "say",
        "reply",
        "stream",
        "ballot",
        "fail",
        "hang",
        "throw",
        "wrong_type",
        "phase",
        "gate",
        "ignore_cancel",
        "retry_after_ms",
        "profile",
        "at_end",
        "style",
        "ask",
        "finish",
        "decide",
        "default",
        "until",
        "advance_ms",
        "bytes",
        "cause",
        "clock",
        "config",
        "layers",
        "stand_ins",
        "servers",
        "status",
        "headers",
        "json",
        "events",
    ];
    for word in words.iter().chain(&MATCHERS) {
        assert!(texts.iter().any(|text| text.contains(&format!("\"{word}\":"))), "no case uses {word}");
    }
}

#[test]
fn every_suite_is_broad_enough() {
    for file in format::load().unwrap() {
        assert!(file.cases.len() >= 10, "{} has {} cases", file.suite, file.cases.len());
    }
}

#[test]
fn exclusions_name_what_exists_and_are_few() {
    let files = format::load().unwrap();
    let cases: BTreeSet<String> = files
        .iter()
        .flat_map(|file| file.cases.iter().map(|case| format!("cases/{}/{}", file.suite, case.id)))
        .collect();
    let api = document("api.json");
    let named = |list: &str| -> BTreeSet<String> {
        let name = |item: &Value| format!("api/{}", item["name"].as_str().unwrap_or_default());
        api[list].as_array().into_iter().flatten().map(name).collect()
    };
    let languages = ["rust", "boundary", "python", "typescript", "swift", "kotlin", "wasm"];
    let mut counts = std::collections::BTreeMap::new();
    for exclusion in exclusions().unwrap() {
        let target = &exclusion.target;
        let exists = cases.contains(target) || named("items").contains(target) || named("types").contains(target);
        assert!(exists, "{target} does not exist");
        assert!(exclusion.reason.len() > 20 && exclusion.since == "0.1", "{target}: say why and since when");
        assert!(!target.starts_with("cases/cancel/"), "{target}: cancellation has no exceptions");
        for language in exclusion.languages {
            assert!(languages.contains(&language.as_str()), "{target}: {language} is no language here");
            *counts.entry(language).or_insert(0) += 1;
        }
    }
    assert!(counts.values().all(|count| count * 50 <= cases.len()), "{counts:?} of {}", cases.len());
}

fn document(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(format::folder().join(name)).unwrap()).unwrap()
}

#[test]
fn the_surface_is_well_formed_and_part_of_the_api() {
    let (surface, api) = (document("surface.json"), document("api.json"));
    assert_eq!(surface["format"], 1);
    assert_eq!(api["items"], surface["items"], "run `cargo xtask faces`");
    let words = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let (items, types) = (words(&surface["items"]), words(&api["types"]));
    let all: BTreeSet<&String> = items.iter().chain(&types).collect();
    assert_eq!(all.len(), items.len() + types.len(), "a public name is there twice");
    for item in surface["items"].as_array().unwrap() {
        let (name, members) = (item["name"].as_str().unwrap(), item.as_object().unwrap());
        let kind = item["kind"].as_str().unwrap();
        assert_eq!(matches!(kind, "method" | "property"), name.contains('.'), "{name} is a {kind}");
        assert!(["class", "method", "property", "function", "module"].contains(&kind), "{name}: kind {kind}");
        if let Some((owner, _)) = name.split_once('.') {
            assert!(all.iter().any(|known| *known == owner), "{name}: no {owner}");
        }
        assert!(item["doc"].as_str().unwrap().ends_with('.') && item["since"] == "0.1", "{name}");
        let known = ["kind", "name", "since", "async", "doc", "python", "typescript", "swift", "kotlin"];
        for (member, value) in members {
            assert!(known.contains(&member.as_str()), "{name}: unknown member {member}");
            let a_name = value.is_null() || value.as_str().is_some_and(|text| !text.is_empty());
            assert!(member == "async" || a_name, "{name}: {member} is {value}");
        }
    }
}

fn sorted<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words
}
