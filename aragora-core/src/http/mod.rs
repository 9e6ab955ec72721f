//! HTTP behind a seam: the transport trait, the reqwest transport, server-sent events.
