//! Ballots from replies, never guessing.
