//! Where a provider is reached.

use std::collections::BTreeMap;

use url::{Host, Url};

/// Query members that would be keys in an address, where logs and proxies keep them.
const KEYS: [&str; 8] = ["key", "api_key", "apikey", "api-key", "access_token", "token", "secret", "password"];

/// The base with the query members added to its own, or why it is none.
pub(super) fn base(text: &str, query: &BTreeMap<String, String>, allow_insecure: bool) -> Result<Url, String> {
    if text.trim().is_empty() {
        return Err("is missing, and the provider has no address of its own".into());
    }
    let mut url = Url::parse(text.trim()).map_err(|error| format!("is no URL: {error}"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_local(&url) || allow_insecure => {}
        "http" => return Err("is plain http beyond this machine, expected https or allow_insecure_http".into()),
        other => return Err(format!("has the scheme {other:?}, expected https")),
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("holds user information or a fragment, expected neither".into());
    }
    if url.cannot_be_a_base() {
        return Err("cannot be extended by a path".into());
    }
    if let Some(name) = url.query_pairs().map(|(name, _)| name.to_lowercase()).find(|name| is_key(name)) {
        return Err(format!("holds {name:?} in its query, a credential belongs in a header"));
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// Why an address of a configuration cannot be used as a base, if it cannot.
pub(in crate::agents) fn unreachable(address: &str) -> Option<String> {
    base(address, &BTreeMap::new(), false).err()
}

/// Whether a query member of this name would be a credential.
pub(super) fn is_key(name: &str) -> bool {
    KEYS.contains(&name.to_lowercase().as_str())
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The base with these segments after its path, each percent-encoded; the query stays.
pub(super) fn append<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Result<Url, String> {
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut path) => path.pop_if_empty().extend(segments),
        Err(()) => return Err("cannot be extended by a path".into()),
    };
    Ok(url)
}

/// The base with a path of the host's own, in which `{model}` stands for the model as one segment or a part of one.
pub(super) fn with_path(base: &Url, path: &str, model: &str) -> Result<Url, String> {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let segments: Vec<String> =
        path.split('/').filter(|s| !s.is_empty()).map(|s| s.replace("{model}", model)).collect();
    let mut url = append(base, segments.iter().map(String::as_str))?;
    if let Some(query) = query {
        url.query_pairs_mut().extend_pairs(url::form_urlencoded::parse(query.as_bytes()));
    }
    Ok(url)
}
