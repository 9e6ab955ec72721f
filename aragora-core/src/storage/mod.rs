//! Ordered keys and bytes with conditions, atomic batches, expiry and leases: the one storage seam.
