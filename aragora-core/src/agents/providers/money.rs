//! What a provider says a call cost, in micro-dollars.

pub(super) use crate::agents::prices::usd::{from_ticks, from_usd};
