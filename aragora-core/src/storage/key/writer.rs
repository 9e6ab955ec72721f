pub(super) const BYTES: u8 = 0x01;
pub(super) const STRING: u8 = 0x02;
pub(super) const U64: u8 = 0x03;
pub(super) const I64: u8 = 0x04;
pub(super) const BOOL: u8 = 0x05;
pub(super) const F64: u8 = 0x06;
pub(super) const ID: u8 = 0x07;
pub(super) const DIGEST: u8 = 0x08;
pub(super) const DESCENDING: u8 = 0x40;
pub(super) const SIGN: u64 = 1 << 63;

/// Appends key components.
#[derive(Debug, Default)]
pub struct KeyWriter(Vec<u8>);

impl KeyWriter {
    /// A writer with room for this many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// What was written.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    /// Bytes that are encoded already.
    pub(crate) fn encoded(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) {
        self.escaped(BYTES, value);
    }

    /// A text.
    pub fn string(&mut self, value: &str) {
        self.escaped(STRING, value.as_bytes());
    }

    /// An unsigned number.
    pub fn u64(&mut self, value: u64) {
        self.fixed(U64, &value.to_be_bytes());
    }

    /// A signed number.
    pub fn i64(&mut self, value: i64) {
        self.fixed(I64, &(value.cast_unsigned() ^ SIGN).to_be_bytes());
    }

    /// A flag; `false` comes first.
    pub fn bool(&mut self, value: bool) {
        self.fixed(BOOL, &[u8::from(value)]);
    }

    pub(super) fn f64(&mut self, value: f64) {
        let bits = value.to_bits();
        let ordered = if bits & SIGN == 0 { bits | SIGN } else { !bits };
        self.fixed(F64, &ordered.to_be_bytes());
    }

    /// 16 raw bytes.
    pub fn id(&mut self, value: &[u8; 16]) {
        self.fixed(ID, value);
    }

    /// 32 raw bytes.
    pub fn digest(&mut self, value: &[u8; 32]) {
        self.fixed(DIGEST, value);
    }

    /// One component in reversed order.
    pub(super) fn descending(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        write(self);
        let mut written = self.0.iter_mut().skip(start);
        if let Some(tag) = written.next() {
            *tag |= DESCENDING;
        }
        written.for_each(|byte| *byte = !*byte);
    }

    fn fixed(&mut self, tag: u8, body: &[u8]) {
        self.0.push(tag);
        self.0.extend_from_slice(body);
    }

    fn escaped(&mut self, tag: u8, body: &[u8]) {
        self.0.push(tag);
        let mut pieces = body.split(|byte| *byte == 0);
        self.0.extend_from_slice(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.0.extend_from_slice(&[0x00, 0xff]);
            self.0.extend_from_slice(piece);
        }
        self.0.push(0x00);
    }
}
