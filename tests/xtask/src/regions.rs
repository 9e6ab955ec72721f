//! Marked regions: pages quote examples, and the quotation is checked.
//!
//! A source file marks a region with two comment lines, `// START name` and `// END name` (`#` in Python). A page
//! names region and file, and holds the copy between two comments of its own:
//!
//! ````text
//! <!-- START name examples/rust/file.rs -->
//! ```rust
//! ...
//! ```
//! <!-- END name -->
//! ````

use std::ops::Range;

/// A quotation in a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Quote {
    pub(crate) name: String,
    /// Relative to the repository's root.
    pub(crate) file: String,
    /// The bytes between the two comment lines.
    pub(crate) body: Range<usize>,
}

/// Every quotation of a page, in order.
pub(crate) fn quotes(page: &str) -> Result<Vec<Quote>, String> {
    let mut found = Vec::new();
    let mut open: Option<(String, String, usize)> = None;
    let (mut at, mut fenced) = (0, false);
    for line in page.split_inclusive('\n') {
        let next = at + line.len();
        fenced ^= line.starts_with("```");
        // Marks inside a fence are somebody explaining marks.
        let comment = line.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")).filter(|_| !fenced);
        let words: Vec<&str> = comment.unwrap_or_default().split_whitespace().collect();
        match (words.as_slice(), open.take()) {
            (["START", name, file], None) => open = Some(((*name).to_owned(), (*file).to_owned(), next)),
            (["END", end], Some((name, file, from))) if *end == name => {
                found.push(Quote { name, file, body: from..at });
            }
            (["START", ..], _) => return Err(format!("misplaced or malformed {:?}", line.trim())),
            (["END", ..], _) => return Err(format!("{:?} ends no open region", line.trim())),
            (_, still) => open = still,
        }
        at = next;
    }
    match open {
        Some((name, ..)) => Err(format!("the region {name} has no end")),
        None => Ok(found),
    }
}

/// What a page must hold between its comments for this region of this source.
pub(crate) fn body(file: &str, source: &str, name: &str) -> Result<String, String> {
    let language = match file.rsplit('.').next() {
        Some("rs") => "rust",
        Some("py") => "python",
        Some("ts" | "mts") => "ts",
        Some("js" | "mjs") => "js",
        Some("kt") => "kotlin",
        Some(other) => other,
        None => "",
    };
    Ok(format!("```{language}\n{}\n```\n", region(source, name)?))
}

/// The lines between the marks, without the indentation they share.
fn region(source: &str, name: &str) -> Result<String, String> {
    let mark = |line: &str, word: &str| {
        let comment = line.trim().strip_prefix("//").or_else(|| line.trim().strip_prefix('#'));
        comment.is_some_and(|text| text.split_whitespace().eq([word, name]))
    };
    let from = source.lines().position(|line| mark(line, "START")).ok_or(format!("has no region {name}"))?;
    let length = source.lines().skip(from + 1).position(|line| mark(line, "END"));
    let length = length.ok_or(format!("its region {name} has no end"))?;
    let lines: Vec<&str> = source.lines().skip(from + 1).take(length).collect();
    let indent = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indent.min().ok_or(format!("its region {name} is empty"))?;
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or_default().trim_end()).collect();
    Ok(lines.join("\n").trim_matches('\n').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "fn main() {\n    // START a\n    one();\n\n        two();\n    // END a\n}\n";
    const PAGE: &str = "# T\n<!-- START a x/y.rs -->\n```rust\none();\n\n    two();\n```\n<!-- END a -->\nrest\n";

    #[test]
    fn a_region_loses_the_indentation_it_shares() {
        assert_eq!(region(SOURCE, "a").unwrap(), "one();\n\n    two();");
    }

    #[test]
    fn a_page_quotes_what_the_source_marks() {
        let quotes = quotes(PAGE).unwrap();
        assert_eq!(quotes.len(), 1);
        assert_eq!((quotes[0].name.as_str(), quotes[0].file.as_str()), ("a", "x/y.rs"));
        assert_eq!(&PAGE[quotes[0].body.clone()], body("x/y.rs", SOURCE, "a").unwrap());
    }

    #[test]
    fn marks_inside_a_fence_are_text() {
        assert_eq!(quotes("```text\n<!-- START a x.rs -->\n<!-- END a -->\n```\n"), Ok(vec![]));
    }

    #[test]
    fn unpaired_marks_are_errors_on_both_sides() {
        assert!(quotes("<!-- START a x.rs -->\n").is_err());
        assert!(quotes("<!-- END a -->\n").is_err());
        assert!(quotes("<!-- START a x.rs -->\n<!-- START b x.rs -->\n<!-- END b -->\n").is_err());
        assert!(quotes("<!-- START a -->\n<!-- END a -->\n").is_err());
        assert!(region("// START a\nx\n", "a").is_err());
        assert!(region("// START ab\nx\n// END ab\n", "a").is_err());
    }
}
