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

    #[test]
    fn accumulated_answers_of_the_document() {
        use shake::Shake128;
        use shake::digest::{ExtendableOutput as _, Update as _, XofReader as _};

        let (iterations, expected) = match std::env::var_os("ARAGORA_TEST_LONG") {
            Some(_) => (1_000_000, "2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15"),
            None => (10_000, "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"),
        };
        let mut source = Shake128::default().finalize_xof();
        let mut sum = Shake128::default();
        for _ in 0..iterations {
            let (mut key, mut nonce, mut length) = ([0; 32], [0; NONCE], [0; 1]);
            source.read(&mut key);
            source.read(&mut nonce);
            source.read(&mut length);
            let mut text = vec![0; usize::from(length[0])];
            source.read(&mut text);
            source.read(&mut length);
            let mut aad = vec![0; usize::from(length[0])];
            source.read(&mut aad);
            let (xaes, plain) = (Xaes::new(&key), text.clone());
            let tag = xaes.seal(&nonce, &aad, &mut text).unwrap();
            sum.update(&text);
            sum.update(&tag);
            assert!(xaes.open(&nonce, &aad, &mut text, &tag));
            assert_eq!(text, plain);
        }
        let mut digest = [0; 32];
        sum.finalize_xof().read(&mut digest);
        assert_eq!(HEXLOWER.encode(&digest), expected);
    }
}
