//! JSON schemas of the types that write themselves: what they look like in a document, and what a face makes of it.
//!
//! Everything else derives its schema. `format` says what a plain string or number means: `uint64` is a full 64-bit
//! value as a decimal string, `unix-millis` an instant, `millionths` an exact fraction, `secret` a text nobody is shown.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::agents::providers::ProviderId;
use crate::clock::Timestamp;
use crate::config::Secret;
use crate::debate::{Fixed6, Seed, Share, Weight};
use crate::ids::{
    AgentId, DebateId, Digest, MessageId, MicroUsd, OptionId, OrgId, PrincipalId, RequestId, TurnId, WorkspaceId,
};
use crate::storage::backup::BackupId;

macro_rules! plain {
    ($($name:ident: $schema:tt;)+) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+};
}

plain! {
    AgentId: { "type": "string" };
    BackupId: { "type": "string" };
    DebateId: { "type": "string" };
    Digest: { "type": "string" };
    MessageId: { "type": "string" };
    OptionId: { "type": "string" };
    OrgId: { "type": "string" };
    PrincipalId: { "type": "string" };
    RequestId: { "type": "string" };
    TurnId: { "type": "string" };
    WorkspaceId: { "type": "string" };
    Share: { "type": "string", "format": "share" };
    Seed: { "type": "string", "format": "uint64" };
    Fixed6: { "type": "integer", "format": "millionths" };
    Weight: { "type": "integer", "format": "millionths", "minimum": 0 };
    MicroUsd: { "type": "integer", "format": "micro-usd", "minimum": 0 };
    ProviderId: { "type": "string" };
    Secret: { "type": "string", "format": "secret" };
    Timestamp: { "type": "integer", "format": "unix-millis" };
}
