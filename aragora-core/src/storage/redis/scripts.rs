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
}

impl Script {
    pub(super) const ALL: [Self; 7] =
        [Self::Apply, Self::Get, Self::Scan, Self::Claim, Self::Renew, Self::Sweep, Self::Usage];

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Apply => include_str!("scripts/apply.lua"),
            Self::Get => include_str!("scripts/get.lua"),
            Self::Scan => include_str!("scripts/scan.lua"),
            Self::Claim => include_str!("scripts/claim.lua"),
            Self::Renew => include_str!("scripts/renew.lua"),
            Self::Sweep => include_str!("scripts/sweep.lua"),
            Self::Usage => include_str!("scripts/usage.lua"),
        }
    }

    /// Whether a lost answer leaves open what was done. A dead index member dropped twice is no difference.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Apply | Self::Claim | Self::Renew)
    }
}
