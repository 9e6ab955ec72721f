/// The scripts of a store; their texts are sent once per connection and called by their digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Apply,
    Get,
    Scan,
    Claim,
    Renew,
    Sweep,
    Usage,
    Copy,
    Load,
    Loaded,
    Freeze,
}

/// A script that only runs while writers may write.
macro_rules! gated {
    ($name:literal) => {
        concat!(include_str!("scripts/gate.lua"), include_str!(concat!("scripts/", $name)))
    };
}

impl Script {
    pub(super) const ALL: [Self; 11] = [
        Self::Apply,
        Self::Get,
        Self::Scan,
        Self::Claim,
        Self::Renew,
        Self::Sweep,
        Self::Usage,
        Self::Copy,
        Self::Load,
        Self::Loaded,
        Self::Freeze,
    ];

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Apply => gated!("apply.lua"),
            Self::Get => include_str!("scripts/get.lua"),
            Self::Scan => include_str!("scripts/scan.lua"),
            Self::Claim => gated!("claim.lua"),
            Self::Renew => gated!("renew.lua"),
            Self::Sweep => include_str!("scripts/sweep.lua"),
            Self::Usage => include_str!("scripts/usage.lua"),
            Self::Copy => include_str!("scripts/copy.lua"),
            Self::Load => include_str!("scripts/load.lua"),
            Self::Loaded => include_str!("scripts/loaded.lua"),
            Self::Freeze => include_str!("scripts/freeze.lua"),
        }
    }

    /// Whether a lost answer leaves open what was done. A dead index member dropped twice is no difference.
    pub(super) fn writes(self) -> bool {
        !matches!(self, Self::Get | Self::Scan | Self::Sweep | Self::Usage)
    }
}
