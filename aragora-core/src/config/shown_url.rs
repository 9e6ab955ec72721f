//! Addresses as they may be shown.

use std::fmt;

/// An address without what may prove who calls: user information, query and fragment are `***`. Whatever is no address
/// is cut as if it were one.
pub(crate) struct ShownUrl<'a>(pub(crate) &'a str);

impl fmt::Display for ShownUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (visible, sign) = match self.0.find(['?', '#']) {
            Some(at) => (self.0.get(..at).unwrap_or_default(), self.0.get(at..=at).unwrap_or_default()),
            None => (self.0, ""),
        };
        let (scheme, rest) = match visible.find("//") {
            Some(at) => visible.split_at(at + 2),
            None => ("", visible),
        };
        // A password may hold slashes where somebody forgot to encode it.
        let (user, rest) = rest.rfind('@').map_or(("", rest), |at| ("***@", rest.get(at + 1..).unwrap_or_default()));
        write!(f, "{scheme}{user}{rest}{sign}{}", if sign.is_empty() { "" } else { "***" })
    }
}

impl fmt::Debug for ShownUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_an_address_leads_is_shown() {
        for (address, shown) in [
            ("https://e.com/v1/chat", "https://e.com/v1/chat"),
            ("https://e.com:8443?api-version=1&sig=s", "https://e.com:8443?***"),
            ("https://ann:pass@e.com/v1?a=b#c", "https://***@e.com/v1?***"),
            ("https://e.com/#token", "https://e.com/#***"),
            ("http://ann:pa/ss@e.com", "http://***@e.com"),
            ("ann:pass@e.com/v1", "***@e.com/v1"),
            ("https://e.com?to=ann@e.com", "https://e.com?***"),
            ("", ""),
        ] {
            assert_eq!(ShownUrl(address).to_string(), shown);
            assert_eq!(format!("{:?}", ShownUrl(address)), format!("{shown:?}"));
        }
    }
}
