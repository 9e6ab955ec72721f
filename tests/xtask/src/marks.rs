//! Finding keys in what suites printed and wrote, in the forms in which a key can come out.

/// In every key that a test makes up. Eight characters, because so long a prefix of a key is as good as the key; the
/// rest of a key follows it.
pub(crate) const CANARY: &str = concat!("canary", "-k");

/// A form of a secret in bytes.
#[derive(Debug)]
struct Mark {
    whose: String,
    form: &'static str,
    bytes: Vec<u8>,
}

/// What is searched for.
#[derive(Debug, Default)]
pub(crate) struct Marks(Vec<Mark>);

/// Where a secret was found. It says whose, never which.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) line: usize,
    pub(crate) whose: String,
    pub(crate) form: &'static str,
}

impl Marks {
    /// Every form of this secret as well; anything shorter than eight bytes would be found everywhere and is left out.
    pub(crate) fn with(mut self, whose: &str, secret: &str) -> Self {
        let secret = secret.as_bytes();
        if secret.len() < CANARY.len() {
            return self;
        }
        let mut add = |form, bytes| {
            if !self.0.iter().any(|known| known.bytes == bytes) {
                self.0.push(Mark { whose: whose.to_owned(), form, bytes });
            }
        };
        add("plain", secret.to_vec());
        add("hex", secret.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect());
        add("hex", secret.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect());
        for before in 0..3 {
            add("base64", base64(before, secret, b"+/"));
            add("base64", base64(before, secret, b"-_"));
        }
        self
    }

    /// The canary of all tests, and the keys of providers that stand in the environment.
    pub(crate) fn of_environment(variables: impl Iterator<Item = (String, String)>) -> Self {
        let is_key = |name: &str| name.ends_with("_API_KEY") || name == "AWS_BEARER_TOKEN_BEDROCK";
        let keys = variables.filter(|(name, _)| is_key(name));
        keys.fold(Self::default().with("a test's key", CANARY), |marks, (name, value)| marks.with(&name, value.trim()))
    }

    /// The forms themselves, for a test of the search.
    pub(crate) fn forms(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|mark| (mark.form, mark.bytes.as_slice()))
    }

    /// Every line that shows one, once per form.
    pub(crate) fn find(&self, text: &[u8]) -> Vec<Found> {
        let mut begins = [false; 256];
        for mark in &self.0 {
            if let Some(begin) = mark.bytes.first().and_then(|first| begins.get_mut(usize::from(*first))) {
                *begin = true;
            }
        }
        let mut found: Vec<Found> = Vec::new();
        let mut line = 1;
        for (at, byte) in text.iter().enumerate() {
            if begins.get(usize::from(*byte)).is_some_and(|begins| *begins) {
                let rest = text.get(at..).unwrap_or_default();
                for mark in self.0.iter().filter(|mark| rest.starts_with(&mark.bytes)) {
                    let one = Found { line, whose: mark.whose.clone(), form: mark.form };
                    if !found.contains(&one) {
                        found.push(one);
                    }
                }
            }
            line += usize::from(*byte == b'\n');
        }
        found
    }
}

/// The characters in which these bytes come out, after so many others, whatever stands around them: those at the ends
/// that share bits with their neighbours are left out.
fn base64(before: usize, bytes: &[u8], last_two: &[u8; 2]) -> Vec<u8> {
    let bit = |at: usize| {
        let byte = bytes.get((at / 8).wrapping_sub(before)).copied().unwrap_or(0);
        usize::from(byte >> (7 - at % 8) & 1)
    };
    let (first, end) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8 / 6);
    let sextet = |at: usize| (at * 6..at * 6 + 6).fold(0, |value, at| value << 1 | bit(at));
    let letters = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*last_two);
    let letters: Vec<u8> = letters.collect();
    (first..end).filter_map(|at| letters.get(sextet(at)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Marks {
        Marks::default().with("a test's key", CANARY)
    }

    #[test]
    fn base64_is_that_of_the_standard_without_its_ends() {
        // `foobar` is Zm9vYmFy; after one byte x it is eGZvb2Jhcg==, after two eHhmb29iYXI=.
        assert_eq!(base64(0, b"foobar", b"+/"), b"Zm9vYmFy");
        assert_eq!(base64(1, b"foobar", b"+/"), b"Zvb2Jhc");
        assert_eq!(base64(2, b"foobar", b"+/"), b"mb29iYX");
        // The last two letters differ between the alphabets: 0xfb 0xff 0xff is +/// or -___.
        assert_eq!(base64(0, &[0xfb, 0xff, 0xff], b"-_"), b"-___");
    }

    #[test]
    fn every_form_is_found_in_its_line_with_anything_around_it() {
        let key = format!("Bearer sk-{CANARY}ey.");
        let hex = |text: &str| text.bytes().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect::<Vec<_>>();
        for (form, shown) in [
            ("plain", key.as_bytes()),
            // By another encoder, after nothing, one byte and two: all places a byte can have in base64.
            ("base64", b"QmVhcmVyIHNrLWNhbmFyeS1rZXku"),
            ("base64", b"eEJlYXJlciBzay1jYW5hcnkta2V5Lg=="),
            ("base64", b"eHhCZWFyZXIgc2stY2FuYXJ5LWtleS4="),
            ("hex", &hex(&key)),
            ("hex", &hex(&key).to_ascii_uppercase()),
        ] {
            let text = [b"fine\nsee \"", shown, b"\" \xff\n"].concat();
            assert_eq!(marks().find(&text), [Found { line: 2, whose: "a test's key".into(), form }]);
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not_found() {
        for text in ["", "a canary sings", "canary_key", "canary-hidden-message", "Y2FuYXJ5"] {
            assert_eq!(marks().find(text.as_bytes()), [], "{text}");
        }
    }

    #[test]
    fn keys_of_the_environment_are_searched_and_named_by_their_variable() {
        let variables = [("OPENAI_API_KEY", " sk-real-0123 "), ("XAI_API_KEY", "short"), ("PATH", "/usr/bin:/bin")];
        let marks =
            Marks::of_environment(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter());
        let found = marks.find(b"short /usr/bin:/bin\nsk-real-0123");
        assert_eq!(found, [Found { line: 2, whose: "OPENAI_API_KEY".into(), form: "plain" }]);
    }
}
