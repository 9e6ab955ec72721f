//! Names of members: texts, and what JSON has no other form for than a text.

use serde::ser::{Error as _, Impossible, Serialize, Serializer};

use super::text;
use super::writer::Refused;

/// Writes a name; gives whether it is ASCII without escapes.
pub(super) struct KeySerializer<'a>(pub(super) &'a mut Vec<u8>);

type No = Impossible<bool, Refused>;

fn no_name<T>() -> Result<T, Refused> {
    Err(Refused::custom("a member's name must be a text, an integer or a flag"))
}

macro_rules! shown {
    ($($method:ident $ty:ty)+) => {$(
        fn $method(self, value: $ty) -> Result<bool, Refused> {
            Ok(text::write_name(self.0, &value.to_string()))
        }
    )+};
}

impl Serializer for KeySerializer<'_> {
    type Ok = bool;
    type Error = Refused;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = No;
    type SerializeStructVariant = No;

    shown! {
        serialize_bool bool
        serialize_i8 i8
        serialize_i16 i16
        serialize_i32 i32
        serialize_i64 i64
        serialize_i128 i128
        serialize_u8 u8
        serialize_u16 u16
        serialize_u32 u32
        serialize_u64 u64
        serialize_u128 u128
        serialize_char char
    }

    fn serialize_str(self, name: &str) -> Result<bool, Refused> {
        Ok(text::write_name(self.0, name))
    }

    fn serialize_f32(self, _: f32) -> Result<bool, Refused> {
        no_name()
    }

    fn serialize_f64(self, _: f64) -> Result<bool, Refused> {
        no_name()
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<bool, Refused> {
        no_name()
    }

    fn serialize_none(self) -> Result<bool, Refused> {
        no_name()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<bool, Refused> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<bool, Refused> {
        no_name()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<bool, Refused> {
        no_name()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<bool, Refused> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<bool, Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<bool, Refused> {
        no_name()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<No, Refused> {
        no_name()
    }

    fn serialize_tuple(self, _: usize) -> Result<No, Refused> {
        no_name()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<No, Refused> {
        no_name()
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<No, Refused> {
        no_name()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<No, Refused> {
        no_name()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<No, Refused> {
        no_name()
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<No, Refused> {
        no_name()
    }
}
