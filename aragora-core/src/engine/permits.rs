//! Turn permits of the whole engine, granted in turn to tenants and, inside a tenant, to debates.
//!
//! Deficit round robin with a quantum of one turn: a debate waits at most for one turn of every other tenant that
//! waits, however many debates those have queued.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::ids::{DebateId, OrgId};

#[derive(Debug)]
pub(crate) struct Permits {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    total: usize,
    tenants: VecDeque<Tenant>,
}

#[derive(Debug)]
struct Tenant {
    id: OrgId,
    debates: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    debate: DebateId,
    turns: VecDeque<oneshot::Sender<Permit>>,
}

/// The right to ask one turn; given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    permits: Option<Arc<Permits>>,
}

impl Permits {
    pub(crate) fn new(total: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State { free: total, total, tenants: VecDeque::new() }) })
    }

    /// Waits for a permit. Dropping the future gives up its place, or the permit if it was granted meanwhile.
    pub(crate) async fn acquire(self: &Arc<Self>, tenant: &OrgId, debate: &DebateId) -> Permit {
        loop {
            let wait = {
                let mut state = self.lock();
                if state.free > 0 && state.tenants.is_empty() {
                    state.free -= 1;
                    return Permit { permits: Some(self.clone()) };
                }
                state.enqueue(tenant, debate)
            };
            self.grant();
            // The sender is dropped only with the queue, which lives as long as the engine.
            if let Ok(permit) = wait.await {
                return permit;
            }
        }
    }

    /// Permits that are neither in use nor promised.
    pub(crate) fn free(&self) -> usize {
        self.lock().free
    }

    pub(crate) fn total(&self) -> usize {
        self.lock().total
    }

    fn grant(self: &Arc<Self>) {
        loop {
            let turn = {
                let mut state = self.lock();
                if state.free == 0 {
                    return;
                }
                let Some(turn) = state.next() else { return };
                state.free -= 1;
                turn
            };
            // If the waiter is gone, the permit comes back with the dropped value and the loop goes on.
            drop(turn.send(Permit { permits: Some(self.clone()) }));
        }
    }

    fn release(self: &Arc<Self>) {
        self.lock().free += 1;
        self.grant();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enqueue(&mut self, tenant: &OrgId, debate: &DebateId) -> oneshot::Receiver<Permit> {
        let (send, receive) = oneshot::channel();
        let at = self.tenants.iter().position(|t| t.id == *tenant).unwrap_or_else(|| {
            self.tenants.push_back(Tenant { id: tenant.clone(), debates: VecDeque::new() });
            self.tenants.len() - 1
        });
        if let Some(tenant) = self.tenants.get_mut(at) {
            match tenant.debates.iter_mut().find(|waiting| waiting.debate == *debate) {
                Some(waiting) => waiting.turns.push_back(send),
                None => tenant.debates.push_back(Waiting { debate: debate.clone(), turns: VecDeque::from([send]) }),
            }
        }
        receive
    }

    // The next live waiter: first tenant in line, its first debate, one turn; then both go to the end of their lines.
    fn next(&mut self) -> Option<oneshot::Sender<Permit>> {
        while let Some(mut tenant) = self.tenants.pop_front() {
            let mut found = None;
            while found.is_none() {
                let Some(mut waiting) = tenant.debates.pop_front() else { break };
                while let Some(turn) = waiting.turns.pop_front() {
                    if !turn.is_closed() {
                        found = Some(turn);
                        break;
                    }
                }
                if !waiting.turns.is_empty() {
                    tenant.debates.push_back(waiting);
                }
            }
            if !tenant.debates.is_empty() {
                self.tenants.push_back(tenant);
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(permits) = self.permits.take() {
            permits.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn id(text: &str) -> (OrgId, DebateId) {
        (OrgId::trusted(text), DebateId::trusted(text))
    }

    #[test]
    fn a_light_tenant_waits_for_one_turn_of_a_heavy_one() {
        let permits = Permits::new(1);
        let (heavy, light) = (id("heavy"), id("light"));
        let held = permits.acquire(&heavy.0, &heavy.1).now_or_never();
        let mut flood: Vec<_> = (0..50).map(|_| Box::pin(permits.acquire(&heavy.0, &heavy.1))).collect();
        for waiting in &mut flood {
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        let mut one = Box::pin(permits.acquire(&light.0, &light.1));
        assert!(one.as_mut().now_or_never().is_none());
        drop(held);
        let first = flood[0].as_mut().now_or_never();
        assert!(first.is_some(), "the head of the line is served first");
        assert!(one.as_mut().now_or_never().is_none());
        drop(first);
        assert!(one.as_mut().now_or_never().is_some(), "the other tenant is next, before 49 waiting turns");
    }

    #[test]
    fn dropped_waiters_and_granted_permits_come_back() {
        let permits = Permits::new(2);
        let (tenant, debate) = id("a");
        let held: Vec<_> = (0..2).filter_map(|_| permits.acquire(&tenant, &debate).now_or_never()).collect();
        assert_eq!(held.len(), 2);
        let mut waiting = Box::pin(permits.acquire(&tenant, &debate));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(held);
        drop(waiting);
        assert_eq!(permits.free(), permits.total());
    }
}
