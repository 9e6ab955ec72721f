//! The guide in `sdk-docs/`, and the other pages people read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::context::Context;
use crate::files::{self, shown};
use crate::markdown::{anchors, local_links};
use crate::process::{program, run, works};
use crate::regions::{body, quotes};

const GUIDE: &str = "sdk-docs";
const SUMMARY: &str = "sdk-docs/SUMMARY.md";

/// Everything that is wrong with the pages, each with its file.
pub(crate) fn findings(context: &Context) -> Result<Vec<String>, String> {
    let files = files::all(context)?;
    let mut pages = BTreeMap::new();
    for file in files::with_extension(&files, "md") {
        pages.insert(shown(file), files::text(context, file)?.unwrap_or_default());
    }
    let known: BTreeSet<String> = files.iter().map(|file| shown(file)).collect();
    let mut findings = Vec::new();
    for (page, text) in &pages {
        findings.extend(broken_links(page, text, &pages, &known));
        match with_snippets(context, text) {
            Ok(fresh) if fresh == *text => {}
            Ok(_) => findings.push(format!("{page}: quotes other code than its example; run `cargo xtask snippets`")),
            Err(reason) => findings.push(format!("{page}: {reason}")),
        }
    }
    let listed: BTreeSet<String> = match pages.get(SUMMARY) {
        Some(summary) => local_links(summary).iter().filter_map(|link| target(SUMMARY, link)).collect(),
        None => return Err(format!("{SUMMARY} is missing")),
    };
    let guide = |page: &&String| page.starts_with("sdk-docs/") && *page != SUMMARY;
    let unlisted = pages.keys().filter(guide).filter(|page| !listed.contains(*page));
    findings.extend(unlisted.map(|page| format!("{page}: not listed in {SUMMARY}")));
    Ok(findings)
}

/// Builds the guide to `target/guide`, as its `book.toml` says.
pub(crate) fn build(context: &Context) -> Result<(), String> {
    if !works(program(context, "mdbook").arg("--version")) {
        return Err("mdbook is not installed; `cargo install --locked mdbook` installs it".to_owned());
    }
    run(program(context, "mdbook").args(["build", GUIDE]))
}

/// Copies the regions of the examples into the pages that quote them.
pub(crate) fn write_snippets(context: &Context) -> Result<(), String> {
    for file in files::with_extension(&files::all(context)?, "md") {
        let text = files::text(context, file)?.unwrap_or_default();
        let fresh = with_snippets(context, &text).map_err(|reason| format!("{}: {reason}", shown(file)))?;
        if fresh != text {
            fs::write(context.root.join(file), fresh).map_err(|error| format!("{}: {error}", shown(file)))?;
            println!("{}", shown(file));
        }
    }
    Ok(())
}

fn with_snippets(context: &Context, page: &str) -> Result<String, String> {
    let mut fresh = page.to_owned();
    // From the end, so that the positions of earlier ones stay true.
    for quote in quotes(page)?.into_iter().rev() {
        let path = context.root.join(&quote.file);
        let source = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", quote.file))?;
        let text = body(&quote.file, &source, &quote.name).map_err(|reason| format!("{} {reason}", quote.file))?;
        fresh.replace_range(quote.body, &text);
    }
    Ok(fresh)
}

fn broken_links(page: &str, text: &str, pages: &BTreeMap<String, String>, known: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    for link in local_links(text) {
        let Some(file) = target(page, &link) else {
            findings.push(format!("{page}: {link} leads out of the repository"));
            continue;
        };
        if page.starts_with(GUIDE) && !file.starts_with(GUIDE) {
            findings.push(format!("{page}: {link} leads out of the guide, where the built book has nothing"));
        }
        let folder = known.iter().any(|name| name.starts_with(&format!("{file}/")));
        if !known.contains(&file) && !folder {
            findings.push(format!("{page}: {link} leads nowhere"));
        } else if let (Some((_, anchor)), Some(text)) = (link.split_once('#'), pages.get(&file))
            && !anchors(text).iter().any(|known| known == anchor)
        {
            findings.push(format!("{page}: {link} names a heading that is not there"));
        }
    }
    findings
}

/// The file a link on this page leads to, relative to the root; `None` outside of it.
fn target(page: &str, link: &str) -> Option<String> {
    let path = link.split('#').next().unwrap_or_default();
    if path.is_empty() {
        return Some(page.to_owned());
    }
    let mut found = PathBuf::from(page);
    found.pop();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => found.push(name),
            Component::CurDir => {}
            Component::ParentDir if found.pop() => {}
            _ => return None,
        }
    }
    Some(shown(&found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_to_their_page() {
        assert_eq!(target("sdk-docs/adr/0001.md", "../engine.md#budgets").as_deref(), Some("sdk-docs/engine.md"));
        assert_eq!(target("README.md", "#top").as_deref(), Some("README.md"));
        assert_eq!(target("README.md", "../x.md"), None);
    }

    #[test]
    fn dead_links_dead_anchors_and_links_out_of_the_guide_are_found() {
        let pages: BTreeMap<String, String> =
            [("sdk-docs/a.md", "# One\n"), ("README.md", "")].map(|(page, text)| (page.into(), text.into())).into();
        let known = pages.keys().cloned().collect();
        let text = "[x](a.md#one) [x](a.md#two) [x](b.md) [x](../README.md)";
        let findings = broken_links("sdk-docs/c.md", text, &pages, &known);
        assert_eq!(findings.len(), 3, "{findings:?}");
        assert!(findings[0].contains("a.md#two") && findings[1].contains("b.md") && findings[2].contains("README"));
    }
}
