//! The items of a response.

use serde_json::Value;

use crate::agents::reply::ToolCall;

/// What the items of an output say.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) text: String,
    pub(super) reasoning: String,
    pub(super) refusal: String,
    pub(super) tools: Vec<ToolCall>,
}

impl Output {
    pub(super) fn of<'a>(items: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut output = Self::default();
        for item in items {
            output.absorb(item);
        }
        output
    }

    fn absorb(&mut self, item: &Value) {
        let parts = |name: &str| item.get(name).and_then(Value::as_array).into_iter().flatten();
        match text(item.get("type")) {
            "message" => {
                for part in parts("content") {
                    match text(part.get("type")) {
                        "output_text" | "text" => self.text.push_str(text(part.get("text"))),
                        "refusal" => self.refusal.push_str(text(part.get("refusal"))),
                        _ => {}
                    }
                }
            }
            "reasoning" => {
                parts("summary")
                    .chain(parts("content"))
                    .for_each(|part| self.reasoning.push_str(text(part.get("text"))));
            }
            "function_call" => self.tools.push(settled(call(item))),
            _ => {}
        }
    }
}

/// A call as an item says it.
pub(super) fn call(item: &Value) -> ToolCall {
    let id = Some(text(item.get("call_id"))).filter(|id| !id.is_empty()).unwrap_or(text(item.get("id")));
    let raw = match item.get("arguments") {
        Some(Value::String(raw)) => raw.clone(),
        Some(arguments @ Value::Object(_)) => arguments.to_string(),
        _ => String::new(),
    };
    ToolCall { id: id.to_owned(), name: text(item.get("name")).to_owned(), arguments: None, raw }
}

/// The arguments are all there: none at all are an empty object, broken ones stay as they came.
pub(super) fn settled(mut call: ToolCall) -> ToolCall {
    let whole = if call.raw.trim().is_empty() { "{}" } else { &call.raw };
    call.arguments = serde_json::from_str(whole).ok();
    call
}

pub(super) fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}
