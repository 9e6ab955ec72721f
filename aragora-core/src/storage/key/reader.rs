use super::writer::{BOOL, BYTES, DESCENDING, DIGEST, F64, I64, ID, SIGN, STRING, U64};
use crate::error::{Error, ErrorKind, Result};

/// Reads key components; any byte that [`super::KeyWriter`] would not have written is `corrupt`.
#[derive(Debug)]
pub struct KeyReader<'a> {
    rest: &'a [u8],
    // 0xff inside a descending component, 0 elsewhere.
    mask: u8,
}

impl<'a> KeyReader<'a> {
    /// Reads from the beginning of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, mask: 0 }
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// `corrupt` if bytes are left.
    pub fn finish(self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(damaged(format!("{} bytes follow the key", self.rest.len()))) }
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<Vec<u8>> {
        self.tag(BYTES)?;
        self.escaped()
    }

    /// A text.
    pub fn string(&mut self) -> Result<String> {
        self.tag(STRING)?;
        String::from_utf8(self.escaped()?).map_err(|_| damaged("a text in a key is not UTF-8"))
    }

    /// An unsigned number.
    pub fn u64(&mut self) -> Result<u64> {
        self.tag(U64)?;
        Ok(u64::from_be_bytes(self.fixed()?))
    }

    /// A signed number.
    pub fn i64(&mut self) -> Result<i64> {
        self.tag(I64)?;
        Ok((u64::from_be_bytes(self.fixed()?) ^ SIGN).cast_signed())
    }

    /// A flag.
    pub fn bool(&mut self) -> Result<bool> {
        self.tag(BOOL)?;
        match self.fixed()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(damaged(format!("a flag in a key is {other}, expected 0 or 1"))),
        }
    }

    pub(super) fn f64(&mut self) -> Result<f64> {
        self.tag(F64)?;
        let ordered = u64::from_be_bytes(self.fixed()?);
        Ok(f64::from_bits(if ordered & SIGN == 0 { !ordered } else { ordered & !SIGN }))
    }

    /// 16 raw bytes.
    pub fn id(&mut self) -> Result<[u8; 16]> {
        self.tag(ID)?;
        self.fixed()
    }

    /// 32 raw bytes.
    pub fn digest(&mut self) -> Result<[u8; 32]> {
        self.tag(DIGEST)?;
        self.fixed()
    }

    pub(super) fn descending<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.mask = 0xff;
        let value = read(self);
        self.mask = 0;
        value
    }

    /// Passes over one component of whatever type.
    pub(super) fn skip(&mut self) -> Result<()> {
        let Some(tag) = self.rest.first().copied() else { return Err(damaged("a key ends too early")) };
        self.mask = if tag & DESCENDING == 0 { 0 } else { 0xff };
        let tag = tag & !DESCENDING;
        self.tag(tag)?;
        let skipped = match tag {
            BYTES | STRING => self.escaped().map(drop),
            U64 | I64 | F64 => self.fixed::<8>().map(drop),
            BOOL => self.fixed::<1>().map(drop),
            ID => self.fixed::<16>().map(drop),
            DIGEST => self.fixed::<32>().map(drop),
            other => Err(damaged(format!("a key has the unknown tag {other:#04x}"))),
        };
        self.mask = 0;
        skipped
    }

    fn tag(&mut self, tag: u8) -> Result<()> {
        let expected = tag | (self.mask & DESCENDING);
        match self.rest.split_first() {
            Some((found, rest)) if *found == expected => {
                self.rest = rest;
                Ok(())
            }
            Some((found, _)) => Err(damaged(format!("a key has the tag {found:#04x}, expected {expected:#04x}"))),
            None => Err(damaged(format!("a key ends before its component {expected:#04x}"))),
        }
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (body, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| damaged("a key ends too early"))?;
        self.rest = rest;
        Ok(body.map(|byte| byte ^ self.mask))
    }

    fn escaped(&mut self) -> Result<Vec<u8>> {
        let mut value = Vec::new();
        let mut rest = self.rest.iter().map(|byte| byte ^ self.mask);
        let mut read = 0;
        while let Some(byte) = rest.next() {
            read += 1;
            if byte != 0 {
                value.push(byte);
            } else if rest.clone().next() == Some(0xff) {
                rest.next();
                read += 1;
                value.push(0);
            } else {
                self.rest = self.rest.get(read..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(damaged("a text in a key has no end"))
    }
}

fn damaged(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::Corrupt, reason)
}
