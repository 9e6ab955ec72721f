"""The threads of the library."""

from . import _native


def configure_runtime(*, threads: int) -> None:
    """How many worker threads the library may use, 1 to 64; before its first use."""
    _native.configure_runtime(threads)
