//! The inputs of the fuzz targets, those that fuzzing found and those made from the fixtures, on the stable compiler.

use std::collections::BTreeMap;
use std::path::Path;

use aragora_tests::cassettes::fuzz;

#[test]
fn every_input_that_was_kept_finds_nothing() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut inputs = fuzz::seeds(&here.join("fixtures/providers")).unwrap();
    let made = inputs.len();
    for target in std::fs::read_dir(here.join("fuzz/corpus")).into_iter().flatten() {
        let target = target.unwrap();
        for file in std::fs::read_dir(target.path()).unwrap() {
            let file = file.unwrap();
            let name = |name: std::ffi::OsString| name.into_string().unwrap();
            inputs.push((name(target.file_name()), name(file.file_name()), std::fs::read(file.path()).unwrap()));
        }
    }
    let mut ran: BTreeMap<String, usize> = BTreeMap::new();
    for (target, name, input) in &inputs {
        println!("{target} {name}");
        fuzz::run(target, input);
        *ran.entry(target.clone()).or_default() += 1;
    }
    println!("{made} inputs made from fixtures, {} kept: {ran:?}", inputs.len() - made);
    assert!(made > 150 && ran.len() == 7, "{made} {ran:?}");
}
