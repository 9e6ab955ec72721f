"""Structured debates between language models, people and functions that end in a decision.

    async with aragora_core.Aragora.open() as aragora:
        decision = await aragora.debate("Ship on Friday?", agents=[...])

Everything is async; `aragora_core.sync` has the same names without `await`.
"""

from . import errors, sync, testing
from ._error import AragoraError
from ._native import __version__
from ._values import *  # noqa: F403
from .agents import (
    Agent,
    AgentLike,
    AgentRequest,
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
from .config import Config
from .debate import Debate, Human
from .debates import Debates
from .desk import HumanDesk
from .events import EventStream
from .logging import LogRecord, set_log_sink
from .protocols import DebateProtocol, Step
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
from .transcript import Checkpoint, Draft, Transcript

_REPLACED = {
    "Arena": "Aragora.open() and aragora.debate(...)",
    "DebateConfig": "the arguments of aragora.debate(...), Limits and DebateOptions",
    "DebateResult": "Decision",
    "Vote": "VoteRecord, in Decision.votes",
}


def __getattr__(name: str) -> object:
    if name in _REPLACED:
        # Not an AttributeError: `from aragora_core import Arena` would replace its text by one that does not help.
        raise ImportError(f"aragora_core.{name} is no longer there; use {_REPLACED[name]}")
    raise AttributeError(f"module 'aragora_core' has no attribute {name!r}")
