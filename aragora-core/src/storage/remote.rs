//! What stores on servers share: their addresses, wake-ups by topic, and keys between two bounds.

mod hub;
mod range;
mod uri;

pub(crate) use hub::{SignalHub, Topic};
pub(crate) use range::key_bounds;
pub(crate) use uri::ServerUri;

use std::time::Duration;

/// How long a connection may take to come about.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);

/// Whether a host is this machine: only then plain text is the default.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
