//! Answers from replies.
