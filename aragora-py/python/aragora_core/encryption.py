"""Keys: values sealed under them, and those of an instance's store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from os import PathLike, fspath
from typing import TYPE_CHECKING, Literal, cast

from . import _native
from ._host import native_text
from ._json import Json, decode, decode_object, decode_objects, encode, given
from ._values import KeyAge, KeyCensus, ReencryptProgress, ReencryptReport

if TYPE_CHECKING:
    from .aragora import Aragora


def generate_key() -> str:
    """A key that nobody else has, as 64 hex digits. Keep it where secrets are kept."""
    return cast(str, decode(_native.compute("encryption.generate_key", "{}")))


def record_key(*parts: str) -> bytes:
    """The name of a record that several texts make up; no other texts have it."""
    return bytes.fromhex(cast(str, decode(_native.compute("encryption.record_key", encode(list(parts))))))


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPath:
    """The place a value is sealed for; it opens nowhere else."""

    tenant: str
    """Whose it is; empty for the installation."""
    store: str
    """The name of the store."""
    record: str | bytes
    """The name of the record in the store; `record_key` makes one of several texts."""
    field: str = ""
    """The RFC 6901 pointer of the member; empty for the whole record."""


class Plain:
    """A value to be sealed, or one that was opened. It is never printed.

    Its kind is sealed with it, so `Plain("true")` and `Plain.json(True)` stay apart.
    """

    __slots__ = ("_kind", "_value")

    def __init__(self, value: str | bytes) -> None:
        if not isinstance(value, str | bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"expected a text or bytes, not {type(value).__name__}; Plain.json is for anything else")
        self._kind: Literal["text", "bytes", "json"] = "text" if isinstance(value, str) else "bytes"
        self._value: Json | bytes = value

    @classmethod
    def json(cls, value: Json) -> "Plain":
        """A JSON value."""
        plain = cls("")
        plain._kind, plain._value = "json", value
        return plain

    @property
    def kind(self) -> Literal["text", "bytes", "json"]:
        """What it is."""
        return self._kind

    @property
    def value(self) -> Json | bytes:
        """The text, the bytes, or the JSON value as plain data."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and (self._kind, self._value) == (other._kind, other._value)

    def __hash__(self) -> int:
        return hash((self._kind, repr(self._value)))

    def __repr__(self) -> str:
        return f"Plain({self._kind}, '***')"


class Cipher:
    """Seals values for a place under the first of its keys, and opens them there under any of them.

    It belongs to no instance: for values that an application keeps itself.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._native = _native.Cipher(",".join(checked_keys(keys)))

    @property
    def key_ids(self) -> list[str]:
        """The ids of its keys, the one that seals first; they say nothing about the keys."""
        return self._native.key_ids()

    def seal(self, at: FieldPath, value: str | bytes | Plain) -> bytes:
        """Seals a value for this place; every time with other bytes."""
        plain = value if isinstance(value, Plain) else Plain(value)
        place, record = _place(at)
        return self._native.seal(place, record, plain.kind, _bytes(plain))

    def open(self, at: FieldPath, envelope: bytes) -> Plain:
        """Opens what was sealed for this place; `DecryptionFailedError` for what was sealed for another or was changed,
        `KeyNotFoundError` for what was sealed under another key."""
        place, record = _place(at)
        kind, plain = self._native.open(place, record, envelope)
        if kind == "bytes":
            return Plain(plain)
        return Plain(plain.decode()) if kind == "text" else Plain.json(decode(plain.decode()))

    def __repr__(self) -> str:
        return f"Cipher({self.key_ids!r})"


class Encryption:
    """`aragora.encryption`. Without keys every method but `key_ids` is `NotConfiguredError`.

    Rows of organisations that never stored anything under a key are not known here: name them in `tenants`.
    """

    def __init__(self, aragora: "Aragora") -> None:
        self._aragora = aragora

    async def _call(self, op: str, **arguments: object) -> str:
        return await native_text(self._aragora._session().call, f"encryption.{op}", encode(given(**arguments)))

    @property
    def key_ids(self) -> list[str]:
        """The ids of its keys, the one that encrypts first; none where nothing is encrypted."""
        return cast("list[str]", decode(self._aragora._session().ask("encryption.key_ids", "{}")))

    async def census(
        self, *, tenants: Sequence[str] | None = None, backups: Sequence[str | PathLike[str]] | None = None
    ) -> KeyCensus:
        """Counts the rows that need each key, without opening any, and names the keys that backups need: in the folders
        that this instance has worked with, and in `backups`. No other folder is looked into."""
        done = await self._call("census", tenants=tenants, backups=_folders(backups))
        return KeyCensus.from_dict(decode_object(done))

    async def plan(
        self, *, stores: Sequence[str] | None = None, tenants: Sequence[str] | None = None
    ) -> ReencryptReport:
        """What `reencrypt` would do. Writes nothing."""
        return ReencryptReport.from_dict(decode_object(await self._call("plan", stores=stores, tenants=tenants)))

    async def reencrypt(
        self, *, stores: Sequence[str] | None = None, tenants: Sequence[str] | None = None
    ) -> ReencryptReport:
        """Seals every row of these tables, of all without them, under the key that encrypts now. A call that was given
        up is gone on with by the next one."""
        return ReencryptReport.from_dict(decode_object(await self._call("reencrypt", stores=stores, tenants=tenants)))

    async def status(self) -> list[ReencryptProgress]:
        """Every re-encryption that was begun, by table and organisation."""
        return [ReencryptProgress.from_dict(item) for item in decode_objects(await self._call("status"))]

    async def announce(self, instance: str, ttl: timedelta | float) -> KeyAge:
        """Tells the other processes on this store which keys this one has, until `ttl` has passed."""
        span = ttl if isinstance(ttl, timedelta) else timedelta(seconds=ttl)
        return KeyAge.from_dict(decode_object(await self._call("announce", instance=instance, ttl_ms=span)))

    async def retire(
        self,
        key: str,
        *,
        compromised: bool | None = None,
        tenants: Sequence[str] | None = None,
        backups: Sequence[str | PathLike[str]] | None = None,
    ) -> None:
        """Says whether this key may be taken out of the settings: `ConflictError` while a row or a backup needs it, and
        within seven days of the re-encryption unless it is `compromised`. Backups in folders that this instance has not
        worked with are not looked at unless `backups` names them. It removes nothing itself."""
        await self._call("retire", key=key, compromised=compromised, tenants=tenants, backups=_folders(backups))


def _folders(backups: Sequence[str | PathLike[str]] | None) -> list[str] | None:
    if isinstance(backups, str | PathLike):
        raise TypeError("backups is a list of folders, not a single one")
    return None if backups is None else [fspath(folder) for folder in backups]


def checked_keys(keys: Sequence[str]) -> list[str]:
    """The keys, which are no single text; no error quotes one."""
    if isinstance(keys, str) or not all(isinstance(key, str) for key in keys):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("encryption keys are a list of texts, 64 hex digits each")
    return list(keys)


def encryption_document(keys: Sequence[str] | None, admit_plain: bool | None) -> dict[str, object] | None:
    """What the core reads; nothing if nothing was given."""
    document = given(keys=None if keys is None else checked_keys(keys), admit_plain=admit_plain)
    return document or None


def _place(at: FieldPath) -> tuple[str, bytes]:
    record = at.record.encode() if isinstance(at.record, str) else at.record
    return encode({"tenant": at.tenant, "store": at.store, "field": at.field}), record


def _bytes(plain: Plain) -> bytes:
    value = plain.value
    if isinstance(value, bytes):
        return value
    return cast(str, value).encode() if plain.kind == "text" else encode(value).encode()
