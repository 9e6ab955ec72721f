//! What the library tells about itself: metric names, a registry per instance, the event bus.
