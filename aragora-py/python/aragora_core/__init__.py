"""Structured debates between language models, people and functions that end in a decision.

    async with aragora_core.Aragora.open() as aragora:
        decision = await aragora.debate("Ship on Friday?", agents=[...])

Everything is async; `aragora_core.sync` has the same names without `await`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from . import _values, errors
from ._error import AragoraError
from ._native import __version__
from ._values import *  # noqa: F403 - they have an `__all__`
from .agents import (
    Agent,
    AgentLike,
    AgentRequest,
    Credentials,
    DemoAgent,
    HumanAgent,
    ModelAgent,
    Output,
    RecordedAgent,
    RequestMessage,
    ScriptedAgent,
    ScriptStep,
    Seat,
)
from .aragora import Aragora, Opening
from .backups import Backups
from .config import Config
from .debate import Debate, Human
from .debates import Debates
from .desk import HumanDesk
from .encryption import Cipher, Encryption, FieldPath, Plain, generate_key, record_key
from .events import EventStream
from .logging import LogRecord, set_log_sink
from .protocols import DebateProtocol, PlannedCalls, Step
from .providers import Agents
from .pure import (
    builtin_protocols,
    error_codes,
    normalise,
    parse_answer,
    parse_ballot,
    parse_critiques,
    parse_signals,
    same_answer,
    tally,
)
from .runtime import configure_runtime
from .transcript import Transcript

if TYPE_CHECKING:
    from . import sync, testing

__all__ = [
    "Agent",
    "AgentLike",
    "AgentRequest",
    "Agents",
    "Aragora",
    "AragoraError",
    "Backups",
    "Cipher",
    "Config",
    "Credentials",
    "Debate",
    "DebateProtocol",
    "Debates",
    "DemoAgent",
    "Encryption",
    "EventStream",
    "FieldPath",
    "Human",
    "HumanAgent",
    "HumanDesk",
    "LogRecord",
    "ModelAgent",
    "Opening",
    "Output",
    "Plain",
    "PlannedCalls",
    "RecordedAgent",
    "RequestMessage",
    "ScriptStep",
    "ScriptedAgent",
    "Seat",
    "Step",
    "Transcript",
    "__version__",
    "builtin_protocols",
    "configure_runtime",
    "error_codes",
    "errors",
    "generate_key",
    "normalise",
    "parse_answer",
    "parse_ballot",
    "parse_critiques",
    "parse_signals",
    "record_key",
    "same_answer",
    "set_log_sink",
    "sync",
    "tally",
    "testing",
]
__all__ += _values.__all__

_REPLACED = {
    "Arena": "Aragora.open() and aragora.debate(...)",
    "DebateConfig": "the arguments of aragora.debate(...), Limits and DebateOptions",
    "DebateResult": "Decision",
    "Vote": "VoteRecord, in Decision.votes",
}


def __getattr__(name: str) -> object:
    if name in ("sync", "testing"):
        # Not everybody needs them.
        return import_module(f".{name}", __name__)
    if name in _REPLACED:
        # Not an AttributeError: `from aragora_core import Arena` would replace its text by one that does not help.
        raise ImportError(f"aragora_core.{name} is no longer there; use {_REPLACED[name]}")
    raise AttributeError(f"module 'aragora_core' has no attribute {name!r}")
