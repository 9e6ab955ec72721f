//! The content of `\boxed`.

/// What the last `boxed` of a text holds: the content of its braces, or without braces what stands before the next
/// `$`. Braces that are never closed hold everything after them, as in the published evaluation.
pub(super) fn after_boxed(text: &str) -> Option<String> {
    let (_, after) = text.rsplit_once("boxed")?;
    let Some(inner) = after.strip_prefix('{') else {
        return Some(after.split('$').next().unwrap_or_default().trim().to_owned());
    };
    Some(balanced_end(inner).map_or(inner, |end| &inner[..end]).to_owned())
}

/// The content of the last `\boxed`; `None` if its braces are not closed, because the value was cut off.
pub(super) fn last_boxed(text: &str) -> Option<&str> {
    let (_, after) = text.rsplit_once(r"\boxed")?;
    let after = after.trim_start();
    match after.strip_prefix('{') {
        Some(inner) => balanced_end(inner).map(|end| &inner[..end]),
        None => after.split(['$', '\n']).next(),
    }
}

/// Where the brace closes that was opened before the text.
fn balanced_end(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}
