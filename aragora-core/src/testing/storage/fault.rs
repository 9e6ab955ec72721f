use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::storage::backup::Copyable;
use crate::storage::{
    Address, Batch, Capability, Commit, Control, ControlReport, Entry, KeyRange, Lease, LeaseClaim, PageRequest,
    ScanPage, Storage, Watch,
};

/// A method of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Whichever is called.
    Any,
    /// `apply`, `claim` and `renew`.
    Write,
    /// `get_many`.
    GetMany,
    /// `scan`.
    Scan,
    /// `apply`.
    Apply,
    /// `claim`.
    Claim,
    /// `renew`.
    Renew,
    /// `watch`.
    Watch,
    /// `control`.
    Control,
}

impl Call {
    fn covers(self, call: Self) -> bool {
        match self {
            Self::Any => true,
            Self::Write => matches!(call, Self::Apply | Self::Claim | Self::Renew),
            one => one == call,
        }
    }
}

/// Whether a failing call still has its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing happened: `outcome` is `not_applied`.
    Before,
    /// It happened and the answer is lost: `outcome` is `unknown`.
    After,
}

/// What goes wrong, counted over the calls it covers, from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The n-th call fails with `unavailable`.
    Fail {
        /// Which calls count.
        call: Call,
        /// The one that fails.
        nth: u64,
        /// Before or after its effect.
        moment: Moment,
    },
    /// The n-th call fails with this error, before its effect.
    FailWith {
        /// Which calls count.
        call: Call,
        /// The one that fails.
        nth: u64,
        /// How.
        error: Error,
    },
    /// The n-th call and all after it fail with `unavailable` before their effect, until [`FaultStorage::heal`].
    Cut {
        /// Which calls count and fail.
        call: Call,
        /// The first that fails.
        nth: u64,
    },
    /// Every call takes this long by the clock before its effect.
    Delay {
        /// Which calls wait.
        call: Call,
        /// How long.
        by: Duration,
    },
}

/// A store that fails as planned.
#[derive(Debug)]
pub struct FaultStorage {
    inner: Arc<dyn Storage>,
    clock: Arc<dyn Clock>,
    plan: Mutex<Vec<(Fault, u64)>>,
}

impl FaultStorage {
    /// A store without faults so far; delays go by this clock.
    pub fn new(inner: Arc<dyn Storage>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock, plan: Mutex::default() }
    }

    /// Plans a fault; its count begins now.
    pub fn plan(&self, fault: Fault) {
        self.plans().push((fault, 0));
    }

    /// Forgets every fault.
    pub fn heal(&self) {
        self.plans().clear();
    }

    fn plans(&self) -> std::sync::MutexGuard<'_, Vec<(Fault, u64)>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run<T>(&self, call: Call, effect: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let mut wait = Duration::ZERO;
        let mut before = None;
        let mut after = None;
        for (fault, count) in self.plans().iter_mut() {
            let (Fault::Fail { call: covers, .. }
            | Fault::FailWith { call: covers, .. }
            | Fault::Cut { call: covers, .. }
            | Fault::Delay { call: covers, .. }) = &*fault;
            if !covers.covers(call) {
                continue;
            }
            *count += 1;
            match fault {
                Fault::Fail { nth, moment: Moment::Before, .. } if nth == count => before = Some(down("not_applied")),
                Fault::Fail { nth, moment: Moment::After, .. } if nth == count => after = Some(down("unknown")),
                Fault::FailWith { nth, error, .. } if nth == count => before = Some(error.clone()),
                Fault::Cut { nth, .. } if *nth <= *count => before = Some(down("not_applied")),
                Fault::Delay { by, .. } => wait += *by,
                _ => {}
            }
        }
        if !wait.is_zero() {
            self.clock.sleep_until(self.clock.monotonic().saturating_add(wait)).await;
        }
        if let Some(error) = before {
            return Err(error);
        }
        let answer = effect.await;
        match after {
            Some(error) => Err(error),
            None => answer,
        }
    }
}

fn down(outcome: &str) -> Error {
    Error::new(ErrorKind::Unavailable, "the store does not answer, as planned").with("outcome", outcome)
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Storage for FaultStorage {
    fn capability(&self) -> Capability {
        self.inner.capability()
    }

    fn copyable(self: Arc<Self>) -> Option<Arc<dyn Copyable>> {
        // What is copied does not pass here.
        None
    }

    async fn get_many(&self, at: Vec<Address>) -> Result<Vec<Option<Entry>>> {
        self.run(Call::GetMany, self.inner.get_many(at)).await
    }

    async fn scan(&self, range: KeyRange, page: PageRequest) -> Result<ScanPage> {
        self.run(Call::Scan, self.inner.scan(range, page)).await
    }

    async fn apply(&self, batch: Batch) -> Result<Commit> {
        self.run(Call::Apply, self.inner.apply(batch)).await
    }

    async fn claim(&self, claim: LeaseClaim) -> Result<Vec<Lease>> {
        self.run(Call::Claim, self.inner.claim(claim)).await
    }

    async fn renew(&self, lease: Lease, ttl: Option<Duration>) -> Result<Lease> {
        self.run(Call::Renew, self.inner.renew(lease, ttl)).await
    }

    async fn watch(&self, range: KeyRange) -> Result<Watch> {
        self.run(Call::Watch, self.inner.watch(range)).await
    }

    async fn control(&self, control: Control) -> Result<ControlReport> {
        self.run(Call::Control, self.inner.control(control)).await
    }
}
