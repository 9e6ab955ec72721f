//! As much Rust as finding forbidden calls needs: what is code, and what of it is compiled for tests only.

/// The source with comments, the content of literals and items under `#[cfg(test)]` blanked out. Lines keep their
/// numbers.
pub(crate) fn shipped_code(source: &str) -> String {
    let mut code = without_comments_and_literals(source);
    if code.trim_start().starts_with("#![cfg(test)]") {
        return String::new();
    }
    while let Some(at) = code.find("#[cfg(test)]") {
        let end = at + item_length(&code[at..]);
        let blank: String = code[at..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(at..end, &blank);
    }
    code
}

/// The length of an item with its attributes: up to its `;` outside brackets, or to its closing brace. A field,
/// variant or match arm ends at its comma.
fn item_length(code: &str) -> usize {
    const ITEMS: [&str; 13] =
        ["pub", "fn", "mod", "use", "impl", "const", "static", "struct", "enum", "trait", "type", "async", "unsafe"];
    let bare = code.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#["));
    let first = bare.unwrap_or_default().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let comma_ends = !ITEMS.contains(&first);
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' if depth == 0 => return at,
            '}' if depth == 1 => return at + 1,
            '}' | ')' | ']' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            ',' if depth == 0 && comma_ends => return at + 1,
            _ => {}
        }
    }
    code.len()
}

fn without_comments_and_literals(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let in_word = out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        // An empty string stands for every string, so that a call with a literal still looks like one.
        let (length, left) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), " ")
        } else if rest.starts_with("/*") {
            (block_comment_length(rest), " ")
        } else if let Some(length) = (!in_word).then(|| raw_string_length(rest)).flatten() {
            (length, "\"\"")
        } else if first == '"' {
            (quoted_length(rest, '"'), "\"\"")
        } else if first == '\'' && is_char_literal(rest) {
            (quoted_length(rest, '\''), " ")
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        out.push_str(left);
        out.extend(rest[..length].chars().filter(|c| *c == '\n'));
        rest = &rest[length..];
    }
    out
}

fn block_comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn raw_string_length(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix("cr")).or_else(|| text.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inner = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inner.find(&end).map_or(inner.len(), |at| at + end.len());
    Some(text.len() - inner.len() + length)
}

fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `'a'` and `'\n'`, as against the lifetime in `'a>`.
fn is_char_literal(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    matches!((chars.next(), chars.next()), (Some('\\'), _) | (Some(_), Some('\'')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let source = "a // .unwrap()\n/* b /* c */ .unwrap() */ d \"x\\\" .unwrap()\" r#\"\" .unwrap()\"# '\"' e<'f>";
        let code = shipped_code(source);
        assert!(!code.contains(".unwrap()"), "{code}");
        for word in ["a", "d", "e<'f>"] {
            assert!(code.contains(word), "{word} in {code}");
        }
        assert_eq!(code.lines().count(), source.lines().count());
    }

    #[test]
    fn items_for_tests_are_left_out_and_what_follows_is_kept() {
        let source =
            "#[cfg(test)]\nmod tests { fn a() { b.unwrap() } }\nfn c() { d.unwrap() }\n#[cfg(test)]\nuse e;\nf!();";
        let code = shipped_code(source);
        assert_eq!(code.matches(".unwrap()").count(), 1, "{code}");
        assert!(code.contains("fn c()") && code.contains("f!();") && !code.contains("use e"), "{code}");
        assert_eq!(code.lines().position(|line| line.contains("fn c()")), Some(2));
    }

    #[test]
    fn a_function_for_tests_ends_with_its_body() {
        let code = shipped_code("#[cfg(test)]\n#[allow(x)]\nfn a<B, C>(b: [u8; 3]) -> C { d.unwrap() } fn e() {}");
        assert_eq!(code.trim(), "fn e() {}");
    }

    #[test]
    fn a_field_for_tests_ends_with_its_comma() {
        let code = shipped_code("A {\n#[cfg(test)]\nb: c.unwrap(),\nd: e.unwrap() }");
        assert_eq!(code.matches(".unwrap()").count(), 1, "{code}");
        assert!(code.contains("d: e"), "{code}");
    }
}
