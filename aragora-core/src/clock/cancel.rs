use tokio_util::sync::CancellationToken;

/// Tells work to stop. Children are cancelled with their parent, never the other way round.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(CancellationToken);

impl CancelToken {
    /// A token of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that this one cancels.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(self.0.child_token())
    }

    /// Cancels this token and its children; idempotent.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Completes when cancelled.
    pub async fn cancelled(&self) {
        self.0.cancelled().await;
    }
}
