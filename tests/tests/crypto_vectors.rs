//! Published answers for the primitives that sealing stands on. Skipped with one line where the data is absent.

use std::path::PathBuf;

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;

fn read(path: &str) -> Option<String> {
    let shared = std::env::var_os("ARAGORA_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let found = std::fs::read_to_string(shared.join("data/vectors").join(path)).ok();
    if found.is_none() {
        println!("skipped: vectors {path} are absent");
    }
    found
}

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).unwrap()
}

fn seal(key: &[u8], iv: &[u8], aad: &[u8], text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let cipher = Aes256Gcm::new_from_slice(key).unwrap();
    let mut text = text.to_vec();
    let tag = cipher.encrypt_inout_detached(&Nonce::try_from(iv).unwrap(), aad, InOutBuf::from(text.as_mut_slice()));
    (text, tag.unwrap().to_vec())
}

fn open(key: &[u8], iv: &[u8], aad: &[u8], text: &[u8], tag: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256Gcm::new_from_slice(key).unwrap();
    let mut text = text.to_vec();
    let tag = tag.try_into().ok()?;
    let nonce = Nonce::try_from(iv).unwrap();
    cipher.decrypt_inout_detached(&nonce, aad, InOutBuf::from(text.as_mut_slice()), &tag).ok().map(|()| text)
}

#[test]
fn wycheproof_aes_256_gcm() {
    let Some(text) = read("wycheproof/testvectors_v1/aes_gcm_test.json") else { return };
    let file: Value = serde_json::from_str(&text).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in file["testGroups"].as_array().unwrap() {
        if (group["keySize"].as_u64(), group["ivSize"].as_u64(), group["tagSize"].as_u64())
            != (Some(256), Some(96), Some(128))
        {
            continue;
        }
        for test in group["tests"].as_array().unwrap() {
            let field = |name: &str| hex(test[name].as_str().unwrap());
            let (key, iv, aad) = (field("key"), field("iv"), field("aad"));
            let opened = open(&key, &iv, &aad, &field("ct"), &field("tag"));
            if test["result"] == "valid" {
                assert_eq!(opened, Some(field("msg")), "{}", test["tcId"]);
                assert_eq!(seal(&key, &iv, &aad, &field("msg")), (field("ct"), field("tag")), "{}", test["tcId"]);
                valid += 1;
            } else {
                assert_eq!(opened, None, "{}", test["tcId"]);
                invalid += 1;
            }
        }
    }
    assert!(valid > 20 && invalid > 10, "{valid} valid and {invalid} invalid");
}

/// The groups of a NIST response file with 96-bit IV and 128-bit tag, as name and value pairs per test.
fn groups(text: &str) -> Vec<Vec<(String, String)>> {
    let mut wanted = false;
    let mut header = Vec::new();
    let mut tests: Vec<Vec<(String, String)>> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if !line.starts_with('[') && !wanted {
            continue;
        }
        if let Some(setting) = line.strip_prefix('[') {
            if setting.starts_with("Keylen") {
                header.clear();
            }
            header.push(setting.trim_end_matches(']').to_owned());
            wanted = ["IVlen = 96", "Taglen = 128"].iter().all(|setting| header.iter().any(|found| found == setting));
        } else if line.starts_with("Count") {
            tests.push(Vec::new());
        } else if line == "FAIL" {
            tests.last_mut().unwrap().push(("FAIL".to_owned(), String::new()));
        } else if let Some((name, value)) = line.split_once('=') {
            tests.last_mut().unwrap().push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    tests
}

#[test]
fn nist_aes_256_gcm() {
    for (file, expected) in [("gcmEncryptExtIV256.rsp", 375), ("gcmDecrypt256.rsp", 375)] {
        let Some(text) = read(&format!("nist-cavp/{file}")) else { return };
        let mut seen = 0;
        for test in groups(&text).iter().filter(|test| test.iter().any(|(name, _)| name == "Tag")) {
            let get = |wanted: &str| test.iter().find(|(name, _)| name == wanted).map(|(_, value)| hex(value));
            let (key, iv) = (get("Key").unwrap(), get("IV").unwrap());
            if iv.len() != 12 || get("Tag").unwrap().len() != 16 {
                continue;
            }
            let (aad, ct, tag) = (get("AAD").unwrap(), get("CT").unwrap(), get("Tag").unwrap());
            assert_eq!(open(&key, &iv, &aad, &ct, &tag), get("PT"), "{file} {seen}");
            if let Some(plain) = get("PT") {
                assert_eq!(seal(&key, &iv, &aad, &plain), (ct, tag), "{file} {seen}");
            }
            seen += 1;
        }
        assert_eq!(seen, expected, "{file}");
    }
}

#[test]
fn wycheproof_hmac_and_hkdf() {
    let Some(text) = read("wycheproof/testvectors_v1/hmac_sha256_test.json") else { return };
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut seen = 0;
    for group in file["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let field = |name: &str| hex(test[name].as_str().unwrap());
            let mac = Hmac::<Sha256>::new_from_slice(&field("key")).unwrap().chain_update(field("msg"));
            let fits = mac.verify_truncated_left(&field("tag")).is_ok();
            assert_eq!(fits, test["result"] == "valid", "{}", test["tcId"]);
            seen += 1;
        }
    }
    assert!(seen > 100);
    let Some(text) = read("wycheproof/testvectors_v1/hkdf_sha256_test.json") else { return };
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut seen = 0;
    for group in file["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let field = |name: &str| hex(test[name].as_str().unwrap());
            let mut out = vec![0; test["size"].as_u64().unwrap() as usize];
            let done = Hkdf::<Sha256>::new(Some(&field("salt")), &field("ikm")).expand(&field("info"), &mut out);
            assert_eq!(done.is_ok(), test["result"] == "valid", "{}", test["tcId"]);
            if done.is_ok() {
                assert_eq!(out, field("okm"), "{}", test["tcId"]);
            }
            seen += 1;
        }
    }
    assert!(seen > 50);
}
