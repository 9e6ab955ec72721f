//! As much Markdown as checking links needs.

/// The targets of all links of a page that lead to files or headings, outside code.
pub(crate) fn local_links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(page) {
        let line = without_code_spans(line);
        let mut rest = line.as_str();
        while let Some(at) = rest.find("](") {
            rest = &rest[at + 2..];
            let target = rest.split([')', ' ']).next().unwrap_or_default().trim_matches(['<', '>']);
            found.push(target.to_owned());
        }
        if let Some((_, target)) = line.strip_prefix('[').and_then(|text| text.split_once("]: ")) {
            found.push(target.split_whitespace().next().unwrap_or_default().to_owned());
        }
    }
    let outside = |link: &String| link.contains("://") || link.starts_with("mailto:");
    found.retain(|link| !link.is_empty() && !outside(link));
    found
}

/// The anchors of all headings of a page, as mdBook and code forges make them.
pub(crate) fn anchors(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in prose(page) {
        let Some(title) = line.strip_prefix('#') else { continue };
        let base: String = title
            .trim_start_matches('#')
            .trim()
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
                _ => None,
            })
            .collect();
        let earlier = found.iter().filter(|anchor| **anchor == base).count();
        found.push(if earlier == 0 { base } else { format!("{base}-{earlier}") });
    }
    found
}

fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fence && !fenced
    })
}

fn without_code_spans(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_in_prose_and_not_in_code() {
        let page = "[a](b.md#c) and [d](https://x/y) `[e](f.md)`\n```\n[g](h.md)\n```\n[i]: j.md\n";
        assert_eq!(local_links(page), ["b.md#c", "j.md"]);
    }

    #[test]
    fn headings_become_anchors() {
        let page = "# One storage seam\n## `Table<T>`: typed\n```\n# not one\n```\n# One storage seam\n";
        assert_eq!(anchors(page), ["one-storage-seam", "tablet-typed", "one-storage-seam-1"]);
    }
}
