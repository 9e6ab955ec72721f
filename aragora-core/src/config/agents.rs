/// Who may take part. Set in code; no variable names these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct AgentSettings {
    /// Permits demo and scripted seats in production, default no: what they say is not meant.
    pub allow_demo: bool,
    /// The host brings agents of its own, so that production needs no provider, default no.
    pub other_agents: bool,
}
