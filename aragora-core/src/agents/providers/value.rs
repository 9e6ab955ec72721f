//! The structured value of a reply, wherever the wire put it.

use serde_json::Value;

use super::codec::{Encoded, ValueAt};
use crate::agents::reply::AgentReply;
use crate::debate::StopReason;

/// The forced tool whose input is the value.
pub(super) const TOOL: &str = "respond";

/// Moves the value to where the caller looks for it. A reply without one stays as it is: what its text says is found by
/// [`Expect::resolve`](crate::agents::Expect).
pub(super) fn take(reply: &mut AgentReply, encoded: &Encoded) {
    let value = match encoded.value {
        ValueAt::Nowhere => None,
        ValueAt::Text => serde_json::from_str(reply.text.trim()).ok(),
        ValueAt::Tool => forced(reply),
    };
    reply.structured = match value {
        Some(Value::Object(mut members)) if encoded.wrapped => members.remove("value"),
        other => other,
    };
}

// The forced call is the answer and no call; where it is the whole answer, its arguments are the text.
fn forced(reply: &mut AgentReply) -> Option<Value> {
    let at = reply.tool_calls.iter().position(|call| call.name == TOOL)?;
    let call = reply.tool_calls.remove(at);
    if reply.stop == StopReason::ToolCalls && reply.tool_calls.is_empty() {
        reply.stop = StopReason::End;
    }
    if reply.text.is_empty() {
        reply.text = call.raw;
    }
    call.arguments
}
