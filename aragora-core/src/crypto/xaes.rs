//! XAES-256-GCM (C2SP): AES-256-GCM under a key derived from the first half of a 192-bit nonce, so that nonces may be
//! random for ever.

use xaes_256_gcm::Xaes256Gcm;
use xaes_256_gcm::aead::inout::InOutBuf;
use xaes_256_gcm::aead::{AeadInOut as _, KeyInit as _};

pub(crate) const NONCE: usize = 24;
pub(super) const TAG: usize = 16;

/// A key that was set up; overwritten when dropped.
pub(super) struct Xaes(Xaes256Gcm);

impl Xaes {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(Xaes256Gcm::new(key.into()))
    }

    /// Encrypts in place and gives the tag; `None` beyond the limits of GCM, which are far above ours.
    pub(super) fn seal(&self, nonce: &[u8; NONCE], aad: &[u8], text: &mut [u8]) -> Option<[u8; TAG]> {
        self.0.encrypt_inout_detached(nonce.into(), aad, InOutBuf::from(text)).ok().map(Into::into)
    }

    /// Decrypts in place; on failure the text is not the plaintext.
    #[must_use]
    pub(super) fn open(&self, nonce: &[u8; NONCE], aad: &[u8], text: &mut [u8], tag: &[u8; TAG]) -> bool {
        self.0.decrypt_inout_detached(nonce.into(), aad, InOutBuf::from(text), tag.into()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    const NONCE_OF_THE_DOCUMENT: &[u8; NONCE] = b"ABCDEFGHIJKLMNOPQRSTUVWX";

    fn sealed(key: [u8; 32], aad: &[u8]) -> String {
        let xaes = Xaes::new(&key);
        let mut text = b"XAES-256-GCM".to_vec();
        let tag = xaes.seal(NONCE_OF_THE_DOCUMENT, aad, &mut text).unwrap();
        let hex = HEXLOWER.encode(&[&text[..], &tag].concat());
        assert!(xaes.open(NONCE_OF_THE_DOCUMENT, aad, &mut text, &tag));
        assert_eq!(text, b"XAES-256-GCM");
        hex
    }

    #[test]
    fn known_answers_of_the_document() {
        // One key for each value of the bit that decides about the doubling.
        assert_eq!(sealed([1; 32], b""), "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
        assert_eq!(
            sealed([3; 32], b"c2sp.org/XAES-256-GCM"),
            "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"
        );
    }
}
