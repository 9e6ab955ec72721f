//! Runs debates: fan-out, deadlines, quorum, budget, cancellation, resume, replay, fork.

mod machine;
