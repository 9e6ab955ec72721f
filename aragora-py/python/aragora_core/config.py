"""Settings from the environment or a document, read by the core."""

from collections.abc import Mapping

from . import _native
from ._json import Json, decode_object, encode, given


class Config:
    """Checked settings. What it shows is redacted; what it was made from stays private."""

    def __init__(self, document: dict[str, Json], given: dict[str, object]) -> None:
        self._document = document
        self._given = given

    @classmethod
    def load(cls, *, env: Mapping[str, str] | None = None, document: Mapping[str, Json] | None = None) -> "Config":
        """Checks settings; wrong ones raise `InvalidConfigError` that names each. Nothing is read on its own: pass
        `env=os.environ`."""
        settings = given(env=None if env is None else dict(env), document=document)
        return cls(decode_object(_native.compute("config.load", encode(settings))), settings)

    @property
    def log_level(self) -> str | None:
        """The level from `ARAGORA_LOG_LEVEL`, for `set_log_sink`."""
        level = self._document.get("log_level")
        return level if isinstance(level, str) else None

    def to_dict(self) -> dict[str, Json]:
        """The settings without secrets."""
        return self._document

    def __repr__(self) -> str:
        return f"Config({self._document!r})"
