use std::collections::BTreeMap;
use std::fmt;

use crate::config::Secret;
use crate::error::{Error, ErrorKind, Result, Violations};

/// `scheme://user:password@host:port,host:port/path?name=value`, taken apart. Errors name what is wrong and never show
/// more of it than the scheme, because any part may hold a password by mistake.
pub(crate) struct ServerUri {
    pub(crate) scheme: String,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) hosts: Vec<(String, Option<u16>)>,
    pub(crate) path: String,
    query: BTreeMap<String, String>,
    violations: Violations,
}

impl ServerUri {
    pub(crate) fn parse(uri: &str) -> Result<Self> {
        let refuse = |what: &str| Error::new(ErrorKind::InvalidConfig, format!("the address of a store {what}"));
        let (scheme, rest) = uri.split_once("://").ok_or_else(|| refuse("has no ://"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) =
            authority.rsplit_once('@').map_or((None, authority), |(login, hosts)| (Some(login), hosts));
        let decoded =
            |text: &str, what: &str| decode(text).ok_or_else(|| refuse(&format!("has a {what} with a bad % escape")));
        let (user, password) = match login {
            None => (None, None),
            Some(login) => {
                let (user, password) = login.split_once(':').map_or((login, None), |(u, p)| (u, Some(p)));
                let user = Some(decoded(user, "user name")?).filter(|user| !user.is_empty());
                (user, password.map(|p| decoded(p, "password")).transpose()?.map(Secret::new))
            }
        };
        let mut parsed = Self {
            scheme: scheme.to_owned(),
            user,
            password,
            hosts: Vec::new(),
            path: decoded(path, "path")?,
            query: BTreeMap::new(),
            violations: Violations::new(),
        };
        for host in hosts.split(',').filter(|host| !host.is_empty()) {
            parsed.hosts.push(split_host(host).ok_or_else(|| refuse("has a port that is no number of 1 to 65535"))?);
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| refuse("has an option without a value"))?;
            let name = decoded(name, "name of an option")?;
            let value = decoded(value, "value of an option")?;
            if parsed.query.insert(name.clone(), value).is_some() {
                parsed.violations.add(pointer(&name), "given twice");
            }
        }
        Ok(parsed)
    }

    /// Takes an option out; what is left at the end is unknown.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.query.remove(name)
    }

    /// `on` or `off`.
    pub(crate) fn take_switch(&mut self, name: &str) -> bool {
        match self.take(name).as_deref() {
            None | Some("off") => false,
            Some("on") => true,
            Some(_) => {
                self.refuse(name, "expected on or off");
                false
            }
        }
    }

    /// A number within these bounds.
    pub(crate) fn take_number(&mut self, name: &str, bounds: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let text = self.take(name)?;
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        if number.is_none() {
            self.refuse(name, &format!("expected a number from {} to {}", bounds.start(), bounds.end()));
        }
        number
    }

    /// A list, by commas.
    pub(crate) fn take_list(&mut self, name: &str) -> Vec<String> {
        let list = self.take(name).unwrap_or_default();
        list.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// Notes a violation of an option.
    pub(crate) fn refuse(&mut self, name: &str, reason: &str) {
        self.violations.add(pointer(name), reason);
    }

    /// `invalid_config` with every violation, unknown options among them.
    pub(crate) fn finish(mut self, known: &str) -> Result<()> {
        for name in std::mem::take(&mut self.query).into_keys() {
            let shown: String = name.chars().take(40).collect();
            self.violations.add(pointer(&shown), format!("unknown, the options are {known}"));
        }
        self.violations.into_result(ErrorKind::InvalidConfig)
    }
}

impl fmt::Debug for ServerUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerUri").field("scheme", &self.scheme).field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

fn pointer(name: &str) -> String {
    format!("/options/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn split_host(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        None => None,
        Some(port) => Some(port.parse().ok().filter(|port| *port > 0)?),
    };
    Some((decode(host)?, port))
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.extend(data_encoding::HEXLOWER_PERMISSIVE.decode(&digits).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_apart() {
        let mut uri =
            ServerUri::parse("redis+sentinel://ada:p%40ss%2f@[::1]:26379,two/main?a=1&b=on&c=x,%20y").unwrap();
        assert_eq!((uri.scheme.as_str(), uri.user.as_deref()), ("redis+sentinel", Some("ada")));
        assert_eq!(uri.password.as_ref().map(|password| password.expose().as_str()), Some("p@ss/"));
        assert_eq!(uri.hosts, [("::1".to_owned(), Some(26379)), ("two".to_owned(), None)]);
        assert_eq!(uri.path, "main");
        assert_eq!(uri.take_number("a", 1..=2), Some(1));
        assert!(uri.take_switch("b"));
        assert_eq!(uri.take_list("c"), ["x", "y"]);
        uri.finish("none").unwrap();
    }

    #[test]
    fn nothing_of_a_bad_address_is_shown() {
        for bad in ["hunter2", "a://u:hunter2%zz@h", "a://u@h:hunter2", "a://h/?hunter2", "a://h:0/hunter2"] {
            let error = ServerUri::parse(bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{bad}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
        let mut uri = ServerUri::parse("a://u:hunter2@h/?x=hunter2&y=hunter2&y=1").unwrap();
        assert!(!format!("{uri:?}").contains("hunter2"));
        uri.take_number("x", 1..=2);
        let error = uri.finish("a, b").unwrap_err();
        assert!(error.reason().contains("/options/y: unknown, the options are a, b"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}
