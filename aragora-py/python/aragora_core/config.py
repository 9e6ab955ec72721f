"""Settings from the environment or a document, read by the core."""

from collections.abc import Mapping

from . import _native
from ._json import Json, decode_object, encode


class Config:
    """Checked settings. What it shows is redacted; what it was made from stays private."""

    def __init__(self, document: dict[str, Json], env: dict[str, str]) -> None:
        self._document = document
        self._given: dict[str, object] = {"env": env}

    @classmethod
    def load(cls, *, env: Mapping[str, str]) -> "Config":
        """Checks settings; wrong ones raise `InvalidConfigError`, which names each. Pass `env=os.environ`: the library
        never reads the environment by itself."""
        known = dict(env)
        return cls(decode_object(_native.compute("config.load", encode({"env": known}))), known)

    def to_dict(self) -> dict[str, Json]:
        """The settings without secrets."""
        return self._document

    def __repr__(self) -> str:
        return f"Config({self._document!r})"
