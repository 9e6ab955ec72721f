//! RFC 8785 in one pass: members are written where they come and moved into order when their object ends.

use std::cmp::Ordering;
use std::fmt::{self, Display};

use serde::ser::{self, Serialize, Serializer};

use super::keys::KeySerializer;
use super::{MAX_DEPTH, MAX_INTEGER, text};

/// Why a value has no canonical form.
#[derive(Debug)]
pub(super) struct Refused(String);

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

pub(super) fn write<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Refused> {
    let mut writer = Writer { out: Vec::with_capacity(256), members: Vec::new(), scratch: Vec::new(), depth: 0 };
    value.serialize(&mut writer)?;
    Ok(writer.out)
}

#[derive(Debug)]
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
    // Members of all open objects, the innermost last.
    members: Vec<Member>,
    scratch: Vec<u8>,
    depth: u16,
}

/// Where a member lies in the output: from its name's quote to the end of its value.
#[derive(Clone, Copy, Debug)]
struct Member {
    start: usize,
    colon: usize,
    end: usize,
    // The name is ASCII without escapes, so that its bytes are its order.
    plain: bool,
    // The first of those bytes as one number, which tells most names apart.
    first: u64,
}

const MIN_INTEGER: i64 = -MAX_INTEGER;

// What serde_json serializes numbers and raw text as when a build turns on `arbitrary_precision` or `raw_value`.
const NUMBER: &str = "$serde_json::private::Number";
const RAW: &str = "$serde_json::private::RawValue";

impl Writer {
    fn integer<I: TryInto<i64> + Copy + Display>(&mut self, value: I) -> Result<(), Refused> {
        match value.try_into() {
            Ok(safe @ MIN_INTEGER..=MAX_INTEGER) => {
                self.out.extend_from_slice(itoa::Buffer::new().format(safe).as_bytes());
                Ok(())
            }
            _ => Err(Refused(format!("the integer {value} is beyond 2^53 - 1, which not every reader keeps"))),
        }
    }

    fn float(&mut self, value: f64) -> Result<(), Refused> {
        if !value.is_finite() {
            return Err(Refused(format!("the number {value} is not finite")));
        }
        if value == 0.0 && value.is_sign_negative() {
            return Err(Refused("negative zero has no canonical form of its own".to_owned()));
        }
        if value.fract() == 0.0 {
            if value.abs() > MAX_INTEGER as f64 {
                return Err(Refused(format!("the number {value} is integral and beyond 2^53 - 1")));
            }
            return self.integer(value as i64);
        }
        serde_json_canonicalizer::to_writer(&value, &mut self.out).map_err(|error| Refused(error.to_string()))
    }

    fn open(&mut self, bracket: u8) -> Result<(), Refused> {
        if self.depth == MAX_DEPTH {
            return Err(Refused(format!("nested deeper than {MAX_DEPTH}")));
        }
        self.depth += 1;
        self.out.push(bracket);
        Ok(())
    }

    fn close(&mut self, bracket: u8) {
        self.depth -= 1;
        self.out.push(bracket);
    }

    fn array(&mut self) -> Result<Array<'_>, Refused> {
        self.open(b'[')?;
        Ok(Array { writer: self, first: true, wrapped: false })
    }

    fn object(&mut self) -> Result<Object<'_>, Refused> {
        self.open(b'{')?;
        let base = self.members.len();
        let start = self.out.len();
        Ok(Object { writer: self, base, start, wrapped: false, number: false })
    }

    /// `{"variant":` of an enum's value; closed by the compound that is inside.
    fn variant(&mut self, variant: &str) -> Result<(), Refused> {
        self.open(b'{')?;
        text::write(&mut self.out, variant);
        self.out.push(b':');
        Ok(())
    }

    /// Puts the members of an object in the order of RFC 8785 section 3.2.3.
    fn sort(&mut self, base: usize, start: usize) -> Result<(), Refused> {
        let Self { out, members, scratch, .. } = self;
        let own = members.get_mut(base..).unwrap_or_default();
        let sorted = own.is_sorted_by(|a, b| order(out, a, b) == Ordering::Less);
        if !sorted {
            own.sort_by(|a, b| order(out, a, b));
            if let Some(pair) = own.windows(2).find(|pair| matches!(pair, [a, b] if order(out, a, b).is_eq())) {
                let name = pair.first().map(|member| String::from_utf8_lossy(name(out, member)).into_owned());
                return Err(Refused(format!("the name {} occurs twice in one object", name.unwrap_or_default())));
            }
            scratch.clear();
            for (index, member) in own.iter().enumerate() {
                if index > 0 {
                    scratch.push(b',');
                }
                scratch.extend_from_slice(out.get(member.start..member.end).unwrap_or_default());
            }
            out.truncate(start);
            out.extend_from_slice(scratch);
        }
        members.truncate(base);
        Ok(())
    }
}

/// The name with its quotes.
fn name<'a>(out: &'a [u8], member: &Member) -> &'a [u8] {
    out.get(member.start..member.colon).unwrap_or_default()
}

fn order(out: &[u8], a: &Member, b: &Member) -> Ordering {
    // The closing quote sorts below every letter but blank and `!`, so it is left out.
    let inner = |member| name(out, member).strip_suffix(b"\"").unwrap_or_default();
    if a.plain && b.plain {
        return a.first.cmp(&b.first).then_with(|| inner(a).cmp(inner(b)));
    }
    let units = |member| -> Vec<u16> {
        let text: String = serde_json::from_slice(name(out, member)).unwrap_or_default();
        text.encode_utf16().collect()
    };
    units(a).cmp(&units(b))
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Array<'a>;
    type SerializeTuple = Array<'a>;
    type SerializeTupleStruct = Array<'a>;
    type SerializeTupleVariant = Array<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Refused> {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_i128(self, value: i128) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_u128(self, value: u128) -> Result<(), Refused> {
        self.integer(value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Refused> {
        self.float(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Refused> {
        self.float(value)
    }

    fn serialize_char(self, value: char) -> Result<(), Refused> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Refused> {
        text::write(&mut self.out, value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refused> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refused> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.close(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Array<'a>, Refused> {
        self.array()
    }

    fn serialize_tuple(self, _: usize) -> Result<Array<'a>, Refused> {
        self.array()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Array<'a>, Refused> {
        self.array()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Array<'a>, Refused> {
        self.variant(variant)?;
        Ok(Array { wrapped: true, ..self.array()? })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>, Refused> {
        self.object()
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Object<'a>, Refused> {
        match name {
            RAW => Err(Refused("raw JSON text cannot be vouched for".to_owned())),
            NUMBER => {
                let (base, start) = (self.members.len(), self.out.len());
                Ok(Object { writer: self, base, start, wrapped: false, number: true })
            }
            _ => self.object(),
        }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'a>, Refused> {
        self.variant(variant)?;
        Ok(Object { wrapped: true, ..self.object()? })
    }
}

/// An open array.
#[derive(Debug)]
pub(super) struct Array<'a> {
    writer: &'a mut Writer,
    first: bool,
    wrapped: bool,
}

impl Array<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        if !std::mem::take(&mut self.first) {
            self.writer.out.push(b',');
        }
        value.serialize(&mut *self.writer)
    }

    fn finish(self) {
        self.writer.close(b']');
        if self.wrapped {
            self.writer.close(b'}');
        }
    }
}

macro_rules! arrays {
    ($($trait:ident $method:ident)+) => {$(
        impl ser::$trait for Array<'_> {
            type Ok = ();
            type Error = Refused;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.element(value)
            }
            fn end(self) -> Result<(), Refused> {
                self.finish();
                Ok(())
            }
        }
    )+};
}

arrays! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

/// An open object, or a number that serde_json hands over as one.
#[derive(Debug)]
pub(super) struct Object<'a> {
    writer: &'a mut Writer,
    base: usize,
    start: usize,
    wrapped: bool,
    number: bool,
}

impl Object<'_> {
    fn begin(&mut self) -> usize {
        if self.writer.members.len() > self.base {
            self.writer.out.push(b',');
        }
        self.writer.out.len()
    }

    fn named(&mut self, start: usize, plain: bool) {
        let colon = self.writer.out.len();
        self.writer.out.push(b':');
        let mut first = [0; 8];
        let name = self.writer.out.get(start + 1..colon.saturating_sub(1)).unwrap_or_default();
        first.iter_mut().zip(name).for_each(|(place, byte)| *place = *byte);
        self.writer.members.push(Member { start, colon, end: colon, plain, first: u64::from_be_bytes(first) });
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(&mut *self.writer)?;
        // Members of inner objects are gone again, so the last one is this object's own.
        let end = self.writer.out.len();
        if let Some(member) = self.writer.members.last_mut() {
            member.end = end;
        }
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
        if self.number {
            let mut text = Vec::new();
            value.serialize(KeySerializer(&mut text))?;
            let number = serde_json::from_slice::<&str>(&text).ok().and_then(|number| number.parse().ok());
            return self.writer.float(number.ok_or_else(|| Refused("a number that cannot be read".to_owned()))?);
        }
        let start = self.begin();
        let plain = text::write_name(&mut self.writer.out, name);
        self.named(start, plain);
        self.value(value)
    }

    fn finish(self) -> Result<(), Refused> {
        if self.number {
            return Ok(());
        }
        self.writer.sort(self.base, self.start)?;
        self.writer.close(b'}');
        if self.wrapped {
            self.writer.close(b'}');
        }
        Ok(())
    }
}

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        let start = self.begin();
        let plain = key.serialize(KeySerializer(&mut self.writer.out))?;
        self.named(start, plain);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.value(value)
    }

    fn end(self) -> Result<(), Refused> {
        self.finish()
    }
}

macro_rules! structs {
    ($($trait:ident)+) => {$(
        impl ser::$trait for Object<'_> {
            type Ok = ();
            type Error = Refused;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
                self.field(name, value)
            }
            fn end(self) -> Result<(), Refused> {
                self.finish()
            }
        }
    )+};
}

structs! { SerializeStruct SerializeStructVariant }
