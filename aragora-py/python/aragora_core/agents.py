"""Who takes part: your own agents, and the ones the core brings."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast, runtime_checkable

from . import _native
from ._error import WrongAnswerError
from ._host import Live
from ._json import Json, decode_object, encode, given, plain
from ._values import (
    AgentReply,
    Ballot,
    Expect,
    Layers,
    Persona,
    ProviderDocument,
    Reputation,
    Role,
    Sampling,
    SigningRequest,
    expect_from_dict,
)

if TYPE_CHECKING:
    from ._host import Home


class Output:
    """Where an agent may write while it thinks; whoever follows the debate sees it at once."""

    __slots__ = ("_call",)

    def __init__(self, call: int) -> None:
        self._call = call

    def text(self, piece: str) -> None:
        """A piece of the reply's text."""
        _native.output(self._call, "text", piece)

    def reasoning(self, piece: str) -> None:
        """A piece of what the agent thinks; never sent to others."""
        _native.output(self._call, "reasoning", piece)

    def reset(self) -> None:
        """Takes back every piece so far."""
        _native.output(self._call, "reset", "")


class RequestMessage:
    """A message as this agent may see it."""

    __slots__ = ("_document", "author", "cache_point", "id", "text")
    __match_args__ = ("author", "text")

    def __init__(self, document: dict[str, Json]) -> None:
        self._document = document
        self.id: str = cast(str, document["id"])
        self.author: Json = document["author"]
        """Who said it, as in the core's documents."""
        self.text: str = cast(str, document["text"])
        self.cache_point: bool = bool(document.get("cache_point"))

    def to_dict(self) -> dict[str, Json]:
        """Its document."""
        return self._document

    def __repr__(self) -> str:
        return f"RequestMessage(id={self.id!r}, {len(self.text)} characters)"


class AgentRequest:
    """One turn, ready to be answered. It holds only what this agent may see."""

    __slots__ = ("_data", "_document", "_live", "output")

    def __init__(self, live: Live, data: str) -> None:
        self._live = live
        self._data = data
        self._document: dict[str, Json] | None = None
        self.output: Output = Output(live.call)
        """Where the reply may be streamed."""

    def to_dict(self) -> dict[str, Json]:
        """Its document. Read when it is first needed: many agents never look at half of it."""
        if self._document is None:
            self._document = decode_object(self._data)
        return self._document

    @property
    def id(self) -> str:
        """The same for the same turn over retries, restarts and replays."""
        return cast(str, self.to_dict()["id"])

    @property
    def debate(self) -> str | None:
        """The debate, for correlation."""
        return cast("str | None", self.to_dict().get("debate"))

    @property
    def round(self) -> int:
        """The round, from 1."""
        return cast(int, self.to_dict()["round"])

    @property
    def phase(self) -> str:
        """What is asked for, e.g. `answer`, `critique` or `vote`."""
        return cast(str, self.to_dict()["phase"])

    @property
    def role(self) -> Role | str:
        """The part to play."""
        return Role.from_dict(self.to_dict()["role"])

    @property
    def persona(self) -> Persona | None:
        """Who to be."""
        document = self.to_dict().get("persona")
        return None if document is None else Persona.from_dict(document)

    @property
    def system(self) -> str:
        """Rules and output format."""
        return cast(str, self.to_dict()["system"])

    @property
    def messages(self) -> list[RequestMessage]:
        """The conversation, oldest first."""
        return [RequestMessage(item) for item in cast("list[dict[str, Json]]", self.to_dict()["messages"])]

    @property
    def text(self) -> str:
        """The texts of all messages, one after the other."""
        return "\n\n".join(message.text for message in self.messages)

    @property
    def expect(self) -> Expect:
        """What must be returned: free text, JSON of a shape, or a ballot."""
        return expect_from_dict(self.to_dict()["expect"])

    @property
    def sampling(self) -> Sampling:
        """How a model samples."""
        return Sampling.from_dict(self.to_dict()["sampling"])

    @property
    def deadline(self) -> timedelta | None:
        """How much time there was when the agent was asked."""
        wait = cast("int | None", self.to_dict().get("deadline_ms"))
        return None if wait is None else timedelta(milliseconds=wait)

    @property
    def metadata(self) -> dict[str, str]:
        """Entries the host gave."""
        return cast("dict[str, str]", self.to_dict().get("metadata") or {})

    @property
    def extra(self) -> dict[str, Json]:
        """Provider body fields the host gave."""
        return cast("dict[str, Json]", self.to_dict().get("extra") or {})

    @property
    def cancelled(self) -> bool:
        """Whether the core has given this call up. For plain functions; coroutines are cancelled."""
        return self._live.cancelled

    def __repr__(self) -> str:
        return f"AgentRequest(id={self.id!r}, phase={self.phase!r})"


Answer: TypeAlias = str | AgentReply
"""What an agent returns."""


@runtime_checkable
class AgentLike(Protocol):
    """Anything with an id and `respond` can take a seat; `Agent` is a convenient base for it."""

    @property
    def id(self) -> str:
        """Its name in the debate."""
        ...

    def respond(self, request: AgentRequest, /) -> Answer | Awaitable[Answer]:
        """Answers, as a plain function or a coroutine."""
        ...


class Agent(ABC):
    """A participant of your own: give it an `id` and write `respond`, as `async def` or plain `def`.

    A plain one runs on a thread of its own, so it may block. What else is said about it here is optional.
    """

    id: str
    """Its name in the debate."""
    provider: str | None = None
    """Who runs the model behind it, e.g. `openai`."""
    model: str | None = None
    """The model behind it."""
    family: str | None = None
    """The lineage of that model, for the diversity of a debate."""
    version: str | None = None
    """A version of yours."""
    structured: str | None = None
    """How it returns JSON: `native`, `instructed` or `none`."""
    streams: bool | None = None
    """Whether it writes to `request.output` while it thinks."""
    context_tokens: int | None = None
    """The window of the model, prompt and output together."""

    @abstractmethod
    def respond(self, request: AgentRequest, /) -> Answer | Awaitable[Answer]:
        """Answers one turn."""


class BuiltinAgent:
    """An agent the core brings; made by the classes below."""

    def __init__(self, document: dict[str, object]) -> None:
        self._document = plain(document)
        encode(self._document)

    @property
    def id(self) -> str | None:
        """Its name in the debate; a model without one is named by the core."""
        return cast("str | None", self.to_dict().get("id"))

    def to_dict(self) -> dict[str, Json]:
        """Its document."""
        return cast("dict[str, Json]", self._document)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"


Credentials: TypeAlias = Callable[[SigningRequest], Mapping[str, str] | Awaitable[Mapping[str, str]]]
"""Gives the header fields that authenticate a request, as a plain function or a coroutine.

It is asked for every request, and once more with `refresh` after the provider has refused the fields.
"""


class ModelAgent(BuiltinAgent):
    """A language model by its name, e.g. `openai/gpt-5`. A plain string says the same.

    Key and address come from the instance's configuration unless they are given here. `config` says everything else
    and names neither provider nor model.
    """

    def __init__(
        self,
        name: str,
        *,
        id: str | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        credentials: Credentials | None = None,
        config: ProviderDocument | Mapping[str, Json] | None = None,
    ) -> None:
        options = given(id=id, base_url=base_url, api_key=api_key, config=config)
        super().__init__({"kind": "model", "name": name, **options})
        if credentials is not None and not callable(credentials):  # pyright: ignore[reportUnnecessaryComparison]
            raise TypeError(f"credentials is {type(credentials).__name__}, expected a function")
        self._credentials = credentials


class DemoAgent(BuiltinAgent):
    """An agent without a network that answers in a style; for demonstrations and first steps."""

    def __init__(self, id: str, style: str, *, seed: int | None = None) -> None:
        super().__init__({"kind": "demo", "id": id, "style": style, **given(seed=seed)})


class HumanAgent(BuiltinAgent):
    """A person; the questions wait on the desk, `aragora.desk`."""

    def __init__(self, id: str) -> None:
        super().__init__({"kind": "human", "id": id})


class RecordedAgent(BuiltinAgent):
    """Answers what it answered in a log or cassette, and nothing else."""

    def __init__(self, id: str, *, log: str | None = None, cassette: str | None = None) -> None:
        super().__init__({"kind": "recorded", "id": id, **given(log=log, cassette=cassette)})


class ScriptStep:
    """One step of a scripted agent."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = cast("dict[str, Json]", plain(document))

    def to_dict(self) -> dict[str, Json]:
        """Its document."""
        return self._document

    def during(self, phase: str) -> "ScriptStep":
        """The same, for turns of this phase only."""
        return ScriptStep({**self._document, "phase": phase})

    @classmethod
    def say(cls, text: str) -> "ScriptStep":
        """Answers with this text; a plain string in the list of steps says the same."""
        return cls({"say": text})

    @classmethod
    def reply(cls, reply: AgentReply) -> "ScriptStep":
        """Answers with this reply."""
        return cls({"reply": reply})

    @classmethod
    def json(cls, value: Json) -> "ScriptStep":
        """Answers with this structured value."""
        return cls({"json": value})

    @classmethod
    def ballot(cls, ballot: Ballot | Mapping[str, Json]) -> "ScriptStep":
        """Votes like this."""
        return cls({"ballot": ballot})

    @classmethod
    def fail(cls, code: str, *, retry_after: timedelta | float | None = None) -> "ScriptStep":
        """Fails with this code."""
        wait = timedelta(seconds=retry_after) if isinstance(retry_after, int | float) else retry_after
        return cls({"fail": code, **given(retry_after_ms=wait)})

    @classmethod
    def sleep(cls, duration: timedelta | float) -> "ScriptStep":
        """Waits, on the clock of the instance, and goes on with the next step."""
        wait = timedelta(seconds=duration) if isinstance(duration, int | float) else duration
        return cls({"sleep_ms": wait})

    @classmethod
    def hang(cls) -> "ScriptStep":
        """Answers nothing until it is cancelled."""
        return cls({"hang": True})

    @classmethod
    def stream(cls, pieces: Sequence[str]) -> "ScriptStep":
        """Answers piece by piece."""
        return cls({"stream": list(pieces)})


class ScriptedAgent(BuiltinAgent):
    """Answers from a script; `at_end` says what follows the last step: `repeat`, `cycle` or `error`."""

    def __init__(
        self, id: str, steps: Sequence[str | ScriptStep | Mapping[str, object]], *, at_end: str | None = None
    ) -> None:
        listed = [{"say": step} if isinstance(step, str) else step for step in steps]
        super().__init__({"kind": "scripted", "id": id, "steps": listed, **given(at_end=at_end)})


class Seat:
    """An agent with a part of its own in a debate.

    `layers` go around this agent, of whatever kind it is, in place of the instance's; budgets and kept replies stay the
    instance's. `stand_ins` answer in its name when it fails, in this order and behind layers of their own, in place of
    the models the layers name.
    """

    __slots__ = ("_options", "agent", "stand_ins")

    def __init__(
        self,
        agent: "AnyAgent",
        *,
        role: Role | str | None = None,
        persona: Persona | Mapping[str, Json] | None = None,
        weight: float | None = None,
        votes: bool | None = None,
        judges: bool | None = None,
        reputation: Reputation | Mapping[str, Json] | None = None,
        layers: Layers | Mapping[str, Json] | None = None,
        stand_ins: "Sequence[AnyAgent]" = (),
    ) -> None:
        self.agent: AnyAgent = agent
        """Who sits on it."""
        self.stand_ins: Sequence[AnyAgent] = stand_ins
        """Who stands in."""
        self._options = given(
            role=role,
            persona=persona,
            weight=weight,
            votes=votes,
            judges=judges,
            reputation=reputation,
            layers=layers,
        )


AnyAgent: TypeAlias = str | AgentLike | BuiltinAgent
"""A model's name, an agent of yours, or one of the core's."""


class ForeignAgent:
    """An agent of the host's as the core calls it."""

    def __init__(self, agent: AgentLike, home: "Home", plain: bool) -> None:
        self.agent: AgentLike = agent
        self.who: str = f'agent "{agent.id}"'
        self.plain: bool = plain
        self.home: Home = home

    def call(self, live: Live, method: str, data: str) -> object:
        """Asks it."""
        return self.agent.respond(AgentRequest(live, data))

    def document(self, answer: object) -> str:
        """The answer as JSON text."""
        if isinstance(answer, str):
            return encode(str(answer))
        if isinstance(answer, AgentReply):
            return encode(answer)
        raise WrongAnswerError(self.who, answer, "str or AgentReply")


class ForeignCredentials:
    """A function that authenticates requests as the core calls it."""

    who = "the credentials callback"

    def __init__(self, function: Credentials, home: "Home", plain: bool) -> None:
        self.function: Credentials = function
        self.plain: bool = plain
        self.home: Home = home

    def call(self, live: Live, method: str, data: str) -> object:
        """Asks it."""
        return self.function(SigningRequest.from_dict(decode_object(data)))

    def document(self, answer: object) -> str:
        """The fields as JSON text. Nothing of them is part of an error."""
        if not isinstance(answer, Mapping):
            raise WrongAnswerError(self.who, answer, "a mapping of header fields")
        fields = cast("Mapping[object, object]", answer)
        for part in (*fields.keys(), *fields.values()):
            if not isinstance(part, str):
                raise WrongAnswerError(self.who, part, "str as names and values of header fields")
        return encode(fields)
