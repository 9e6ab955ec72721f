//! Docstrings in Google's style.

use super::text::wrap;

const WIDTH: usize = 118;

/// A docstring at this indentation: what it is, and its members under `Attributes:`.
pub(super) fn docstring(doc: &str, attributes: &[(String, &str)], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let doc = escaped(doc);
    let short = doc.chars().count() + indent + 6 <= WIDTH && !doc.contains('\n') && !doc.ends_with('"');
    if short && attributes.is_empty() {
        return format!("\"\"\"{doc}\"\"\"");
    }
    let mut lines = wrap(&doc, WIDTH - indent - 3);
    if !attributes.is_empty() {
        lines.extend([String::new(), "Attributes:".into()]);
    }
    for (name, doc) in attributes {
        let text = format!("{name}: {}", escaped(doc).replace("\n\n", " "));
        let mut wrapped = wrap(&text, WIDTH - indent - 8).into_iter();
        lines.extend(wrapped.next().map(|first| format!("    {first}")));
        lines.extend(wrapped.map(|next| format!("        {next}")));
    }
    let mut out = String::from("\"\"\"");
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&pad);
            }
        }
        out.push_str(line);
    }
    out.push('\n');
    out.push_str(&pad);
    out.push_str("\"\"\"");
    out
}

fn escaped(doc: &str) -> String {
    doc.replace('\\', "\\\\").replace("\"\"\"", "'''")
}
