//! Protocols decide, the engine acts: what to ask next, as a pure function of the transcript.
