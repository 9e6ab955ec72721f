//! What every key service adapter must do.
//!
//! Call [`run_all`] from a test of your adapter with a service that may be written to; it makes data keys for the
//! tenants `suite-a` and `suite-b` and panics with the name of the first rule that is broken.
// Panicking is how a case reports.
#![allow(clippy::missing_panics_doc)]

use data_encoding::{BASE64, HEXLOWER};

use crate::crypto::{DataKey, KeyRef, Kms, KmsContext};
use crate::error::Result;
use crate::ids::OrgId;

/// Runs every rule against a service.
pub async fn run_all(kms: &dyn Kms) {
    let result = run(kms).await;
    assert!(result.is_ok(), "the key service failed where it must answer: {result:?}");
}

fn place(tenant: &str) -> (KeyRef, KmsContext) {
    let tenant = OrgId::trusted(tenant);
    (KeyRef::of(&tenant), KmsContext { tenant })
}

async fn run(kms: &dyn Kms) -> Result<()> {
    let (alias, cx) = place("suite-a");
    let (other_alias, other_cx) = place("suite-b");
    let first = kms.generate_data_key(alias.clone(), cx.clone()).await?;
    let second = kms.generate_data_key(alias.clone(), cx.clone()).await?;
    let other = kms.generate_data_key(other_alias.clone(), other_cx.clone()).await?;
    keys_are_random(&[&first, &second, &other]);

    for key in [&first, &second] {
        let opened = kms.decrypt_data_key(alias.clone(), key.wrapped.clone(), cx.clone()).await?;
        assert!(opened == key.plaintext, "a wrapped key comes back as it was made");
    }
    for (alias, cx) in [(&other_alias, &other_cx), (&alias, &other_cx), (&other_alias, &cx)] {
        let opened = kms.decrypt_data_key(alias.clone(), first.wrapped.clone(), cx.clone()).await;
        assert!(opened.is_err(), "a key opens for another tenant: {alias:?} {cx:?}");
        let moved = kms.reencrypt(alias.clone(), first.wrapped.clone(), cx.clone()).await;
        assert!(moved.is_err(), "a key is wrapped anew for another tenant: {alias:?} {cx:?}");
    }
    for at in [0, first.wrapped.len() / 2, first.wrapped.len() - 1] {
        let mut damaged = first.wrapped.clone();
        if let Some(byte) = damaged.get_mut(at) {
            *byte ^= 1;
        }
        let opened = kms.decrypt_data_key(alias.clone(), damaged, cx.clone()).await;
        assert!(opened.is_err(), "a wrapped key opens although byte {at} was changed");
    }
    assert!(kms.decrypt_data_key(alias.clone(), Vec::new(), cx.clone()).await.is_err(), "nothing opens");

    let again = kms.reencrypt(alias.clone(), first.wrapped.clone(), cx.clone()).await?;
    let opened = kms.decrypt_data_key(alias.clone(), again.bytes, cx).await?;
    assert!(opened == first.plaintext, "wrapping anew keeps the key");
    Ok(())
}

fn keys_are_random(keys: &[&DataKey]) {
    for (index, key) in keys.iter().enumerate() {
        let plain = key.plaintext.expose();
        assert_eq!(plain.len(), 32, "a data key has 32 bytes");
        assert!(plain.iter().any(|byte| Some(byte) != plain.first()), "a data key of equal bytes");
        assert!(keys.iter().take(index).all(|other| other.plaintext != key.plaintext), "a data key came twice");
        let shown = format!("{key:?}");
        for text in [HEXLOWER.encode(plain), BASE64.encode(plain), format!("{plain:?}")] {
            assert!(!shown.contains(&text), "a data key shows in Debug");
        }
        let held = key.wrapped.windows(plain.len()).any(|window| window == plain.as_slice());
        assert!(!held, "a wrapped key holds the key in the open");
    }
}
