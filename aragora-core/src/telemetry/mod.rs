//! What the library tells about itself: metric names, a registry per instance, the event bus.
//!
//! Nothing is global. A [`Telemetry`] belongs to one instance, a [`Bus`] to one debate.

mod bus;
mod catalogue;
mod integrity;
mod labels;
mod parts;
mod registry;
mod render;

pub use bus::{Bus, BusEvent, Lag, OnLag, Received, Subscriber};
pub use catalogue::{LabelDef, Labels, METRICS, MetricDef, MetricKind, names};
pub use integrity::IntegrityEvent;
pub use parts::Parts;
pub(crate) use registry::Followed;
pub use registry::{Counter, Gauge, Histogram, HistogramSnapshot, Sample, SampleValue, Telemetry};
