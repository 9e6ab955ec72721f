//! File systems of other machines, where locks and syncs may mean less than they say.

use std::path::Path;

use super::Network;
use crate::error::{Error, ErrorKind, Result};

/// Names of file systems by the number `statfs` gives on Linux (`linux/magic.h`).
#[cfg(any(target_os = "linux", test))]
fn name(magic: u64) -> Option<&'static str> {
    match magic & 0xffff_ffff {
        0x6969 => Some("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
        0x6573_5546 => Some("FUSE"),
        _ => None,
    }
}

/// The network file system a directory lies on; `None` also where the system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn remote(root: &Path) -> Option<&'static str> {
    rustix::fs::statfs(root).ok().and_then(|found| name(found.f_type as u64))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn remote(_: &Path) -> Option<&'static str> {
    None
}

pub(super) fn check(root: &Path, remote: Option<&'static str>, network: Network) -> Result<()> {
    let Some(name) = remote else { return Ok(()) };
    match network {
        Network::Allow => Ok(()),
        Network::Warn => {
            tracing::warn!(file_system = name, "the directory of the store lies on a network file system");
            Ok(())
        }
        Network::Refuse => {
            let reason = format!("the directory of the store lies on {name}; network=allow opens it nevertheless");
            Err(Error::new(ErrorKind::InvalidConfig, reason).with("path", root.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_told_by_their_number_and_refused_where_asked() {
        assert_eq!([0x6969, 0xff53_4d42, 0x6573_5546].map(name), [Some("NFS"), Some("SMB"), Some("FUSE")]);
        // ext4, xfs, tmpfs, btrfs.
        assert_eq!([0xef53, 0x5846_5342, 0x0102_1994, 0x9123_683e].map(name), [None; 4]);
        let root = Path::new("store");
        assert!(check(root, Some("NFS"), Network::Warn).is_ok() && check(root, Some("NFS"), Network::Allow).is_ok());
        assert!(check(root, None, Network::Refuse).is_ok());
        assert_eq!(check(root, Some("NFS"), Network::Refuse).unwrap_err().kind(), ErrorKind::InvalidConfig);
    }
}
