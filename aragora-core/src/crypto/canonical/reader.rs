//! A reader without recursion that refuses whatever two readers could read differently.

use std::collections::HashSet;

use super::{Json, JsonLimits, MAX_DEPTH, MAX_INTEGER};
use crate::error::{Error, ErrorKind, Result};

pub(super) fn read(bytes: &[u8], limits: &JsonLimits) -> Result<Json> {
    if bytes.len() > limits.bytes {
        return Err(refuse(limits.bytes, format!("{} bytes, allowed are {}", bytes.len(), limits.bytes)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| refuse(error.valid_up_to(), "this is not UTF-8"))?;
    if text.starts_with('\u{feff}') {
        return Err(refuse(0, "a byte order mark"));
    }
    let mut reader = Reader { text, at: 0, items: limits.items, depth: limits.depth.min(MAX_DEPTH) };
    let value = reader.document()?;
    reader.blanks();
    if reader.at == text.len() { Ok(value) } else { Err(reader.refuse("something follows the value")) }
}

fn refuse(at: usize, reason: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("at byte {at}: {reason}")).with("offset", at)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    items: usize,
    depth: u16,
}

/// A container that is not finished.
enum Open {
    Array(Vec<Json>),
    Object { members: Vec<(String, Json)>, names: HashSet<String>, name: String },
}

impl Reader<'_> {
    fn refuse(&self, reason: impl std::fmt::Display) -> Error {
        refuse(self.at, reason)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn document(&mut self) -> Result<Json> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let Some(mut value) = self.begin(&mut open)? else { continue };
            // A finished value may finish the containers around it.
            loop {
                let Some(container) = open.last_mut() else { return Ok(value) };
                let close = match container {
                    Open::Array(values) => {
                        values.push(value);
                        b']'
                    }
                    Open::Object { members, name, .. } => {
                        members.push((std::mem::take(name), value));
                        b'}'
                    }
                };
                self.blanks();
                if self.eat(b',') {
                    if let Open::Object { names, name, .. } = container {
                        *name = self.name(names)?;
                    }
                    break;
                }
                if !self.eat(close) {
                    return Err(self.refuse(format!("expected , or {}", char::from(close))));
                }
                value = match open.pop() {
                    Some(Open::Array(values)) => Json::Arr(values),
                    Some(Open::Object { members, .. }) => Json::Obj(members),
                    None => return Err(self.refuse("a container ended twice")),
                };
            }
        }
    }

    /// Reads a scalar or an empty container; `None` if a container was opened and its first value comes next.
    fn begin(&mut self, open: &mut Vec<Open>) -> Result<Option<Json>> {
        self.blanks();
        self.items = self.items.checked_sub(1).ok_or_else(|| self.refuse("more values than allowed"))?;
        match self.peek() {
            Some(bracket @ (b'[' | b'{')) => {
                if open.len() >= usize::from(self.depth) {
                    return Err(self.refuse(format!("nested deeper than {}", self.depth)));
                }
                self.at += 1;
                self.blanks();
                if bracket == b'[' {
                    if self.eat(b']') {
                        return Ok(Some(Json::Arr(Vec::new())));
                    }
                    open.push(Open::Array(Vec::new()));
                } else {
                    if self.eat(b'}') {
                        return Ok(Some(Json::Obj(Vec::new())));
                    }
                    let mut names = HashSet::new();
                    let name = self.name(&mut names)?;
                    open.push(Open::Object { members: Vec::new(), names, name });
                }
                Ok(None)
            }
            Some(b'"') => self.string().map(|text| Some(Json::Str(text))),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            _ => self.word().map(Some),
        }
    }

    fn name(&mut self, names: &mut HashSet<String>) -> Result<String> {
        self.blanks();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.refuse("expected a member's name"));
        }
        let name = self.string()?;
        if !names.insert(name.clone()) {
            return Err(refuse(start, "this name occurs twice in one object"));
        }
        self.blanks();
        if self.eat(b':') { Ok(name) } else { Err(self.refuse("expected :")) }
    }

    fn word(&mut self) -> Result<Json> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.refuse(if rest.is_empty() { "expected a value, found the end" } else { "expected a value" }))
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.refuse("expected a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Json> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        let spelling = self.text.get(start..self.at).unwrap_or_default();
        let number: f64 = spelling.parse().map_err(|_| refuse(start, "this number cannot be read"))?;
        if !number.is_finite() {
            return Err(refuse(start, "this number is not finite"));
        }
        if number == 0.0 && number.is_sign_negative() {
            return Err(refuse(start, "negative zero"));
        }
        if number.fract() != 0.0 {
            return Ok(Json::Float(number));
        }
        // 2^53 itself is what 2^53 + 1 is rounded to, so the bound is one less.
        if number.abs() > MAX_INTEGER as f64 {
            return Err(refuse(start, "an integer beyond 2^53 - 1, which not every reader keeps"));
        }
        Ok(Json::Int(number as i64))
    }

    fn string(&mut self) -> Result<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let stop = rest
                .bytes()
                .position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')
                .ok_or_else(|| refuse(self.text.len(), "a text has no end"))?;
            out.push_str(rest.get(..stop).unwrap_or_default());
            self.at += stop;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.refuse("a control character in a text")),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        self.at += 1;
        let escaped = self.peek();
        self.at += 1;
        Ok(match escaped {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let lone = || refuse(start, "a lone surrogate");
                let first = self.unit()?;
                if let Some(c) = char::from_u32(first) {
                    return Ok(c);
                }
                if !(self.eat(b'\\') && self.eat(b'u')) {
                    return Err(lone());
                }
                let second = self.unit()?;
                let pair = [first, second].map(|unit| unit as u16);
                match char::decode_utf16(pair).next() {
                    Some(Ok(c)) => c,
                    _ => return Err(lone()),
                }
            }
            _ => return Err(refuse(start, "an unknown escape")),
        })
    }

    fn unit(&mut self) -> Result<u32> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.refuse("expected four hex digits"))?;
        self.at += 4;
        Ok(unit)
    }
}
