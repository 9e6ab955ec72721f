"""The values of debates.

Rendered from the core's types by `cargo xtask faces`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self, TypeAlias

from ._codec import (
    DEFAULT,
    Default,
    Members,
    OpenWord,
    Read,
    Word,
    anything,
    boolean,
    duration,
    instant,
    instant_ms,
    integer,
    listed,
    mapped,
    nullable,
    number,
    seconds,
    tagged,
    text,
    to_millis,
    to_rfc3339,
    to_unix_millis,
    uint64,
    without,
    worded,
)
from ._json import Json
from ._value import Value

__all__ = [
    "AgentAttemptEvent",
    "AgentErrorEvent",
    "AgentFallbackTriggeredEvent",
    "AgentKind",
    "AgentMessageEvent",
    "AgentReply",
    "AgentRetryEvent",
    "AgentThinkingEvent",
    "AnalysisEvent",
    "AnalysisKind",
    "Answer",
    "AnswerFormat",
    "Ask",
    "AskOrder",
    "AskOrderExplicit",
    "AskOrderIndex",
    "AskOrderShuffled",
    "AskStep",
    "AttemptOutcome",
    "Author",
    "AuthorAgent",
    "AuthorHuman",
    "AuthorModerator",
    "BackupFacts",
    "BackupVerifyReport",
    "Ballot",
    "BallotAbstain",
    "BallotApproval",
    "BallotChoice",
    "BallotInvalid",
    "BallotKind",
    "BallotKindApproval",
    "BallotKindChoice",
    "BallotKindPoints",
    "BallotKindRanking",
    "BallotKindScores",
    "BallotKindVerdict",
    "BallotPoints",
    "BallotRanking",
    "BallotScores",
    "BallotShape",
    "Ballots",
    "Basis",
    "BiasReport",
    "BreakerClosedEvent",
    "BreakerHalfOpenEvent",
    "BreakerOpenedEvent",
    "BreakerSnapshot",
    "BreakerState",
    "BreakpointEvent",
    "BreakpointResolvedEvent",
    "Budget",
    "BudgetAlertEvent",
    "BudgetScope",
    "BudgetScopeCall",
    "BudgetScopeDebate",
    "BudgetScopeTenant",
    "BudgetUsage",
    "Calls",
    "CastVote",
    "CheckScope",
    "Checkpoint",
    "Condition",
    "ConditionKind",
    "Confidence",
    "ConfidenceCurve",
    "ConfidenceMethod",
    "ConsensusCheckEvent",
    "ContextPolicy",
    "ContextPolicyLastRound",
    "ContextPolicySummarise",
    "ContextPolicyWindow",
    "ContextReduced",
    "ContextReducedEvent",
    "Convergence",
    "CostSource",
    "CostSourceEstimate",
    "CostSourceFree",
    "CostSourcePriceBook",
    "CostSourceProvider",
    "CostSourceUnknown",
    "Critique",
    "CritiqueEvent",
    "Crux",
    "DEFAULT",
    "DebateCancelledEvent",
    "DebateEndEvent",
    "DebateFailedEvent",
    "DebateOptions",
    "DebatePage",
    "DebateResumedEvent",
    "DebateStartEvent",
    "DebateState",
    "DebateSummary",
    "Decision",
    "DecisionEvent",
    "DecisionUsage",
    "Default",
    "Difference",
    "Dissent",
    "Diversity",
    "Document",
    "Draft",
    "DrillReport",
    "Dynamic",
    "Edit",
    "EditAddSeat",
    "EditDropSeat",
    "EditInsertHuman",
    "EditReplaceMessage",
    "EditSetBelief",
    "EditSetLimits",
    "EditSetRule",
    "Effort",
    "Equivalence",
    "EquivalenceCustom",
    "EquivalenceExact",
    "EquivalenceLetter",
    "EquivalenceMath",
    "EquivalenceNormalised",
    "EquivalenceNumeric",
    "EquivalenceSemantic",
    "ErrorInfo",
    "Event",
    "EventClass",
    "EventData",
    "Expect",
    "ExpectBallot",
    "ExpectJson",
    "ExpectText",
    "ExtractedAnswer",
    "Extractor",
    "ExtractorAnswerLine",
    "ExtractorBoxed",
    "ExtractorBracesNumber",
    "ExtractorChoiceParen",
    "ExtractorFinalAnswerLine",
    "ExtractorFloatToken",
    "ExtractorHendrycksMath",
    "ExtractorLastNumber",
    "ExtractorRegex",
    "ExtractorStructured",
    "ExtractorWhole",
    "ForkEditEvent",
    "Frame",
    "Gate",
    "GatePolicy",
    "GatePolicyConfidence",
    "GatePolicyDefault",
    "GatePolicyOff",
    "GatePolicyUnanimous",
    "GiveUp",
    "Grace",
    "HeartbeatEvent",
    "HistoryPolicy",
    "HollowConsensusEvent",
    "HumanInputEvent",
    "HumanInputKind",
    "HumanReply",
    "Identity",
    "Intervention",
    "InvalidWhy",
    "Join",
    "JoinAll",
    "JoinConsensus",
    "JoinFirst",
    "JoinQuorum",
    "JsonShape",
    "KeyAge",
    "KeyCensus",
    "KnowledgeDegradedEvent",
    "KnowledgeInjectedEvent",
    "Label",
    "LaggedEvent",
    "LastError",
    "Layers",
    "Layout",
    "LayoutPreset",
    "LayoutShared",
    "Limits",
    "Message",
    "MessageKind",
    "ModelCaps",
    "OptionSpec",
    "OptionView",
    "Order",
    "Orders",
    "Outcome",
    "OutcomeDecided",
    "OutcomeNoEvidence",
    "OutcomeNoQuorum",
    "OutcomeNotReached",
    "OutcomeNotSought",
    "OutcomeTie",
    "Parent",
    "ParseWarning",
    "ParsedBallot",
    "ParsedCritique",
    "Pause",
    "PendingState",
    "PendingStateAnswered",
    "PendingStateCancelled",
    "PendingStateDeclined",
    "PendingStateExpired",
    "PendingStatePending",
    "PendingTurn",
    "PendingTurns",
    "Period",
    "Persona",
    "Phase",
    "PlannedAsk",
    "Position",
    "PositionKind",
    "PositionKindAbstain",
    "PositionKindAnswer",
    "PositionKindInvalid",
    "PositionKindMissing",
    "Preset",
    "PriceRow",
    "PriceTable",
    "Prompt",
    "PromptCache",
    "ProtocolRef",
    "ProviderDocument",
    "ProviderReport",
    "ProviderStatus",
    "PrunePlan",
    "Question",
    "Quorum",
    "QuorumRule",
    "QuorumRuleCount",
    "QuorumRuleFraction",
    "QuorumRuleHalf",
    "RateLimitSnapshot",
    "RateLimitWaitEvent",
    "ReencryptCounts",
    "ReencryptFailure",
    "ReencryptProgress",
    "ReencryptReport",
    "Refusal",
    "Relabel",
    "ReplayCheck",
    "ReplayReport",
    "ReplyCache",
    "ReplyWarning",
    "Report",
    "Reputation",
    "Reserve",
    "RestoreReport",
    "RetentionPreset",
    "RetentionPresetCustom",
    "RetentionPresetDeployment",
    "RetentionPresetRunbook",
    "RiskTier",
    "Role",
    "RolePolicy",
    "RoundConvergence",
    "RoundEndEvent",
    "RoundStartEvent",
    "RoundView",
    "Row",
    "RuleConfig",
    "RuleKind",
    "RuleKindConfidenceWeighted",
    "RuleKindCountAboveFloor",
    "RuleKindCustom",
    "RuleKindHybrid",
    "RuleKindMajority",
    "RuleKindNone",
    "RuleKindPlurality",
    "RuleKindReputationWeighted",
    "RuleKindSupermajority",
    "RuleKindThreshold",
    "RuleKindUnanimity",
    "RuleUsed",
    "Sampling",
    "SeatBenchedEvent",
    "SeatPrice",
    "SeatView",
    "SeenMessage",
    "SelfVote",
    "Sequential",
    "Served",
    "ServedCache",
    "ServedFallback",
    "ServedLive",
    "ServedRecorded",
    "ShutdownReport",
    "Signals",
    "SigningRequest",
    "Simultaneous",
    "Spent",
    "StalePolicy",
    "Stance",
    "StancePolicy",
    "StatedLimit",
    "StepAnalyse",
    "StepAsk",
    "StepEndEvent",
    "StepFinish",
    "StepPause",
    "StepStartEvent",
    "StepView",
    "StepWhy",
    "Stop",
    "StopCause",
    "StopEvent",
    "StopReason",
    "StopReasonContentFilter",
    "StopReasonEnd",
    "StopReasonLength",
    "StopReasonOther",
    "StopReasonPause",
    "StopReasonRefusal",
    "StopReasonStopSequence",
    "StopReasonToolCalls",
    "StreamMode",
    "StructuredMode",
    "TableCount",
    "Tally",
    "TargetHealth",
    "Test",
    "TieBreak",
    "TieBreakFirstSeen",
    "TieBreakNone",
    "TieBreakRoster",
    "TieBreakSeat",
    "TieBreakSeeded",
    "TieUse",
    "TimeoutsDocument",
    "TokenDeltaEvent",
    "TokenEndEvent",
    "TokenResetEvent",
    "TokenStartEvent",
    "ToolCall",
    "Topology",
    "TopologyAllToAll",
    "TopologyCustom",
    "TopologyRing",
    "TopologyRoundRobin",
    "TopologySparse",
    "TopologyStar",
    "TraceLine",
    "TranscriptMessage",
    "TricksterInterventionEvent",
    "TurnCancelledEvent",
    "TurnFailedEvent",
    "TurnSkippedEvent",
    "TurnStartEvent",
    "TurnState",
    "TurnView",
    "UnknownEvent",
    "UnparsedPolicy",
    "Unpriced",
    "UnpricedAllow",
    "UnpricedAssume",
    "UnpricedRefuse",
    "Usage",
    "UsageTotals",
    "Verdict",
    "Visibility",
    "VisibilityAll",
    "VisibilityExcept",
    "VisibilityOnly",
    "VoteEvent",
    "VoteOnly",
    "VoteOnlyProtocol",
    "VoteRecord",
    "VoteStatus",
    "VoteView",
    "WarningEvent",
    "Wire",
    "ask_order_from_dict",
    "author_from_dict",
    "ballot_from_dict",
    "ballot_kind_from_dict",
    "budget_scope_from_dict",
    "context_policy_from_dict",
    "cost_source_from_dict",
    "edit_from_dict",
    "equivalence_from_dict",
    "event_data_from_dict",
    "expect_from_dict",
    "extractor_from_dict",
    "gate_policy_from_dict",
    "join_from_dict",
    "layout_from_dict",
    "outcome_from_dict",
    "pending_state_from_dict",
    "position_kind_from_dict",
    "quorum_rule_from_dict",
    "retention_preset_from_dict",
    "rule_kind_from_dict",
    "served_from_dict",
    "stop_reason_from_dict",
    "tie_break_from_dict",
    "topology_from_dict",
    "unpriced_from_dict",
    "visibility_from_dict",
]


class AgentDocumentForeign(Value):
    """A participant of the host.

    Attributes:
        participant: Its number.
        id: Its id.
        provider: Provider behind it.
        model: Model behind it.
        family: Model lineage.
        version: Its version.
        structured: `native`, `instructed` (default) or `none`.
        streams: Whether it streams.
        context_tokens: The model's window in tokens.
    """

    __match_args__ = (
        "participant", "id", "provider", "model", "family", "version", "structured", "streams", "context_tokens",
    )
    participant: int
    id: str
    provider: str | None = None
    model: str | None = None
    family: str | None = None
    version: str | None = None
    structured: str | None = None
    streams: bool | None = None
    context_tokens: int | None = None
    type: ClassVar[Literal["foreign"]] = "foreign"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentDocumentForeign", document)
        m.only(
            "participant", "id", "provider", "model", "family", "version", "structured", "streams", "context_tokens",
            "kind",
        )
        return cls(
            participant=m.required("participant", integer),
            id=m.required("id", text),
            provider=m.optional("provider", text),
            model=m.optional("model", text),
            family=m.optional("family", text),
            version=m.optional("version", text),
            structured=m.optional("structured", text),
            streams=m.optional("streams", boolean),
            context_tokens=m.optional("context_tokens", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"kind": "foreign"}
        out["participant"] = self.participant
        out["id"] = self.id
        if self.provider is not None:
            out["provider"] = self.provider
        if self.model is not None:
            out["model"] = self.model
        if self.family is not None:
            out["family"] = self.family
        if self.version is not None:
            out["version"] = self.version
        if self.structured is not None:
            out["structured"] = self.structured
        if self.streams is not None:
            out["streams"] = self.streams
        if self.context_tokens is not None:
            out["context_tokens"] = self.context_tokens
        return out


class AgentDocumentModel(Value):
    """A model, by its name, by a configuration, or by a name with a configuration of everything else.

    Attributes:
        name: Its name, `provider/model`, or a provider alone for its default model.
        config: Its configuration; without provider and model where a name is given.
        base_url: Where it is reached, before what the configuration says.
        api_key: Its key, default the one the instance's configuration holds for the provider; never shown.
        credentials: A participant that gives the header fields which authenticate a request; not beside a key.
        id: Its id, default made of provider and model.
    """

    __match_args__ = ("name", "config", "base_url", "api_key", "credentials", "id")
    _secrets = ("api_key",)
    name: str | None = None
    config: ProviderDocument | None = None
    base_url: str | None = None
    api_key: str | None = None
    credentials: CredentialsDocument | None = None
    id: str | None = None
    type: ClassVar[Literal["model"]] = "model"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentDocumentModel", document)
        m.only("name", "config", "base_url", "api_key", "credentials", "id", "kind")
        return cls(
            name=m.optional("name", text),
            config=m.optional("config", ProviderDocument.from_dict),
            base_url=m.optional("base_url", text),
            api_key=m.optional("api_key", text),
            credentials=m.optional("credentials", CredentialsDocument.from_dict),
            id=m.optional("id", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"kind": "model"}
        if self.name is not None:
            out["name"] = self.name
        if self.config is not None:
            out["config"] = self.config.to_dict()
        if self.base_url is not None:
            out["base_url"] = self.base_url
        if self.api_key is not None:
            out["api_key"] = self.api_key
        if self.credentials is not None:
            out["credentials"] = self.credentials.to_dict()
        if self.id is not None:
            out["id"] = self.id
        return out


class AgentDocumentScripted(Value):
    """A script.

    Attributes:
        id: Its id.
        steps: The steps.
        at_end: `error` (default), `repeat` or `cycle`.
    """

    __match_args__ = ("id", "steps", "at_end")
    id: str
    steps: list[ScriptDocument]
    at_end: str | None = None
    type: ClassVar[Literal["scripted"]] = "scripted"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentDocumentScripted", document)
        m.only("id", "steps", "at_end", "kind")
        return cls(
            id=m.required("id", text),
            steps=m.required("steps", listed(ScriptDocument.from_dict)),
            at_end=m.optional("at_end", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"kind": "scripted"}
        out["id"] = self.id
        out["steps"] = [item.to_dict() for item in self.steps]
        if self.at_end is not None:
            out["at_end"] = self.at_end
        return out


class AgentDocumentDemo(Value):
    """Templates and the words of the question.

    Attributes:
        id: Its id.
        style: `supportive`, `critical`, `balanced` or `contrarian`.
        seed: Its seed.
    """

    __match_args__ = ("id", "style", "seed")
    id: str
    style: str
    seed: int | None = None
    type: ClassVar[Literal["demo"]] = "demo"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentDocumentDemo", document)
        m.only("id", "style", "seed", "kind")
        return cls(
            id=m.required("id", text),
            style=m.required("style", text),
            seed=m.optional("seed", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"kind": "demo"}
        out["id"] = self.id
        out["style"] = self.style
        if self.seed is not None:
            out["seed"] = self.seed
        return out


class AgentDocumentHuman(Value):
    """A person, asked at the desk of the debate's organisation.

    Attributes:
        id: Its id.
    """

    __match_args__ = ("id",)
    id: str
    type: ClassVar[Literal["human"]] = "human"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentDocumentHuman", document)
        m.only("id", "kind")
        return cls(
            id=m.required("id", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"kind": "human"}
        out["id"] = self.id
        return out


class AgentDocumentRecorded(Value):
    """A recording.

    Attributes:
        id: Its id.
        log: The log of a debate this seat took part in.
        cassette: A cassette.
    """

    __match_args__ = ("id", "log", "cassette")
    id: str
    log: str | None = None
    cassette: str | None = None
    type: ClassVar[Literal["recorded"]] = "recorded"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentDocumentRecorded", document)
        m.only("id", "log", "cassette", "kind")
        return cls(
            id=m.required("id", text),
            log=m.optional("log", text),
            cassette=m.optional("cassette", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"kind": "recorded"}
        out["id"] = self.id
        if self.log is not None:
            out["log"] = self.log
        if self.cassette is not None:
            out["cassette"] = self.cassette
        return out


AgentDocument: TypeAlias = (
    AgentDocumentForeign
    | AgentDocumentModel
    | AgentDocumentScripted
    | AgentDocumentDemo
    | AgentDocumentHuman
    | AgentDocumentRecorded
)
"""Who answers."""

_AGENT_DOCUMENT: Mapping[str, Read[AgentDocument]] = {
    "foreign": AgentDocumentForeign.from_dict,
    "model": AgentDocumentModel.from_dict,
    "scripted": AgentDocumentScripted.from_dict,
    "demo": AgentDocumentDemo.from_dict,
    "human": AgentDocumentHuman.from_dict,
    "recorded": AgentDocumentRecorded.from_dict,
}


def agent_document_from_dict(document: Json) -> AgentDocument:
    """Reads the form the core writes."""
    return tagged("AgentDocument", "kind", _AGENT_DOCUMENT, document)


class AgentKind(Word):
    """What kind of participant answers.

    Attributes:
        MODEL: A language model.
        HUMAN: A person.
        FUNCTION: A function of the host.
        SCRIPTED: A script with fixed replies.
        DEMO: The styled demo without network.
        RECORDED: A recording.
        FOREIGN: An object of another language.
    """

    MODEL = "model"
    HUMAN = "human"
    FUNCTION = "function"
    SCRIPTED = "scripted"
    DEMO = "demo"
    RECORDED = "recorded"
    FOREIGN = "foreign"


class AgentReply(Value):
    """What an agent answers.

    Attributes:
        text: The text; may be empty where `structured` says it all.
        structured: The structured value, where one was asked for.
        reasoning: What a model thought, where it shows it.
        tool_calls: Tools a model asked for; they are recorded, never run.
        refusal: A refusal.
        stop: Why the text ends, default `end`.
        usage: Tokens used.
        cost_micros: Cost in micro-dollars, where it is known.
        provider: Who served it.
        model: The model that answered.
        response_id: The provider's id of the response.
        warnings: What a reader should know.
    """

    __match_args__ = (
        "text", "structured", "reasoning", "tool_calls", "refusal", "stop", "usage", "cost_micros", "provider",
        "model", "response_id", "warnings",
    )
    text: str | None = None
    structured: Json = None
    reasoning: str | None = None
    tool_calls: list[ToolCall] | None = None
    refusal: Refusal | None = None
    stop: StopReason | None = None
    usage: Usage | None = None
    cost_micros: int | None = None
    provider: str | None = None
    model: str | None = None
    response_id: str | None = None
    warnings: list[ReplyWarning] | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentReply", document)
        m.only(
            "text", "structured", "reasoning", "tool_calls", "refusal", "stop", "usage", "cost_micros", "provider",
            "model", "response_id", "warnings",
        )
        return cls(
            text=m.optional("text", text),
            structured=m.optional("structured", anything),
            reasoning=m.optional("reasoning", text),
            tool_calls=m.optional("tool_calls", listed(ToolCall.from_dict)),
            refusal=m.optional("refusal", Refusal.from_dict),
            stop=m.optional("stop", stop_reason_from_dict),
            usage=m.optional("usage", Usage.from_dict),
            cost_micros=m.optional("cost_micros", integer),
            provider=m.optional("provider", text),
            model=m.optional("model", text),
            response_id=m.optional("response_id", text),
            warnings=m.optional("warnings", listed(ReplyWarning.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.text is not None:
            out["text"] = self.text
        if self.structured is not None:
            out["structured"] = self.structured
        if self.reasoning is not None:
            out["reasoning"] = self.reasoning
        if self.tool_calls is not None:
            out["tool_calls"] = [item.to_dict() for item in self.tool_calls]
        if self.refusal is not None:
            out["refusal"] = self.refusal.to_dict()
        if self.stop is not None:
            out["stop"] = self.stop.to_dict()
        if self.usage is not None:
            out["usage"] = self.usage.to_dict()
        if self.cost_micros is not None:
            out["cost_micros"] = self.cost_micros
        if self.provider is not None:
            out["provider"] = self.provider
        if self.model is not None:
            out["model"] = self.model
        if self.response_id is not None:
            out["response_id"] = self.response_id
        if self.warnings is not None:
            out["warnings"] = [item.to_dict() for item in self.warnings]
        return out


class AgentRequest(Value):
    """What an agent is asked in one turn.

    Attributes:
        id: Identifies the turn: `{debate}/{turn}`.
        debate: The debate.
        round: The round.
        phase: What is asked for.
        role: The part to play.
        persona: Who to be.
        system: Rules and output format.
        messages: The conversation as this agent may see it.
        expect: What must be returned.
        sampling: How a model should sample.
        deadline: Milliseconds until the answer is of no use any more.
        metadata: Facts of the host.
        extra: Members of a provider's body.
    """

    __match_args__ = (
        "id", "debate", "round", "phase", "role", "persona", "system", "messages", "expect", "sampling", "deadline",
        "metadata", "extra",
    )
    id: str
    debate: str | None = None
    round: int
    phase: Phase
    role: Role | str
    persona: Persona | None = None
    system: str
    messages: list[RequestMessage]
    expect: Expect
    sampling: Sampling
    deadline: timedelta | None = None
    metadata: dict[str, str]
    extra: dict[str, Json]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentRequest", document)
        return cls(
            id=m.required("id", text),
            debate=m.optional("debate", text),
            round=m.required("round", integer),
            phase=m.required("phase", Phase.from_dict),
            role=m.required("role", Role.from_dict),
            persona=m.optional("persona", Persona.from_dict),
            system=m.required("system", text),
            messages=m.required("messages", listed(RequestMessage.from_dict)),
            expect=m.required("expect", expect_from_dict),
            sampling=m.required("sampling", Sampling.from_dict),
            deadline=m.optional("deadline_ms", duration),
            metadata=m.required("metadata", mapped(text)),
            extra=m.required("extra", mapped(anything)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        if self.debate is not None:
            out["debate"] = self.debate
        out["round"] = self.round
        out["phase"] = str(self.phase)
        out["role"] = str(self.role)
        if self.persona is not None:
            out["persona"] = self.persona.to_dict()
        out["system"] = self.system
        out["messages"] = [item.to_dict() for item in self.messages]
        out["expect"] = self.expect.to_dict()
        out["sampling"] = self.sampling.to_dict()
        if self.deadline is not None:
            out["deadline_ms"] = to_millis(self.deadline)
        out["metadata"] = {**self.metadata}
        out["extra"] = {**self.extra}
        return out


class AnalysisKind(Word):
    """Which figure an analysis holds.

    Attributes:
        CONVERGENCE: Agreement, stability and position.
        EVIDENCE: Evidence quality.
        CROSS: Gaps and contradictions between proposals.
        CLAIMS: Claims and relations.
        CRUXES: Cruxes.
        CONTRIBUTION: Contribution of each seat.
        BIAS: Signs of bias.
        DIVERSITY: Diversity of the seats.
        STABILITY: The stability test.
        EQUIVALENCE: Verdicts of a comparator with I/O, so that grouping needs no call when folding.
    """

    CONVERGENCE = "convergence"
    EVIDENCE = "evidence"
    CROSS = "cross"
    CLAIMS = "claims"
    CRUXES = "cruxes"
    CONTRIBUTION = "contribution"
    BIAS = "bias"
    DIVERSITY = "diversity"
    STABILITY = "stability"
    EQUIVALENCE = "equivalence"


class Answer(Value):
    """The answer of a decision.

    Attributes:
        option: The option it won as.
        value: The value that was compared, e.g. `42`, or a stated option's id.
        text: The whole text it came from, or a stated option's text.
        author: Who gave it first; absent for stated options.
        synthesis: A synthesis made of it, beside the original.
    """

    __match_args__ = ("option", "value", "text", "author", "synthesis")
    option: str
    value: str
    text: str
    author: str | None = None
    synthesis: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Answer", document)
        return cls(
            option=m.required("option", text),
            value=m.required("value", text),
            text=m.required("text", text),
            author=m.optional("author", text),
            synthesis=m.optional("synthesis", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["option"] = self.option
        out["value"] = self.value
        out["text"] = self.text
        if self.author is not None:
            out["author"] = self.author
        if self.synthesis is not None:
            out["synthesis"] = self.synthesis
        return out


class AnswerFormat(Value):
    """How an answer is taken from a reply, and when two answers are the same.

    Attributes:
        extract: Tried in order, the first hit wins. Empty: the whole trimmed reply is the answer.
        equal: When two answers are the same.
        unparsed: What becomes of a reply without an answer.
    """

    __match_args__ = ("extract", "equal", "unparsed")
    extract: list[Extractor] | None = None
    equal: Equivalence | None = None
    unparsed: UnparsedPolicy | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AnswerFormat", document)
        m.only("extract", "equal", "unparsed")
        return cls(
            extract=m.optional("extract", listed(extractor_from_dict)),
            equal=m.optional("equal", equivalence_from_dict),
            unparsed=m.optional("unparsed", UnparsedPolicy.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.extract is not None:
            out["extract"] = [item.to_dict() for item in self.extract]
        if self.equal is not None:
            out["equal"] = self.equal.to_dict()
        if self.unparsed is not None:
            out["unparsed"] = str(self.unparsed)
        return out


class Ask(Value):
    """One turn to ask.

    Attributes:
        turn: The turn.
        seat: The seat.
        role: Its part in this turn.
        prompt: What it is asked.
        shown: The messages shown, in the order shown.
        labels: Labels of this voter, where they differ by voter.
        expect: What must be returned.
        max_output_tokens: Output limit.
        deadline: Time limit; absent means the debate's turn timeout.
        reduced: What was left out of the prompt to make it fit.
        too_long: Whether the prompt still does not fit the model's window; the turn then fails without a call.
        notes: Notes about the prompt, recorded as warnings.
    """

    __match_args__ = (
        "turn", "seat", "role", "prompt", "shown", "labels", "expect", "max_output_tokens", "deadline", "reduced",
        "too_long", "notes",
    )
    turn: str
    seat: str
    role: Role | str
    prompt: Prompt
    shown: list[str]
    labels: dict[str, str] | None = None
    expect: Expect
    max_output_tokens: int
    deadline: timedelta | None = None
    reduced: list[ContextReduced] | None = None
    too_long: bool | None = None
    notes: list[str] | None = None

    def __init__(
        self,
        *,
        turn: str,
        seat: str,
        role: Role | str,
        prompt: Prompt,
        shown: list[str],
        labels: dict[str, str] | None = None,
        expect: Expect,
        max_output_tokens: int,
        deadline: timedelta | float | None = None,
        reduced: list[ContextReduced] | None = None,
        too_long: bool | None = None,
        notes: list[str] | None = None,
    ) -> None:
        members: dict[str, object] = {
            "turn": turn,
            "seat": seat,
            "role": role,
            "prompt": prompt,
            "shown": shown,
            "labels": labels,
            "expect": expect,
            "max_output_tokens": max_output_tokens,
            "deadline": None if deadline is None else seconds(deadline),
            "reduced": reduced,
            "too_long": too_long,
            "notes": notes,
        }
        self._set(members)

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Ask", document)
        m.only(
            "turn", "seat", "role", "prompt", "shown", "labels", "expect", "max_output_tokens", "deadline_ms", "reduced",
            "too_long", "notes",
        )
        return cls(
            turn=m.required("turn", text),
            seat=m.required("seat", text),
            role=m.required("role", Role.from_dict),
            prompt=m.required("prompt", Prompt.from_dict),
            shown=m.required("shown", listed(text)),
            labels=m.optional("labels", mapped(text)),
            expect=m.required("expect", expect_from_dict),
            max_output_tokens=m.required("max_output_tokens", integer),
            deadline=m.optional("deadline_ms", duration),
            reduced=m.optional("reduced", listed(ContextReduced.from_dict)),
            too_long=m.optional("too_long", boolean),
            notes=m.optional("notes", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["turn"] = self.turn
        out["seat"] = self.seat
        out["role"] = str(self.role)
        out["prompt"] = self.prompt.to_dict()
        out["shown"] = [*self.shown]
        if self.labels is not None:
            out["labels"] = {**self.labels}
        out["expect"] = self.expect.to_dict()
        out["max_output_tokens"] = self.max_output_tokens
        if self.deadline is not None:
            out["deadline_ms"] = to_millis(self.deadline)
        if self.reduced is not None:
            out["reduced"] = [item.to_dict() for item in self.reduced]
        if self.too_long is not None:
            out["too_long"] = self.too_long
        if self.notes is not None:
            out["notes"] = [*self.notes]
        return out


class AskOrderIndex(Value):
    """Roster order; the default."""

    type: ClassVar[Literal["index"]] = "index"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "index"


class AskOrderShuffled(Value):
    """By the debate's seed, anew each round and, when showing, for each seat."""

    type: ClassVar[Literal["shuffled"]] = "shuffled"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "shuffled"


class AskOrderExplicit(Value, kw_only=False):
    """As given.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: Orders
    type: ClassVar[Literal["explicit"]] = "explicit"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(Orders.from_dict(document))

    def to_dict(self) -> Json:
        return {"explicit": self.value.to_dict()}


AskOrder: TypeAlias = (
    AskOrderIndex
    | AskOrderShuffled
    | AskOrderExplicit
)
"""An order of seats."""

_ASK_ORDER: Mapping[str, Read[AskOrder]] = {
    "index": AskOrderIndex.from_dict,
    "shuffled": AskOrderShuffled.from_dict,
    "explicit": AskOrderExplicit.from_dict,
}


def ask_order_from_dict(document: Json) -> AskOrder:
    """Reads the form the core writes."""
    return worded("AskOrder", _ASK_ORDER, document)


class AskStep(Value):
    """One set of turns.

    Attributes:
        phase: What is asked for.
        round: The round, the current one or the next.
        asks: The turns.
        order: All at once or one after the other.
        join: When the step ends.
        min: Usable replies it needs; never more than there are asks.
    """

    __match_args__ = ("phase", "round", "asks", "order", "join", "min")
    phase: Phase
    round: int
    asks: list[Ask]
    order: Order
    join: Join
    min: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AskStep", document)
        m.only("phase", "round", "asks", "order", "join", "min")
        return cls(
            phase=m.required("phase", Phase.from_dict),
            round=m.required("round", integer),
            asks=m.required("asks", listed(Ask.from_dict)),
            order=m.required("order", Order.from_dict),
            join=m.required("join", join_from_dict),
            min=m.required("min", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["phase"] = str(self.phase)
        out["round"] = self.round
        out["asks"] = [item.to_dict() for item in self.asks]
        out["order"] = str(self.order)
        out["join"] = self.join.to_dict()
        out["min"] = self.min
        return out


class AttemptOutcome(Word):
    """How an attempt ended.

    Attributes:
        OK: With a reply.
        FAILED: With an error.
        CANCELLED: It was cancelled or dropped.
    """

    OK = "ok"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AuthorAgent(Value, kw_only=False):
    """A participant.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: str
    type: ClassVar[Literal["agent"]] = "agent"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(text(document))

    def to_dict(self) -> Json:
        return {"agent": self.value}


class AuthorHuman(Value, kw_only=False):
    """A person who is not a participant.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: str
    type: ClassVar[Literal["human"]] = "human"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(text(document))

    def to_dict(self) -> Json:
        return {"human": self.value}


class AuthorModerator(Value):
    """The library, speaking for the protocol."""

    type: ClassVar[Literal["moderator"]] = "moderator"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "moderator"


Author: TypeAlias = (
    AuthorAgent
    | AuthorHuman
    | AuthorModerator
)
"""Who said something."""

_AUTHOR: Mapping[str, Read[Author]] = {
    "agent": AuthorAgent.from_dict,
    "human": AuthorHuman.from_dict,
    "moderator": AuthorModerator.from_dict,
}


def author_from_dict(document: Json) -> Author:
    """Reads the form the core writes."""
    return worded("Author", _AUTHOR, document)


class BackupFacts(Value):
    """What is known of a backup.

    Attributes:
        id: Its id.
        parent: The one it goes on from.
        ended_at: When it ended.
        verified: Whether it was read back.
    """

    __match_args__ = ("id", "parent", "ended_at", "verified")
    id: str
    parent: str | None
    ended_at: datetime
    verified: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BackupFacts", document)
        return cls(
            id=m.required("id", text),
            parent=m.required("parent", nullable(text)),
            ended_at=m.required("ended_at", instant_ms),
            verified=m.required("verified", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["parent"] = self.parent
        out["ended_at"] = to_unix_millis(self.ended_at)
        out["verified"] = self.verified
        return out


class BackupVerifyReport(Value):
    """What reading a backup back showed. Damage is an error and not in here.

    Attributes:
        backup: The backup.
        chain: Its chain, the full backup first.
        tables: Rows of the restored copy by table.
        checks: Names of the checks that held in the copy.
        verified_at: When this was.
    """

    __match_args__ = ("backup", "chain", "tables", "checks", "verified_at")
    backup: str
    chain: list[str]
    tables: dict[str, TableCount]
    checks: list[str]
    verified_at: datetime

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BackupVerifyReport", document)
        return cls(
            backup=m.required("backup", text),
            chain=m.required("chain", listed(text)),
            tables=m.required("tables", mapped(TableCount.from_dict)),
            checks=m.required("checks", listed(text)),
            verified_at=m.required("verified_at", instant_ms),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["backup"] = self.backup
        out["chain"] = [*self.chain]
        out["tables"] = {key: item.to_dict() for key, item in self.tables.items()}
        out["checks"] = [*self.checks]
        out["verified_at"] = to_unix_millis(self.verified_at)
        return out


class BallotChoice(Value, kw_only=False):
    """One option.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: str
    type: ClassVar[Literal["choice"]] = "choice"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(text(document))

    def to_dict(self) -> Json:
        return {"choice": self.value}


class BallotRanking(Value, kw_only=False):
    """Options best first; an inner list holds options tied with each other. Unlisted options tie for last.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: list[list[str]]
    type: ClassVar[Literal["ranking"]] = "ranking"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(listed(listed(text))(document))

    def to_dict(self) -> Json:
        return {"ranking": [[*item] for item in self.value]}


class BallotApproval(Value, kw_only=False):
    """The approved options; empty approves nobody and is not an abstention.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: list[str]
    type: ClassVar[Literal["approval"]] = "approval"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(listed(text)(document))

    def to_dict(self) -> Json:
        return {"approval": [*self.value]}


class BallotScores(Value, kw_only=False):
    """A score per option.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: dict[str, int]
    type: ClassVar[Literal["scores"]] = "scores"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(mapped(integer)(document))

    def to_dict(self) -> Json:
        return {"scores": {**self.value}}


class BallotPoints(Value, kw_only=False):
    """Points per option.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: dict[str, int]
    type: ClassVar[Literal["points"]] = "points"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(mapped(integer)(document))

    def to_dict(self) -> Json:
        return {"points": {**self.value}}


class BallotAbstain(Value):
    """The voter takes part in the quorum and chooses nothing.

    Attributes:
        reason: The stated reason, possibly empty.
    """

    __match_args__ = ("reason",)
    reason: str
    type: ClassVar[Literal["abstain"]] = "abstain"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BallotAbstain", document)
        return cls(
            reason=m.required("reason", text),
        )

    def to_dict(self) -> Json:
        members: dict[str, Json] = {}
        members["reason"] = self.reason
        return {"abstain": members}


class BallotInvalid(Value):
    """Not a ballot; counted nowhere.

    Attributes:
        raw: The text that was read, cut at 1,000 characters.
        why: Why it is none.
    """

    __match_args__ = ("raw", "why")
    raw: str
    why: InvalidWhy
    type: ClassVar[Literal["invalid"]] = "invalid"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BallotInvalid", document)
        return cls(
            raw=m.required("raw", text),
            why=m.required("why", InvalidWhy.from_dict),
        )

    def to_dict(self) -> Json:
        members: dict[str, Json] = {}
        members["raw"] = self.raw
        members["why"] = str(self.why)
        return {"invalid": members}


Ballot: TypeAlias = (
    BallotChoice
    | BallotRanking
    | BallotApproval
    | BallotScores
    | BallotPoints
    | BallotAbstain
    | BallotInvalid
)
"""What one voter said. Nothing unparsable, refused, failed or late is ever a choice."""

_BALLOT: Mapping[str, Read[Ballot]] = {
    "choice": BallotChoice.from_dict,
    "ranking": BallotRanking.from_dict,
    "approval": BallotApproval.from_dict,
    "scores": BallotScores.from_dict,
    "points": BallotPoints.from_dict,
    "abstain": BallotAbstain.from_dict,
    "invalid": BallotInvalid.from_dict,
}


def ballot_from_dict(document: Json) -> Ballot:
    """Reads the form the core writes."""
    return worded("Ballot", _BALLOT, document)


class BallotKindChoice(Value):
    """One option."""

    type: ClassVar[Literal["choice"]] = "choice"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "choice"


class BallotKindRanking(Value):
    """An order of the options."""

    type: ClassVar[Literal["ranking"]] = "ranking"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "ranking"


class BallotKindApproval(Value):
    """A set of options."""

    type: ClassVar[Literal["approval"]] = "approval"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "approval"


class BallotKindScores(Value):
    """A number per option inside this range.

    Attributes:
        lo: Lowest allowed score. In millionths.
        hi: Highest allowed score. In millionths.
    """

    __match_args__ = ("lo", "hi")
    lo: int
    hi: int
    type: ClassVar[Literal["scores"]] = "scores"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BallotKindScores", document)
        return cls(
            lo=m.required("lo", integer),
            hi=m.required("hi", integer),
        )

    def to_dict(self) -> Json:
        members: dict[str, Json] = {}
        members["lo"] = self.lo
        members["hi"] = self.hi
        return {"scores": members}


class BallotKindPoints(Value):
    """Whole points per option.

    Attributes:
        total: The most points together, default 10.
    """

    __match_args__ = ("total",)
    total: int
    type: ClassVar[Literal["points"]] = "points"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BallotKindPoints", document)
        return cls(
            total=m.required("total", integer),
        )

    def to_dict(self) -> Json:
        members: dict[str, Json] = {}
        members["total"] = self.total
        return {"points": members}


class BallotKindVerdict(Value):
    """A judge's verdict: an option or a tie, with probabilities."""

    type: ClassVar[Literal["verdict"]] = "verdict"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "verdict"


BallotKind: TypeAlias = (
    BallotKindChoice
    | BallotKindRanking
    | BallotKindApproval
    | BallotKindScores
    | BallotKindPoints
    | BallotKindVerdict
)
"""The kind of ballot a rule counts."""

_BALLOT_KIND: Mapping[str, Read[BallotKind]] = {
    "choice": BallotKindChoice.from_dict,
    "ranking": BallotKindRanking.from_dict,
    "approval": BallotKindApproval.from_dict,
    "scores": BallotKindScores.from_dict,
    "points": BallotKindPoints.from_dict,
    "verdict": BallotKindVerdict.from_dict,
}


def ballot_kind_from_dict(document: Json) -> BallotKind:
    """Reads the form the core writes."""
    return worded("BallotKind", _BALLOT_KIND, document)


class BallotShape(Value):
    """The ballot one voter is asked for.

    Attributes:
        kind: Which kind.
        labels: The labels on offer, in the order shown.
        may_abstain: Whether abstaining is offered.
        confidence: Whether a confidence is asked for.
        reason: Whether a reason is asked for.
    """

    __match_args__ = ("kind", "labels", "may_abstain", "confidence", "reason")
    kind: BallotKind
    labels: list[Label]
    may_abstain: bool
    confidence: bool
    reason: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BallotShape", document)
        m.only("kind", "labels", "may_abstain", "confidence", "reason")
        return cls(
            kind=m.required("kind", ballot_kind_from_dict),
            labels=m.required("labels", listed(Label.from_dict)),
            may_abstain=m.required("may_abstain", boolean),
            confidence=m.required("confidence", boolean),
            reason=m.required("reason", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["kind"] = self.kind.to_dict()
        out["labels"] = [item.to_dict() for item in self.labels]
        out["may_abstain"] = self.may_abstain
        out["confidence"] = self.confidence
        out["reason"] = self.reason
        return out


class Ballots(Word):
    """What counts as the votes.

    Attributes:
        CAST: The recorded ballots of the newest vote.
        POSITIONS: The newest positions.
        ROUND: The positions given in the current round. A seat that has not answered in it yet has no vote,
            whatever it said before.
    """

    CAST = "cast"
    POSITIONS = "positions"
    ROUND = "round"


class Basis(Word):
    """Whose weight is the whole of a share.

    Attributes:
        COUNTED: The weight of cast votes; the default.
        ELECTORATE: The weight of all eligible seats.
    """

    COUNTED = "counted"
    ELECTORATE = "electorate"


class BiasReport(Value):
    """Signs of bias in the voting. Lexical and positional figures, not proof.

    Attributes:
        chosen_by_position: How often each position shown was chosen.
        position_p: p of a chi-square test of those counts against equal chances; absent below 5 votes.
        self_votes: Votes for the own answer and nobody else's.
        winner_chars: Mean characters of the winner's texts.
        loser_chars: Mean characters of the other texts.
    """

    __match_args__ = ("chosen_by_position", "position_p", "self_votes", "winner_chars", "loser_chars")
    chosen_by_position: list[int]
    position_p: float | None = None
    self_votes: int
    winner_chars: float | None = None
    loser_chars: float | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BiasReport", document)
        return cls(
            chosen_by_position=m.required("chosen_by_position", listed(integer)),
            position_p=m.optional("position_p", number),
            self_votes=m.required("self_votes", integer),
            winner_chars=m.optional("winner_chars", number),
            loser_chars=m.optional("loser_chars", number),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["chosen_by_position"] = [*self.chosen_by_position]
        if self.position_p is not None:
            out["position_p"] = self.position_p
        out["self_votes"] = self.self_votes
        if self.winner_chars is not None:
            out["winner_chars"] = self.winner_chars
        if self.loser_chars is not None:
            out["loser_chars"] = self.loser_chars
        return out


class BreakerSnapshot(Value):
    """The breaker of a target.

    Attributes:
        target: Provider and model.
        origin: Scheme, host and port; empty if it has none.
        state: Its state.
        failures: Failures in the window.
        threshold: Failures that open it.
        window: The window, in milliseconds.
        openings: How often it has opened.
        opened_at: When it opened, unless it is closed.
        opened_by: Code of the failure that opened it, unless it is closed.
        retry_after: Time until a probe is let through, in milliseconds; 0 unless it is open.
    """

    __match_args__ = (
        "target", "origin", "state", "failures", "threshold", "window", "openings", "opened_at", "opened_by",
        "retry_after",
    )
    target: str
    origin: str
    state: BreakerState
    failures: int
    threshold: int
    window: timedelta
    openings: int
    opened_at: datetime | None = None
    opened_by: str | None = None
    retry_after: timedelta

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BreakerSnapshot", document)
        return cls(
            target=m.required("target", text),
            origin=m.required("origin", text),
            state=m.required("state", BreakerState.from_dict),
            failures=m.required("failures", integer),
            threshold=m.required("threshold", integer),
            window=m.required("window_ms", duration),
            openings=m.required("openings", integer),
            opened_at=m.optional("opened_at", instant_ms),
            opened_by=m.optional("opened_by", text),
            retry_after=m.required("retry_after_ms", duration),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["target"] = self.target
        out["origin"] = self.origin
        out["state"] = str(self.state)
        out["failures"] = self.failures
        out["threshold"] = self.threshold
        out["window_ms"] = to_millis(self.window)
        out["openings"] = self.openings
        if self.opened_at is not None:
            out["opened_at"] = to_unix_millis(self.opened_at)
        if self.opened_by is not None:
            out["opened_by"] = self.opened_by
        out["retry_after_ms"] = to_millis(self.retry_after)
        return out


class BreakerState(Word):
    """What a circuit breaker lets through. The numbers are those of the gauge `aragora_circuit_breaker_state`.

    Attributes:
        CLOSED: Everything.
        HALF_OPEN: One probe.
        OPEN: Nothing.
    """

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


class Budget(Value):
    """A budget of an instance, as its host describes it.

    What a call may cost at most is set aside before it is sent. A call that would pass the limit fails with
    `budget_exceeded`, and nothing is sent.

    Attributes:
        scope: What is counted together.
        limit_micros: The most that may be spent, in micro-dollars.
        unpriced: What becomes of a call whose model has no price, default `refuse`.
        name: Its name in errors and alerts, and in the store: a budget that keeps its name keeps what was spent.
            Default by the scope, e.g. `tenant/day`.
    """

    __match_args__ = ("scope", "limit_micros", "unpriced", "name")
    scope: BudgetScope
    limit_micros: int
    unpriced: Unpriced | None = None
    name: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Budget", document)
        m.only("scope", "limit_micros", "unpriced", "name")
        return cls(
            scope=m.required("scope", budget_scope_from_dict),
            limit_micros=m.required("limit_micros", integer),
            unpriced=m.optional("unpriced", unpriced_from_dict),
            name=m.optional("name", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["scope"] = self.scope.to_dict()
        out["limit_micros"] = self.limit_micros
        if self.unpriced is not None:
            out["unpriced"] = self.unpriced.to_dict()
        if self.name is not None:
            out["name"] = self.name
        return out


class BudgetScopeCall(Value):
    """Nothing: every call by itself."""

    type: ClassVar[Literal["call"]] = "call"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "call"


class BudgetScopeDebate(Value):
    """The calls of a debate, each debate by itself. What it spent before it was resumed counts."""

    type: ClassVar[Literal["debate"]] = "debate"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "debate"


class BudgetScopeTenant(Value):
    """The calls of an organisation in every period of the calendar; kept in the store, and shared by all processes
    that use it.

    Attributes:
        period: How long until it begins anew.
        tenant: Whose; absent: every organisation has one of its own.
    """

    __match_args__ = ("period", "tenant")
    period: Period
    tenant: str | None = None
    type: ClassVar[Literal["tenant"]] = "tenant"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BudgetScopeTenant", document)
        return cls(
            period=m.required("period", Period.from_dict),
            tenant=m.optional("tenant", text),
        )

    def to_dict(self) -> Json:
        members: dict[str, Json] = {}
        members["period"] = str(self.period)
        if self.tenant is not None:
            members["tenant"] = self.tenant
        return {"tenant": members}


BudgetScope: TypeAlias = (
    BudgetScopeCall
    | BudgetScopeDebate
    | BudgetScopeTenant
)
"""What a budget counts together."""

_BUDGET_SCOPE: Mapping[str, Read[BudgetScope]] = {
    "call": BudgetScopeCall.from_dict,
    "debate": BudgetScopeDebate.from_dict,
    "tenant": BudgetScopeTenant.from_dict,
}


def budget_scope_from_dict(document: Json) -> BudgetScope:
    """Reads the form the core writes."""
    return worded("BudgetScope", _BUDGET_SCOPE, document)


class BudgetUsage(Value):
    """How a budget of an organisation stands in its current period.

    Attributes:
        name: Its name, e.g. `tenant/day`.
        spent_micros: Settled, in micro-dollars.
        reserved_micros: Set aside for calls under way, in micro-dollars.
        limit_micros: The limit, in micro-dollars.
    """

    __match_args__ = ("name", "spent_micros", "reserved_micros", "limit_micros")
    name: str
    spent_micros: int
    reserved_micros: int
    limit_micros: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BudgetUsage", document)
        return cls(
            name=m.required("name", text),
            spent_micros=m.required("spent_micros", integer),
            reserved_micros=m.required("reserved_micros", integer),
            limit_micros=m.required("limit_micros", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["name"] = self.name
        out["spent_micros"] = self.spent_micros
        out["reserved_micros"] = self.reserved_micros
        out["limit_micros"] = self.limit_micros
        return out


class Calls(Value):
    """Calls made and saved.

    Attributes:
        made: Turns that were asked.
        failed: Of these, failed.
        hedged: Extra attempts by hedging.
        planned: The protocol's maximum.
        saved: planned - made.
    """

    __match_args__ = ("made", "failed", "hedged", "planned", "saved")
    made: int
    failed: int
    hedged: int
    planned: int
    saved: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Calls", document)
        return cls(
            made=m.required("made", integer),
            failed=m.required("failed", integer),
            hedged=m.required("hedged", integer),
            planned=m.required("planned", integer),
            saved=m.required("saved", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["made"] = self.made
        out["failed"] = self.failed
        out["hedged"] = self.hedged
        out["planned"] = self.planned
        out["saved"] = self.saved
        return out


class CastVote(Value):
    """One eligible seat's vote as a rule sees it.

    Attributes:
        voter: Who voted.
        status: What became of the vote; rules count `cast` only.
        ballot: The ballot, also when it is an abstention or invalid. Absent if there was no reply.
        confidence: Stated confidence, 0..=1.
        self_vote: Whether the choice is the voter's own answer and nobody else's.
        arrival: Order of arrival in the debate.
        user_intensity: Intensity 1..=10 of a host user's vote; such a voter is no seat, never counts towards the
            quorum, and weighs .5 times 1 -> .5, 5 -> 1, 10 -> 2, linear between.
    """

    __match_args__ = ("voter", "status", "ballot", "confidence", "self_vote", "arrival", "user_intensity")
    voter: str
    status: VoteStatus
    ballot: Ballot | None = None
    confidence: float | None = None
    self_vote: bool | None = None
    arrival: int | None = None
    user_intensity: int | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("CastVote", document)
        m.only("voter", "status", "ballot", "confidence", "self_vote", "arrival", "user_intensity")
        return cls(
            voter=m.required("voter", text),
            status=m.required("status", VoteStatus.from_dict),
            ballot=m.optional("ballot", ballot_from_dict),
            confidence=m.optional("confidence", number),
            self_vote=m.optional("self_vote", boolean),
            arrival=m.optional("arrival", integer),
            user_intensity=m.optional("user_intensity", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["voter"] = self.voter
        out["status"] = str(self.status)
        if self.ballot is not None:
            out["ballot"] = self.ballot.to_dict()
        if self.confidence is not None:
            out["confidence"] = self.confidence
        if self.self_vote is not None:
            out["self_vote"] = self.self_vote
        if self.arrival is not None:
            out["arrival"] = self.arrival
        if self.user_intensity is not None:
            out["user_intensity"] = self.user_intensity
        return out


class CheckScope(Word):
    """When a rule counted.

    Attributes:
        GATE: After the independent first answers.
        REPLY: After one reply.
        ROUND: At the end of a round.
        FINAL: For the decision.
    """

    GATE = "gate"
    REPLY = "reply"
    ROUND = "round"
    FINAL = "final"


class Checkpoint(Value):
    """What to count after a step.

    Attributes:
        scope: When it is: a gate, one reply, or the end of a round.
        ballots: What counts as the votes.
        seats: The electorate, where it is not every eligible seat.
        rule: The rule to check; absent means the debate's `stop_when` (or the gate's own rule).
    """

    __match_args__ = ("scope", "ballots", "seats", "rule")
    scope: CheckScope
    ballots: Ballots
    seats: list[str] | None = None
    rule: RuleConfig | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Checkpoint", document)
        m.only("scope", "ballots", "seats", "rule")
        return cls(
            scope=m.required("scope", CheckScope.from_dict),
            ballots=m.required("ballots", Ballots.from_dict),
            seats=m.optional("seats", listed(text)),
            rule=m.optional("rule", RuleConfig.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["scope"] = str(self.scope)
        out["ballots"] = str(self.ballots)
        if self.seats is not None:
            out["seats"] = [*self.seats]
        if self.rule is not None:
            out["rule"] = self.rule.to_dict()
        return out


class Condition(Value):
    """Something open.

    Attributes:
        kind: Why.
        seat: Whom it concerns.
        detail: What is open.
    """

    __match_args__ = ("kind", "seat", "detail")
    kind: ConditionKind
    seat: str | None = None
    detail: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Condition", document)
        return cls(
            kind=m.required("kind", ConditionKind.from_dict),
            seat=m.optional("seat", text),
            detail=m.required("detail", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["kind"] = str(self.kind)
        if self.seat is not None:
            out["seat"] = self.seat
        out["detail"] = self.detail
        return out


class ConditionKind(Word):
    """Why a verdict carries a condition.

    Attributes:
        DISSENT: Somebody dissents.
        UNRESOLVED_INTERVENTION: A challenge was not met.
        SEVERE_CRITIQUE: A severe critique of the winner was followed by no revision.
        JUDGE_INCONSISTENT: A judge decided differently in the other order.
    """

    DISSENT = "dissent"
    UNRESOLVED_INTERVENTION = "unresolved_intervention"
    SEVERE_CRITIQUE = "severe_critique"
    JUDGE_INCONSISTENT = "judge_inconsistent"


class Confidence(Value):
    """How sure, and how that was found.

    Attributes:
        value: 0..=1; 0 with method `none` when nothing was decided.
        method: `support_share`, `mean_supporter`, `calibrated`, `judge_probability` or `none`.
        inputs: The numbers it was computed from.
    """

    __match_args__ = ("value", "method", "inputs")
    value: float
    method: str
    inputs: dict[str, float]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Confidence", document)
        return cls(
            value=m.required("value", number),
            method=m.required("method", text),
            inputs=m.required("inputs", mapped(number)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["value"] = self.value
        out["method"] = self.method
        out["inputs"] = {**self.inputs}
        return out


class ConfidenceCurve(Word):
    """From stated confidence to weight.

    Attributes:
        RECONCILE: 1 -> 1; >= .9 -> .8; >= .8 -> .5; > .6 -> .3; else .1 (ReConcile, arXiv:2309.13007).
        LINEAR: The confidence itself.
    """

    RECONCILE = "reconcile"
    LINEAR = "linear"


class ConfidenceMethod(Word):
    """How confidence in the decision is found.

    Attributes:
        SUPPORT_SHARE: Winner weight over counted weight; the default.
        MEAN_SUPPORTER: Mean stated confidence of the supporters.
    """

    SUPPORT_SHARE = "support_share"
    MEAN_SUPPORTER = "mean_supporter"


class ContextPolicyLastRound(Value):
    """Everything before the last round."""

    type: ClassVar[Literal["last_round"]] = "last_round"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "last_round"}
        return out


class ContextPolicyWindow(Value):
    """Everything before the last rounds.

    Attributes:
        rounds: Rounds kept.
    """

    __match_args__ = ("rounds",)
    rounds: int
    type: ClassVar[Literal["window"]] = "window"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ContextPolicyWindow", document)
        m.only("rounds", "name")
        return cls(
            rounds=m.required("rounds", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "window"}
        out["rounds"] = self.rounds
        return out


class ContextPolicySummarise(Value):
    """What is left out is summarised by an extra recorded turn of this seat.

    Attributes:
        seat: Who summarises.
        max_tokens: How long the summary may be.
    """

    __match_args__ = ("seat", "max_tokens")
    seat: str
    max_tokens: int
    type: ClassVar[Literal["summarise"]] = "summarise"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ContextPolicySummarise", document)
        m.only("seat", "max_tokens", "name")
        return cls(
            seat=m.required("seat", text),
            max_tokens=m.required("max_tokens", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "summarise"}
        out["seat"] = self.seat
        out["max_tokens"] = self.max_tokens
        return out


ContextPolicy: TypeAlias = (
    ContextPolicyLastRound
    | ContextPolicyWindow
    | ContextPolicySummarise
)
"""What may be left out of a prompt that does not fit, in order of preference."""

_CONTEXT_POLICY: Mapping[str, Read[ContextPolicy]] = {
    "last_round": ContextPolicyLastRound.from_dict,
    "window": ContextPolicyWindow.from_dict,
    "summarise": ContextPolicySummarise.from_dict,
}


def context_policy_from_dict(document: Json) -> ContextPolicy:
    """Reads the form the core writes."""
    return tagged("ContextPolicy", "name", _CONTEXT_POLICY, document)


class ContextReduced(Value):
    """A prompt was shortened, visibly.

    Attributes:
        turn: The turn whose prompt it was.
        method: How.
        dropped: The messages left out.
        summary: What stands in their place.
    """

    __match_args__ = ("turn", "method", "dropped", "summary")
    turn: str
    method: str
    dropped: list[str]
    summary: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ContextReduced", document)
        m.only("turn", "method", "dropped", "summary")
        return cls(
            turn=m.required("turn", text),
            method=m.required("method", text),
            dropped=m.required("dropped", listed(text)),
            summary=m.optional("summary", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["turn"] = self.turn
        out["method"] = self.method
        out["dropped"] = [*self.dropped]
        if self.summary is not None:
            out["summary"] = self.summary
        return out


class Convergence(Value):
    """How close the seats are after a round.

    Attributes:
        round: The round.
        agreement: Mean similarity of the newest texts over pairs of seats. A signal; never consensus.
        stability: Lowest similarity of a seat's newest text to its previous one.
        position: Weight of the largest answer group over the weight of all positions.
    """

    __match_args__ = ("round", "agreement", "stability", "position")
    round: int
    agreement: float
    stability: float
    position: float

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Convergence", document)
        return cls(
            round=m.required("round", integer),
            agreement=m.required("agreement", number),
            stability=m.required("stability", number),
            position=m.required("position", number),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["round"] = self.round
        out["agreement"] = self.agreement
        out["stability"] = self.stability
        out["position"] = self.position
        return out


class CostSourceProvider(Value):
    """The provider said so."""

    type: ClassVar[Literal["provider"]] = "provider"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "provider"


class CostSourcePriceBook(Value, kw_only=False):
    """A price list of this version.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: str
    type: ClassVar[Literal["price_book"]] = "price_book"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(text(document))

    def to_dict(self) -> Json:
        return {"price_book": self.value}


class CostSourceEstimate(Value):
    """Estimated from sizes."""

    type: ClassVar[Literal["estimate"]] = "estimate"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "estimate"


class CostSourceFree(Value):
    """It costs nothing."""

    type: ClassVar[Literal["free"]] = "free"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "free"


class CostSourceUnknown(Value):
    """Nobody knows; the cost is absent, not zero."""

    type: ClassVar[Literal["unknown"]] = "unknown"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "unknown"


CostSource: TypeAlias = (
    CostSourceProvider
    | CostSourcePriceBook
    | CostSourceEstimate
    | CostSourceFree
    | CostSourceUnknown
)
"""Where a cost comes from."""

_COST_SOURCE: Mapping[str, Read[CostSource]] = {
    "provider": CostSourceProvider.from_dict,
    "price_book": CostSourcePriceBook.from_dict,
    "estimate": CostSourceEstimate.from_dict,
    "free": CostSourceFree.from_dict,
    "unknown": CostSourceUnknown.from_dict,
}


def cost_source_from_dict(document: Json) -> CostSource:
    """Reads the form the core writes."""
    return worded("CostSource", _COST_SOURCE, document)


class CredentialsDocument(Value):
    """A function of the host that gives the header fields which authenticate a request.

    Attributes:
        participant: Its number.
    """

    __match_args__ = ("participant",)
    participant: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("CredentialsDocument", document)
        m.only("participant")
        return cls(
            participant=m.required("participant", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["participant"] = self.participant
        return out


class Critique(Value):
    """Independent answers, then rounds of critique, revision and vote. The default protocol.

    Planned calls: n + 3nR; `pairwise`: n + R(n(n - 1) + 2n); one more with a synthesis.

    Attributes:
        pairwise: One critique call per target instead of one per critic.
        synthesis: A seat that may merge the winner's members in one more call; it is shown the dissent.
    """

    __match_args__ = ("pairwise", "synthesis")
    pairwise: bool | None = None
    synthesis: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Critique", document)
        m.only("pairwise", "synthesis")
        return cls(
            pairwise=m.optional("pairwise", boolean),
            synthesis=m.optional("synthesis", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.pairwise is not None:
            out["pairwise"] = self.pairwise
        if self.synthesis is not None:
            out["synthesis"] = self.synthesis
        return out


class Crux(Value):
    """A claim the disagreement hangs on.

    Attributes:
        id: The claim's id.
        statement: The claim.
        score: 0..=1.
        contesters: Who contests it.
        supporters: Who supports it.
        strategy: What would settle it.
    """

    __match_args__ = ("id", "statement", "score", "contesters", "supporters", "strategy")
    id: str
    statement: str
    score: float
    contesters: list[str]
    supporters: list[str]
    strategy: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Crux", document)
        return cls(
            id=m.required("id", text),
            statement=m.required("statement", text),
            score=m.required("score", number),
            contesters=m.required("contesters", listed(text)),
            supporters=m.required("supporters", listed(text)),
            strategy=m.required("strategy", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["statement"] = self.statement
        out["score"] = self.score
        out["contesters"] = [*self.contesters]
        out["supporters"] = [*self.supporters]
        out["strategy"] = self.strategy
        return out


class DebateOptions(Value):
    """How a debate is run. Every field has the documented default; as a document, unknown fields are refused.

    Attributes:
        min_rounds: The first round in which early stops may end the debate, default 1.
        stop_when: The rule that ends the debate early once the deciding rule decides too; default supermajority
            2/3.
        gate: Stop after independent first answers that agree, default unanimous.
        join: When parallel steps end, default all.
        bench_after: Failed turns in a row after which a seat is asked no more, default 2.
        step_min: Usable replies a step needs, default 2 (all if fewer are asked).
        topology: Who sees whom, default everybody.
        identity: Whether participants appear by name, default anonymous.
        relabel: Whether each voter gets labels of its own, default off.
        context_policy: What to do with a prompt that does not fit, default nothing.
        warm_first: Start one seat per model and wait for its first token, default off.
        roles: Cognitive roles, default off.
        stances: Stances, default off.
        agreement: 0..=100 adds one sentence about how far to seek agreement, default none.
        stalemate: Whether a stop by repetition without agreement is on, default on.
        stability: Whether the stability test is on, default off.
        readiness: Whether the readiness stop is on, default off.
        stale: Whether a failed seat's earlier answer still counts as its position, default drop.
        judges_may_debate: Whether a seat may judge and debate, default no.
        confidence: How confidence in the decision is found.
        templates: Templates that replace the library's own, by name.
    """

    __match_args__ = (
        "min_rounds", "stop_when", "gate", "join", "bench_after", "step_min", "topology", "identity", "relabel",
        "context_policy", "warm_first", "roles", "stances", "agreement", "stalemate", "stability", "readiness",
        "stale", "judges_may_debate", "confidence", "templates",
    )
    min_rounds: int | None = None
    stop_when: RuleConfig | None | Default = DEFAULT
    gate: GatePolicy | None = None
    join: Join | None = None
    bench_after: int | None = None
    step_min: int | None = None
    topology: Topology | None = None
    identity: Identity | None = None
    relabel: Relabel | None = None
    context_policy: list[ContextPolicy] | None = None
    warm_first: bool | None = None
    roles: RolePolicy | None = None
    stances: StancePolicy | None = None
    agreement: int | None = None
    stalemate: bool | None = None
    stability: bool | None = None
    readiness: bool | None = None
    stale: StalePolicy | None = None
    judges_may_debate: bool | None = None
    confidence: ConfidenceMethod | None = None
    templates: dict[str, str] | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DebateOptions", document)
        m.only(
            "min_rounds", "stop_when", "gate", "join", "bench_after", "step_min", "topology", "identity", "relabel",
            "context_policy", "warm_first", "roles", "stances", "agreement", "stalemate", "stability", "readiness",
            "stale", "judges_may_debate", "confidence", "templates",
        )
        return cls(
            min_rounds=m.optional("min_rounds", integer),
            stop_when=m.unless_default("stop_when", nullable(RuleConfig.from_dict)),
            gate=m.optional("gate", gate_policy_from_dict),
            join=m.optional("join", join_from_dict),
            bench_after=m.optional("bench_after", integer),
            step_min=m.optional("step_min", integer),
            topology=m.optional("topology", topology_from_dict),
            identity=m.optional("identity", Identity.from_dict),
            relabel=m.optional("relabel", Relabel.from_dict),
            context_policy=m.optional("context_policy", listed(context_policy_from_dict)),
            warm_first=m.optional("warm_first", boolean),
            roles=m.optional("roles", RolePolicy.from_dict),
            stances=m.optional("stances", StancePolicy.from_dict),
            agreement=m.optional("agreement", integer),
            stalemate=m.optional("stalemate", boolean),
            stability=m.optional("stability", boolean),
            readiness=m.optional("readiness", boolean),
            stale=m.optional("stale", StalePolicy.from_dict),
            judges_may_debate=m.optional("judges_may_debate", boolean),
            confidence=m.optional("confidence", ConfidenceMethod.from_dict),
            templates=m.optional("templates", mapped(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.min_rounds is not None:
            out["min_rounds"] = self.min_rounds
        if not isinstance(self.stop_when, Default):
            out["stop_when"] = None if self.stop_when is None else self.stop_when.to_dict()
        if self.gate is not None:
            out["gate"] = self.gate.to_dict()
        if self.join is not None:
            out["join"] = self.join.to_dict()
        if self.bench_after is not None:
            out["bench_after"] = self.bench_after
        if self.step_min is not None:
            out["step_min"] = self.step_min
        if self.topology is not None:
            out["topology"] = self.topology.to_dict()
        if self.identity is not None:
            out["identity"] = str(self.identity)
        if self.relabel is not None:
            out["relabel"] = str(self.relabel)
        if self.context_policy is not None:
            out["context_policy"] = [item.to_dict() for item in self.context_policy]
        if self.warm_first is not None:
            out["warm_first"] = self.warm_first
        if self.roles is not None:
            out["roles"] = str(self.roles)
        if self.stances is not None:
            out["stances"] = str(self.stances)
        if self.agreement is not None:
            out["agreement"] = self.agreement
        if self.stalemate is not None:
            out["stalemate"] = self.stalemate
        if self.stability is not None:
            out["stability"] = self.stability
        if self.readiness is not None:
            out["readiness"] = self.readiness
        if self.stale is not None:
            out["stale"] = str(self.stale)
        if self.judges_may_debate is not None:
            out["judges_may_debate"] = self.judges_may_debate
        if self.confidence is not None:
            out["confidence"] = str(self.confidence)
        if self.templates is not None:
            out["templates"] = {**self.templates}
        return out


class DebatePage(Value):
    """One page of a list, in order of the debates' ids, which is the order of their beginnings for ids made here.

    Attributes:
        items: The debates.
        next: Where to go on; absent exactly when nothing follows.
    """

    __match_args__ = ("items", "next")
    items: list[DebateSummary]
    next: str | None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DebatePage", document)
        return cls(
            items=m.required("items", listed(DebateSummary.from_dict)),
            next=m.required("next", nullable(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["items"] = [item.to_dict() for item in self.items]
        out["next"] = self.next
        return out


class DebateState(Word):
    """Where a stored debate stands.

    Attributes:
        RUNNING: It has not ended. It may run here, run elsewhere, or wait to be resumed.
        FINISHED: It ended with a decision.
        FAILED: It ended without any usable reply, or by a broken protocol.
        CANCELLED: It was cancelled.
    """

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DebateSummary(Value):
    """What a list shows of a debate; one row per debate, written with every append.

    Attributes:
        debate: The debate.
        state: Where it stands.
        next_seq: The seq the next record will have.
        started_at: When it began.
        updated_at: When the newest record was written.
        protocol: The protocol.
        question: The first 200 characters of the question.
        tags: Words of the host.
        parent: Where it was forked from.
        stop: Why it ended.
        outcome: What was found.
        verdict: The verdict.
        rounds: Rounds begun.
        calls: Turns asked.
        micros: Known cost in micro-dollars.
    """

    __match_args__ = (
        "debate", "state", "next_seq", "started_at", "updated_at", "protocol", "question", "tags", "parent", "stop",
        "outcome", "verdict", "rounds", "calls", "micros",
    )
    debate: str
    state: DebateState
    next_seq: int
    started_at: datetime
    updated_at: datetime
    protocol: str
    question: str
    tags: list[str] | None = None
    parent: Parent | None = None
    stop: StopCause | None = None
    outcome: Outcome | None = None
    verdict: Verdict | None = None
    rounds: int
    calls: int
    micros: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DebateSummary", document)
        return cls(
            debate=m.required("debate", text),
            state=m.required("state", DebateState.from_dict),
            next_seq=m.required("next_seq", integer),
            started_at=m.required("started_at", instant_ms),
            updated_at=m.required("updated_at", instant_ms),
            protocol=m.required("protocol", text),
            question=m.required("question", text),
            tags=m.optional("tags", listed(text)),
            parent=m.optional("parent", Parent.from_dict),
            stop=m.optional("stop", StopCause.from_dict),
            outcome=m.optional("outcome", outcome_from_dict),
            verdict=m.optional("verdict", Verdict.from_dict),
            rounds=m.required("rounds", integer),
            calls=m.required("calls", integer),
            micros=m.required("micros", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["debate"] = self.debate
        out["state"] = str(self.state)
        out["next_seq"] = self.next_seq
        out["started_at"] = to_unix_millis(self.started_at)
        out["updated_at"] = to_unix_millis(self.updated_at)
        out["protocol"] = self.protocol
        out["question"] = self.question
        if self.tags is not None:
            out["tags"] = [*self.tags]
        if self.parent is not None:
            out["parent"] = self.parent.to_dict()
        if self.stop is not None:
            out["stop"] = str(self.stop)
        if self.outcome is not None:
            out["outcome"] = self.outcome.to_dict()
        if self.verdict is not None:
            out["verdict"] = str(self.verdict)
        out["rounds"] = self.rounds
        out["calls"] = self.calls
        out["micros"] = self.micros
        return out


class Decision(Value):
    """The answer of a debate, who stands behind it, who dissents and why, and what it cost.

    Attributes:
        schema: The version of this document, `DECISION_SCHEMA`.
        debate: The debate.
        answer: The answer; there iff the outcome is `Decided` (or `NotSought` with one group).
        leading: The front runner of an undecided debate. Never a decision.
        outcome: What the rule found.
        stop: Why the debate ended; exactly one cause.
        verdict: Outcome, share and confidence in one word.
        gate: PASS, CONDITIONAL or FAIL.
        partial: Whether a limit ended it before the protocol did.
        rule: The rule that was used.
        tally: What was counted.
        votes: Every eligible seat's vote, in roster order.
        supporters: Voters of the winner. With the next five lists a partition of the eligible seats.
        dissenters: Every other cast vote.
        abstained: Explicit abstentions.
        invalid: Replies that are no ballot.
        failed: Failed or late turns.
        not_asked: Never asked, or cancelled before they answered.
        dissent: Every minority view, named.
        confidence: How sure, and by which method.
        conditions: What is open.
        vote_only: What a plain vote over the first answers would have decided.
        cruxes: The claims the disagreement hangs on.
        convergence: Convergence per round.
        interventions: Challenges and guidance that were given.
        contribution: Each seat's share in the result, where the protocol measures it.
        bias: Signs of bias in the voting.
        diversity: How different the voters are.
        report: A protocol's own report.
        usage: Tokens and money.
        calls: Calls made and saved.
        rounds_used: Rounds played.
    """

    __match_args__ = (
        "schema", "debate", "answer", "leading", "outcome", "stop", "verdict", "gate", "partial", "rule", "tally",
        "votes", "supporters", "dissenters", "abstained", "invalid", "failed", "not_asked", "dissent", "confidence",
        "conditions", "vote_only", "cruxes", "convergence", "interventions", "contribution", "bias", "diversity",
        "report", "usage", "calls", "rounds_used",
    )
    schema: int
    debate: str
    answer: Answer | None
    leading: Answer | None
    outcome: Outcome
    stop: Stop
    verdict: Verdict
    gate: Gate
    partial: bool
    rule: RuleUsed
    tally: Tally
    votes: list[VoteRecord]
    supporters: list[str]
    dissenters: list[str]
    abstained: list[str]
    invalid: list[str]
    failed: list[str]
    not_asked: list[str]
    dissent: list[Dissent]
    confidence: Confidence
    conditions: list[Condition]
    vote_only: VoteOnly
    cruxes: list[Crux]
    convergence: list[Convergence]
    interventions: list[Intervention]
    contribution: dict[str, float]
    bias: BiasReport
    diversity: Diversity
    report: Report | None
    usage: DecisionUsage
    calls: Calls
    rounds_used: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Decision", document)
        return cls(
            schema=m.required("schema", integer),
            debate=m.required("debate", text),
            answer=m.required("answer", nullable(Answer.from_dict)),
            leading=m.required("leading", nullable(Answer.from_dict)),
            outcome=m.required("outcome", outcome_from_dict),
            stop=m.required("stop", Stop.from_dict),
            verdict=m.required("verdict", Verdict.from_dict),
            gate=m.required("gate", Gate.from_dict),
            partial=m.required("partial", boolean),
            rule=m.required("rule", RuleUsed.from_dict),
            tally=m.required("tally", Tally.from_dict),
            votes=m.required("votes", listed(VoteRecord.from_dict)),
            supporters=m.required("supporters", listed(text)),
            dissenters=m.required("dissenters", listed(text)),
            abstained=m.required("abstained", listed(text)),
            invalid=m.required("invalid", listed(text)),
            failed=m.required("failed", listed(text)),
            not_asked=m.required("not_asked", listed(text)),
            dissent=m.required("dissent", listed(Dissent.from_dict)),
            confidence=m.required("confidence", Confidence.from_dict),
            conditions=m.required("conditions", listed(Condition.from_dict)),
            vote_only=m.required("vote_only", VoteOnly.from_dict),
            cruxes=m.required("cruxes", listed(Crux.from_dict)),
            convergence=m.required("convergence", listed(Convergence.from_dict)),
            interventions=m.required("interventions", listed(Intervention.from_dict)),
            contribution=m.required("contribution", mapped(number)),
            bias=m.required("bias", BiasReport.from_dict),
            diversity=m.required("diversity", Diversity.from_dict),
            report=m.required("report", nullable(Report.from_dict)),
            usage=m.required("usage", DecisionUsage.from_dict),
            calls=m.required("calls", Calls.from_dict),
            rounds_used=m.required("rounds_used", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["schema"] = self.schema
        out["debate"] = self.debate
        out["answer"] = None if self.answer is None else self.answer.to_dict()
        out["leading"] = None if self.leading is None else self.leading.to_dict()
        out["outcome"] = self.outcome.to_dict()
        out["stop"] = self.stop.to_dict()
        out["verdict"] = str(self.verdict)
        out["gate"] = str(self.gate)
        out["partial"] = self.partial
        out["rule"] = self.rule.to_dict()
        out["tally"] = self.tally.to_dict()
        out["votes"] = [item.to_dict() for item in self.votes]
        out["supporters"] = [*self.supporters]
        out["dissenters"] = [*self.dissenters]
        out["abstained"] = [*self.abstained]
        out["invalid"] = [*self.invalid]
        out["failed"] = [*self.failed]
        out["not_asked"] = [*self.not_asked]
        out["dissent"] = [item.to_dict() for item in self.dissent]
        out["confidence"] = self.confidence.to_dict()
        out["conditions"] = [item.to_dict() for item in self.conditions]
        out["vote_only"] = self.vote_only.to_dict()
        out["cruxes"] = [item.to_dict() for item in self.cruxes]
        out["convergence"] = [item.to_dict() for item in self.convergence]
        out["interventions"] = [item.to_dict() for item in self.interventions]
        out["contribution"] = {**self.contribution}
        out["bias"] = self.bias.to_dict()
        out["diversity"] = self.diversity.to_dict()
        out["report"] = None if self.report is None else self.report.to_dict()
        out["usage"] = self.usage.to_dict()
        out["calls"] = self.calls.to_dict()
        out["rounds_used"] = self.rounds_used
        return out


class DecisionUsage(Value):
    """Tokens and money of a debate.

    Attributes:
        total: All calls together, failed attempts and lost hedges included.
        by_seat: By seat.
        inherited: What a fork took over from its parent; not part of the total.
    """

    __match_args__ = ("total", "by_seat", "inherited")
    total: UsageTotals
    by_seat: dict[str, UsageTotals]
    inherited: UsageTotals | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DecisionUsage", document)
        return cls(
            total=m.required("total", UsageTotals.from_dict),
            by_seat=m.required("by_seat", mapped(UsageTotals.from_dict)),
            inherited=m.optional("inherited", UsageTotals.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["total"] = self.total.to_dict()
        out["by_seat"] = {key: item.to_dict() for key, item in self.by_seat.items()}
        if self.inherited is not None:
            out["inherited"] = self.inherited.to_dict()
        return out


class Difference(Value):
    """Where a log and the debate it should produce part.

    Attributes:
        seq: The first seq that differs.
        field: RFC 6901 pointer to the first member that differs.
        recorded: What the log holds, as JSON; empty if it ends here.
        produced: What was produced, as JSON; empty if nothing was.
    """

    __match_args__ = ("seq", "field", "recorded", "produced")
    seq: int
    field: str
    recorded: str
    produced: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Difference", document)
        return cls(
            seq=m.required("seq", integer),
            field=m.required("field", text),
            recorded=m.required("recorded", text),
            produced=m.required("produced", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["seq"] = self.seq
        out["field"] = self.field
        out["recorded"] = self.recorded
        out["produced"] = self.produced
        return out


class Dissent(Value):
    """A minority view.

    Attributes:
        seat: Who.
        option: What the seat stands for instead.
        reasons: Why, as stated with the vote or in critiques of the winner.
        view: The seat's own answer.
        severity: 0..=1: highest critique of the winner / 10, else confidence / 2, else .25.
        acknowledged: Whether a supporter answered it later.
        rebuttal: The answer to it.
        messages: Where the view was given.
    """

    __match_args__ = ("seat", "option", "reasons", "view", "severity", "acknowledged", "rebuttal", "messages")
    seat: str
    option: str | None = None
    reasons: list[str]
    view: str
    severity: float
    acknowledged: bool
    rebuttal: str | None = None
    messages: list[str]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Dissent", document)
        return cls(
            seat=m.required("seat", text),
            option=m.optional("option", text),
            reasons=m.required("reasons", listed(text)),
            view=m.required("view", text),
            severity=m.required("severity", number),
            acknowledged=m.required("acknowledged", boolean),
            rebuttal=m.optional("rebuttal", text),
            messages=m.required("messages", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["seat"] = self.seat
        if self.option is not None:
            out["option"] = self.option
        out["reasons"] = [*self.reasons]
        out["view"] = self.view
        out["severity"] = self.severity
        out["acknowledged"] = self.acknowledged
        if self.rebuttal is not None:
            out["rebuttal"] = self.rebuttal
        out["messages"] = [*self.messages]
        return out


class Diversity(Value):
    """How different the voting seats are.

    Attributes:
        families: Model families among the voting seats; undisclosed ones count as one.
        providers: Providers among the voting seats.
        effective: 1 / sum of squared family shares.
        largest_share: The largest family's share.
    """

    __match_args__ = ("families", "providers", "effective", "largest_share")
    families: dict[str, int]
    providers: dict[str, int]
    effective: float
    largest_share: float

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Diversity", document)
        return cls(
            families=m.required("families", mapped(integer)),
            providers=m.required("providers", mapped(integer)),
            effective=m.required("effective", number),
            largest_share=m.required("largest_share", number),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["families"] = {**self.families}
        out["providers"] = {**self.providers}
        out["effective"] = self.effective
        out["largest_share"] = self.largest_share
        return out


class Document(Value):
    """A document given to every participant.

    Attributes:
        title: What it is called in prompts.
        text: Its whole text.
        uri: Where it came from.
    """

    __match_args__ = ("title", "text", "uri")
    title: str
    text: str
    uri: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Document", document)
        m.only("title", "text", "uri")
        return cls(
            title=m.required("title", text),
            text=m.required("text", text),
            uri=m.optional("uri", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["title"] = self.title
        out["text"] = self.text
        if self.uri is not None:
            out["uri"] = self.uri
        return out


class Draft(Value):
    """What is counted for the decision.

    Attributes:
        ballots: What counts as the votes.
        rule: The rule.
        seats: The electorate, where it is not every eligible seat.
        synthesis: A synthesis of the winner, stored beside it.
        contribution: Each seat's share in the result.
        report: The protocol's own report.
        notes: Notes about how it came about, recorded as warnings unless they were before.
    """

    __match_args__ = ("ballots", "rule", "seats", "synthesis", "contribution", "report", "notes")
    ballots: Ballots
    rule: RuleConfig
    seats: list[str] | None = None
    synthesis: str | None = None
    contribution: dict[str, float] | None = None
    report: Report | None = None
    notes: list[str] | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Draft", document)
        m.only("ballots", "rule", "seats", "synthesis", "contribution", "report", "notes")
        return cls(
            ballots=m.required("ballots", Ballots.from_dict),
            rule=m.required("rule", RuleConfig.from_dict),
            seats=m.optional("seats", listed(text)),
            synthesis=m.optional("synthesis", text),
            contribution=m.optional("contribution", mapped(number)),
            report=m.optional("report", Report.from_dict),
            notes=m.optional("notes", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["ballots"] = str(self.ballots)
        out["rule"] = self.rule.to_dict()
        if self.seats is not None:
            out["seats"] = [*self.seats]
        if self.synthesis is not None:
            out["synthesis"] = self.synthesis
        if self.contribution is not None:
            out["contribution"] = {**self.contribution}
        if self.report is not None:
            out["report"] = self.report.to_dict()
        if self.notes is not None:
            out["notes"] = [*self.notes]
        return out


class DrillReport(Value):
    """How a restore went that nobody needed yet.

    Attributes:
        started: When it began.
        backup: What was restored: the newest backup that was read back before.
        restored_in: How long restoring and checking took, in milliseconds.
        records: Rows restored.
        unsaved_age: How old the oldest change was that no backup held, in milliseconds.
        checks: The checks that held, by name.
        rto_met: Whether the restore took less than an hour.
        rpo_met: Whether less than five minutes would have been lost.
    """

    __match_args__ = ("started", "backup", "restored_in", "records", "unsaved_age", "checks", "rto_met", "rpo_met")
    started: datetime
    backup: str
    restored_in: timedelta
    records: int
    unsaved_age: timedelta
    checks: dict[str, bool]
    rto_met: bool
    rpo_met: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DrillReport", document)
        return cls(
            started=m.required("started", instant_ms),
            backup=m.required("backup", text),
            restored_in=m.required("restored_in_ms", duration),
            records=m.required("records", integer),
            unsaved_age=m.required("unsaved_age_ms", duration),
            checks=m.required("checks", mapped(boolean)),
            rto_met=m.required("rto_met", boolean),
            rpo_met=m.required("rpo_met", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["started"] = to_unix_millis(self.started)
        out["backup"] = self.backup
        out["restored_in_ms"] = to_millis(self.restored_in)
        out["records"] = self.records
        out["unsaved_age_ms"] = to_millis(self.unsaved_age)
        out["checks"] = {**self.checks}
        out["rto_met"] = self.rto_met
        out["rpo_met"] = self.rpo_met
        return out


class Dynamic(Value):
    """Rounds that stop with the first reply that completes a threshold, and keep only the best seats from a given
    round (DyLAN, arXiv:2310.02170).

    A round ends as soon as one answer has more than floor(2n/3) votes, n being the seats active in it. Planned
    calls: nR, one more from the pruning round if seats are pruned: with keep 2, pruning in round 3 and R = 3, 2n +
    3.

    Attributes:
        keep: Seats kept from the pruning round on, default 2.
        prune_round: The first round only the kept seats play, default 3. Seats are pruned only if there are more
            than 3.
        check_after_prune: Whether kept seats whose last answers agree finish without another call, default yes.
        peers_include_self: Whether a seat's own previous reply is among those it is shown, default no.
        history: Whether a seat's own earlier exchange precedes the prompt, default yes.
        sequential_visibility: Whether the seats of a round see the replies given before theirs in it.
        ratings: Whether each reply rates what it was shown, as `[[a, b, ...]]`, 1 to 5.
        ask_order: The order of asking.
        show_order: The order in which previous replies are shown.
        parallel: All at once; the reply that completes the threshold cancels the rest.
        ranker: Who ranks before pruning; absent: the first active seat.
        preset: A published layout instead of the library's own.
    """

    __match_args__ = (
        "keep", "prune_round", "check_after_prune", "peers_include_self", "history", "sequential_visibility",
        "ratings", "ask_order", "show_order", "parallel", "ranker", "preset",
    )
    keep: int | None = None
    prune_round: int | None = None
    check_after_prune: bool | None = None
    peers_include_self: bool | None = None
    history: HistoryPolicy | None = None
    sequential_visibility: bool | None = None
    ratings: bool | None = None
    ask_order: AskOrder | None = None
    show_order: AskOrder | None = None
    parallel: bool | None = None
    ranker: str | None = None
    preset: Preset | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Dynamic", document)
        m.only(
            "keep", "prune_round", "check_after_prune", "peers_include_self", "history", "sequential_visibility",
            "ratings", "ask_order", "show_order", "parallel", "ranker", "preset",
        )
        return cls(
            keep=m.optional("keep", integer),
            prune_round=m.optional("prune_round", integer),
            check_after_prune=m.optional("check_after_prune", boolean),
            peers_include_self=m.optional("peers_include_self", boolean),
            history=m.optional("history", HistoryPolicy.from_dict),
            sequential_visibility=m.optional("sequential_visibility", boolean),
            ratings=m.optional("ratings", boolean),
            ask_order=m.optional("ask_order", ask_order_from_dict),
            show_order=m.optional("show_order", ask_order_from_dict),
            parallel=m.optional("parallel", boolean),
            ranker=m.optional("ranker", text),
            preset=m.optional("preset", Preset.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.keep is not None:
            out["keep"] = self.keep
        if self.prune_round is not None:
            out["prune_round"] = self.prune_round
        if self.check_after_prune is not None:
            out["check_after_prune"] = self.check_after_prune
        if self.peers_include_self is not None:
            out["peers_include_self"] = self.peers_include_self
        if self.history is not None:
            out["history"] = str(self.history)
        if self.sequential_visibility is not None:
            out["sequential_visibility"] = self.sequential_visibility
        if self.ratings is not None:
            out["ratings"] = self.ratings
        if self.ask_order is not None:
            out["ask_order"] = self.ask_order.to_dict()
        if self.show_order is not None:
            out["show_order"] = self.show_order.to_dict()
        if self.parallel is not None:
            out["parallel"] = self.parallel
        if self.ranker is not None:
            out["ranker"] = self.ranker
        if self.preset is not None:
            out["preset"] = self.preset.to_dict()
        return out


class EditReplaceMessage(Value):
    """Another text under the same id, marked as edited.

    Attributes:
        message: The message.
        text: Its new text.
    """

    __match_args__ = ("message", "text")
    message: str
    text: str
    type: ClassVar[Literal["replace_message"]] = "replace_message"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EditReplaceMessage", document)
        m.only("message", "text", "name")
        return cls(
            message=m.required("message", text),
            text=m.required("text", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "replace_message"}
        out["message"] = self.message
        out["text"] = self.text
        return out


class EditInsertHuman(Value):
    """A person's word to all.

    Attributes:
        by: Who.
        text: The text.
    """

    __match_args__ = ("by", "text")
    by: str
    text: str
    type: ClassVar[Literal["insert_human"]] = "insert_human"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EditInsertHuman", document)
        m.only("by", "text", "name")
        return cls(
            by=m.required("by", text),
            text=m.required("text", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "insert_human"}
        out["by"] = self.by
        out["text"] = self.text
        return out


class EditDropSeat(Value):
    """The seat takes part no more.

    Attributes:
        seat: The seat.
    """

    __match_args__ = ("seat",)
    seat: str
    type: ClassVar[Literal["drop_seat"]] = "drop_seat"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EditDropSeat", document)
        m.only("seat", "name")
        return cls(
            seat=m.required("seat", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "drop_seat"}
        out["seat"] = self.seat
        return out


class EditAddSeat(Value):
    """A seat that was not there; the fork's roster must hold its agent.

    Attributes:
        seat: The seat.
    """

    __match_args__ = ("seat",)
    seat: SeatView
    type: ClassVar[Literal["add_seat"]] = "add_seat"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EditAddSeat", document)
        m.only("seat", "name")
        return cls(
            seat=m.required("seat", SeatView.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "add_seat"}
        out["seat"] = self.seat.to_dict()
        return out


class EditSetRule(Value):
    """Another decision rule.

    Attributes:
        rule: The rule.
    """

    __match_args__ = ("rule",)
    rule: RuleConfig
    type: ClassVar[Literal["set_rule"]] = "set_rule"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EditSetRule", document)
        m.only("rule", "name")
        return cls(
            rule=m.required("rule", RuleConfig.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "set_rule"}
        out["rule"] = self.rule.to_dict()
        return out


class EditSetLimits(Value):
    """Other limits.

    Attributes:
        limits: The limits.
    """

    __match_args__ = ("limits",)
    limits: Limits
    type: ClassVar[Literal["set_limits"]] = "set_limits"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EditSetLimits", document)
        m.only("limits", "name")
        return cls(
            limits=m.required("limits", Limits.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "set_limits"}
        out["limits"] = self.limits.to_dict()
        return out


class EditSetBelief(Value):
    """Another belief of a judge or seat.

    Attributes:
        seat: The seat.
        belief: Probabilities by option.
    """

    __match_args__ = ("seat", "belief")
    seat: str
    belief: dict[str, float]
    type: ClassVar[Literal["set_belief"]] = "set_belief"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EditSetBelief", document)
        m.only("seat", "belief", "name")
        return cls(
            seat=m.required("seat", text),
            belief=m.required("belief", mapped(number)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "set_belief"}
        out["seat"] = self.seat
        out["belief"] = {**self.belief}
        return out


Edit: TypeAlias = (
    EditReplaceMessage
    | EditInsertHuman
    | EditDropSeat
    | EditAddSeat
    | EditSetRule
    | EditSetLimits
    | EditSetBelief
)
"""What a fork changes before it goes on."""

_EDIT: Mapping[str, Read[Edit]] = {
    "replace_message": EditReplaceMessage.from_dict,
    "insert_human": EditInsertHuman.from_dict,
    "drop_seat": EditDropSeat.from_dict,
    "add_seat": EditAddSeat.from_dict,
    "set_rule": EditSetRule.from_dict,
    "set_limits": EditSetLimits.from_dict,
    "set_belief": EditSetBelief.from_dict,
}


def edit_from_dict(document: Json) -> Edit:
    """Reads the form the core writes."""
    return tagged("Edit", "name", _EDIT, document)


class Effort(Word):
    """How hard to think.

    Attributes:
        NONE: Not at all.
        MINIMAL: As little as there is.
        LOW: Little.
        MEDIUM: Some.
        HIGH: Much.
        X_HIGH: Very much.
        MAX: As much as there is.
    """

    NONE = "none"
    MINIMAL = "minimal"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    X_HIGH = "x_high"
    MAX = "max"


class EquivalenceExact(Value):
    """Byte for byte."""

    type: ClassVar[Literal["exact"]] = "exact"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "exact"}
        return out


class EquivalenceNormalised(Value):
    """NFKC, full case fold, white space collapsed, surrounding quotes, emphasis and `.,;:!?` stripped."""

    type: ClassVar[Literal["normalised"]] = "normalised"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "normalised"}
        return out


class EquivalenceNumeric(Value):
    """Exact rationals within a tolerance.

    Attributes:
        rel: Relative tolerance, 0..1.
        abs: Absolute tolerance, >= 0.
    """

    __match_args__ = ("rel", "abs")
    rel: float | None = None
    abs: float | None = None
    type: ClassVar[Literal["numeric"]] = "numeric"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EquivalenceNumeric", document)
        return cls(
            rel=m.optional("rel", number),
            abs=m.optional("abs", number),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "numeric"}
        if self.rel is not None:
            out["rel"] = self.rel
        if self.abs is not None:
            out["abs"] = self.abs
        return out


class EquivalenceLetter(Value):
    """One letter, in either case, with or without brackets."""

    type: ClassVar[Literal["letter"]] = "letter"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "letter"}
        return out


class EquivalenceMath(Value):
    """String equality after the Hendrycks MATH normaliser."""

    type: ClassVar[Literal["math"]] = "math"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "math"}
        return out


class EquivalenceSemantic(Value):
    """Alike in meaning: the cosine of the answers' vectors is at least `min`. The verdicts are recorded in the log,
    so that a fold needs no embedder.

    Attributes:
        min: The least cosine, above 0 and at most 1.
        embedder: Who makes the vectors: `hash` compares letters on this machine, and a model is named as agents
            name theirs, e.g. `openai/text-embedding-3-small`.
    """

    __match_args__ = ("min", "embedder")
    min: float
    embedder: str | None = None
    type: ClassVar[Literal["semantic"]] = "semantic"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EquivalenceSemantic", document)
        return cls(
            min=m.required("min", number),
            embedder=m.optional("embedder", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "semantic"}
        out["min"] = self.min
        if self.embedder is not None:
            out["embedder"] = self.embedder
        return out


class EquivalenceCustom(Value):
    """The verdicts of a comparator, recorded in the log so that a fold needs no comparator.

    Attributes:
        comparator: The comparator's name.
    """

    __match_args__ = ("comparator",)
    comparator: str
    type: ClassVar[Literal["custom"]] = "custom"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("EquivalenceCustom", document)
        return cls(
            comparator=m.required("comparator", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "custom"}
        out["comparator"] = self.comparator
        return out


Equivalence: TypeAlias = (
    EquivalenceExact
    | EquivalenceNormalised
    | EquivalenceNumeric
    | EquivalenceLetter
    | EquivalenceMath
    | EquivalenceSemantic
    | EquivalenceCustom
)
"""When two answers are the same."""

_EQUIVALENCE: Mapping[str, Read[Equivalence]] = {
    "exact": EquivalenceExact.from_dict,
    "normalised": EquivalenceNormalised.from_dict,
    "numeric": EquivalenceNumeric.from_dict,
    "letter": EquivalenceLetter.from_dict,
    "math": EquivalenceMath.from_dict,
    "semantic": EquivalenceSemantic.from_dict,
    "custom": EquivalenceCustom.from_dict,
}


def equivalence_from_dict(document: Json) -> Equivalence:
    """Reads the form the core writes."""
    return tagged("Equivalence", "name", _EQUIVALENCE, document)


class ErrorInfo(Value):
    """An error as the log keeps it: no cause and no context, which may hold private text.

    Attributes:
        code: The kind's stable name.
        reason: One sentence.
        retryable: Whether repeating could have helped.
        retry_after: How long to wait before.
    """

    __match_args__ = ("code", "reason", "retryable", "retry_after")
    code: str
    reason: str
    retryable: bool
    retry_after: timedelta | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ErrorInfo", document)
        return cls(
            code=m.required("code", text),
            reason=m.required("reason", text),
            retryable=m.required("retryable", boolean),
            retry_after=m.optional("retry_after_ms", duration),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["code"] = self.code
        out["reason"] = self.reason
        out["retryable"] = self.retryable
        if self.retry_after is not None:
            out["retry_after_ms"] = to_millis(self.retry_after)
        return out


class Event(Value):
    """One event of a stream, with the event's own members apart from the envelope.

    Attributes:
        type: The type.
        seq: For recorded events their place in the log, for live ones that of the last recorded event.
        class_: Whether it is in the log.
        debate_id: The debate.
        run: 1 + the number of resumes before it.
        agent: The participant it concerns.
        agent_seq: Counts the events of one participant in one run from 0.
        round: The round.
        time: When, RFC 3339 in UTC.
        data: What, by the type.
    """

    __match_args__ = ("type", "seq", "class_", "debate_id", "run", "agent", "agent_seq", "round", "time", "data")
    type: str
    seq: int
    class_: EventClass
    debate_id: str
    run: int
    agent: str | None = None
    agent_seq: int | None = None
    round: int | None = None
    time: datetime
    data: EventData

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Event", document)
        return cls(
            type=m.required("type", text),
            seq=m.required("seq", integer),
            class_=m.required("class", EventClass.from_dict),
            debate_id=m.required("debate_id", text),
            run=m.required("run", integer),
            agent=m.optional("agent", text),
            agent_seq=m.optional("agent_seq", integer),
            round=m.optional("round", integer),
            time=m.required("time", instant),
            data=m.required_with("data", "type", event_data_from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["type"] = self.type
        out["seq"] = self.seq
        out["class"] = str(self.class_)
        out["debate_id"] = self.debate_id
        out["run"] = self.run
        if self.agent is not None:
            out["agent"] = self.agent
        if self.agent_seq is not None:
            out["agent_seq"] = self.agent_seq
        if self.round is not None:
            out["round"] = self.round
        out["time"] = to_rfc3339(self.time)
        out["data"] = without("type", self.data.to_dict())
        return out


class EventClass(Word):
    """Whether an event is in the log.

    Attributes:
        RECORDED: One per record of the log.
        LIVE: Never stored.
    """

    RECORDED = "recorded"
    LIVE = "live"


class DebateStartEvent(Value):
    """The debate began; everything fixed before the first turn.

    Attributes:
        debate: The debate.
        parent: Where it was forked from.
        library: Version of the library that wrote the log.
        question: What is to be decided.
        environment: Limits, tier and tenant.
        roster: The seats in order.
        protocol: The protocol.
        rule: The decision rule.
        stop_when: The rule that ends the debate early; absent: none.
        stops: The stopping rules that are on.
        topology: Who sees whom.
        options: The remaining options.
        seed: The seed, given or drawn.
        config_digest: Digest of protocol, parameters, templates, options and roster.
    """

    __match_args__ = (
        "debate", "parent", "library", "question", "environment", "roster", "protocol", "rule", "stop_when", "stops",
        "topology", "options", "seed", "config_digest",
    )
    debate: str
    parent: Parent | None = None
    library: str
    question: Question
    environment: Frame
    roster: list[SeatView]
    protocol: ProtocolRef
    rule: RuleConfig
    stop_when: RuleConfig | None = None
    stops: list[str]
    topology: Topology
    options: DebateOptions
    seed: int
    config_digest: str
    type: ClassVar[Literal["debate_start"]] = "debate_start"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DebateStartEvent", document)
        return cls(
            debate=m.required("debate", text),
            parent=m.optional("parent", Parent.from_dict),
            library=m.required("library", text),
            question=m.required("question", Question.from_dict),
            environment=m.required("environment", Frame.from_dict),
            roster=m.required("roster", listed(SeatView.from_dict)),
            protocol=m.required("protocol", ProtocolRef.from_dict),
            rule=m.required("rule", RuleConfig.from_dict),
            stop_when=m.optional("stop_when", RuleConfig.from_dict),
            stops=m.required("stops", listed(text)),
            topology=m.required("topology", topology_from_dict),
            options=m.required("options", DebateOptions.from_dict),
            seed=m.required("seed", uint64),
            config_digest=m.required("config_digest", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "debate_start"}
        out["debate"] = self.debate
        if self.parent is not None:
            out["parent"] = self.parent.to_dict()
        out["library"] = self.library
        out["question"] = self.question.to_dict()
        out["environment"] = self.environment.to_dict()
        out["roster"] = [item.to_dict() for item in self.roster]
        out["protocol"] = self.protocol.to_dict()
        out["rule"] = self.rule.to_dict()
        if self.stop_when is not None:
            out["stop_when"] = self.stop_when.to_dict()
        out["stops"] = [*self.stops]
        out["topology"] = self.topology.to_dict()
        out["options"] = self.options.to_dict()
        out["seed"] = str(self.seed)
        out["config_digest"] = self.config_digest
        return out


class DebateResumedEvent(Value):
    """Another owner took over after a stop.

    Attributes:
        from_seq: The first seq it wrote.
        lost_turns: Turns that were started and not ended.
        config_changed: Whether a changed configuration was accepted.
    """

    __match_args__ = ("from_seq", "lost_turns", "config_changed")
    from_seq: int
    lost_turns: list[str]
    config_changed: bool | None = None
    type: ClassVar[Literal["debate_resumed"]] = "debate_resumed"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DebateResumedEvent", document)
        return cls(
            from_seq=m.required("from_seq", integer),
            lost_turns=m.required("lost_turns", listed(text)),
            config_changed=m.optional("config_changed", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "debate_resumed"}
        out["from_seq"] = self.from_seq
        out["lost_turns"] = [*self.lost_turns]
        if self.config_changed is not None:
            out["config_changed"] = self.config_changed
        return out


class RoundStartEvent(Value):
    """A round began.

    Attributes:
        roles: Cognitive roles by seat.
        stances: Stances by seat.
        sees: Whose words each seat sees in this round.
    """

    __match_args__ = ("roles", "stances", "sees")
    roles: dict[str, str] | None = None
    stances: dict[str, Stance] | None = None
    sees: dict[str, list[str]]
    type: ClassVar[Literal["round_start"]] = "round_start"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RoundStartEvent", document)
        return cls(
            roles=m.optional("roles", mapped(text)),
            stances=m.optional("stances", mapped(Stance.from_dict)),
            sees=m.required("sees", mapped(listed(text))),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "round_start"}
        if self.roles is not None:
            out["roles"] = {**self.roles}
        if self.stances is not None:
            out["stances"] = {key: str(item) for key, item in self.stances.items()}
        out["sees"] = {key: [*item] for key, item in self.sees.items()}
        return out


class StepStartEvent(Value):
    """A step was planned; its turns may start.

    Attributes:
        step: Number of the step, from 0.
        phase: What is asked for.
        join: When the step ends.
        order: All at once or one after the other.
        min: Usable replies that are needed.
        retry_of: The step whose failed turns it repeats.
        asks: Who is asked what.
    """

    __match_args__ = ("step", "phase", "join", "order", "min", "retry_of", "asks")
    step: int
    phase: Phase
    join: Join
    order: Order
    min: int
    retry_of: int | None = None
    asks: list[PlannedAsk]
    type: ClassVar[Literal["step_start"]] = "step_start"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("StepStartEvent", document)
        return cls(
            step=m.required("step", integer),
            phase=m.required("phase", Phase.from_dict),
            join=m.required("join", join_from_dict),
            order=m.required("order", Order.from_dict),
            min=m.required("min", integer),
            retry_of=m.optional("retry_of", integer),
            asks=m.required("asks", listed(PlannedAsk.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "step_start"}
        out["step"] = self.step
        out["phase"] = str(self.phase)
        out["join"] = self.join.to_dict()
        out["order"] = str(self.order)
        out["min"] = self.min
        if self.retry_of is not None:
            out["retry_of"] = self.retry_of
        out["asks"] = [item.to_dict() for item in self.asks]
        return out


class TurnStartEvent(Value):
    """A turn was handed to its agent.

    Attributes:
        turn: The turn.
        seat: The seat.
        request_id: The idempotency key it is asked under.
    """

    __match_args__ = ("turn", "seat", "request_id")
    turn: str
    seat: str
    request_id: str
    type: ClassVar[Literal["turn_start"]] = "turn_start"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TurnStartEvent", document)
        return cls(
            turn=m.required("turn", text),
            seat=m.required("seat", text),
            request_id=m.required("request_id", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "turn_start"}
        out["turn"] = self.turn
        out["seat"] = self.seat
        out["request_id"] = self.request_id
        return out


class AgentAttemptEvent(Value):
    """One attempt reached the wire, or ended before.

    Attributes:
        turn: The turn.
        n: Number of the attempt, from 1.
        target: The endpoint and model.
        outcome: How it ended.
        usage: Tokens.
        cost_micros: Cost, absent if unknown.
        cost_source: Where the cost comes from.
        latency: How long it took.
        hedge: Whether it was a hedge.
        error: What went wrong.
    """

    __match_args__ = (
        "turn", "n", "target", "outcome", "usage", "cost_micros", "cost_source", "latency", "hedge", "error",
    )
    turn: str
    n: int
    target: str
    outcome: AttemptOutcome
    usage: Usage | None = None
    cost_micros: int | None = None
    cost_source: CostSource
    latency: timedelta
    hedge: bool | None = None
    error: ErrorInfo | None = None
    type: ClassVar[Literal["agent_attempt"]] = "agent_attempt"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentAttemptEvent", document)
        return cls(
            turn=m.required("turn", text),
            n=m.required("n", integer),
            target=m.required("target", text),
            outcome=m.required("outcome", AttemptOutcome.from_dict),
            usage=m.optional("usage", Usage.from_dict),
            cost_micros=m.optional("cost_micros", integer),
            cost_source=m.required("cost_source", cost_source_from_dict),
            latency=m.required("latency_ms", duration),
            hedge=m.optional("hedge", boolean),
            error=m.optional("error", ErrorInfo.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "agent_attempt"}
        out["turn"] = self.turn
        out["n"] = self.n
        out["target"] = self.target
        out["outcome"] = str(self.outcome)
        if self.usage is not None:
            out["usage"] = self.usage.to_dict()
        if self.cost_micros is not None:
            out["cost_micros"] = self.cost_micros
        out["cost_source"] = self.cost_source.to_dict()
        out["latency_ms"] = to_millis(self.latency)
        if self.hedge is not None:
            out["hedge"] = self.hedge
        if self.error is not None:
            out["error"] = self.error.to_dict()
        return out


class AgentMessageEvent(Value):
    """A usable or refused reply.

    Attributes:
        turn: The turn.
        seat: The seat.
        phase: What was asked for.
        kind: What it is.
        message: Its id.
        text: The whole text, unchanged.
        structured: The structured value, if there is one.
        stop: Why it ended.
        refusal: A refusal, which is an outcome and no error.
        provider: Provider.
        model: Model as it answered.
        served: How the reply came to be.
        usage: Tokens of all attempts of the turn.
        cost_micros: Cost of the turn, absent if unknown.
        arrival: Order of arrival in its step, from 0.
        answer: The answer found in it.
        confidence: Stated confidence 0..=1.
        go_on: Whether the seat wants to go on.
        ready: Whether the seat is ready to decide; from structured output only.
    """

    __match_args__ = (
        "turn", "seat", "phase", "kind", "message", "text", "structured", "stop", "refusal", "provider", "model",
        "served", "usage", "cost_micros", "arrival", "answer", "confidence", "go_on", "ready",
    )
    turn: str
    seat: str
    phase: Phase
    kind: MessageKind
    message: str
    text: str
    structured: Json = None
    stop: StopReason
    refusal: Refusal | None = None
    provider: str | None = None
    model: str | None = None
    served: Served
    usage: Usage | None = None
    cost_micros: int | None = None
    arrival: int
    answer: ExtractedAnswer | None = None
    confidence: float | None = None
    go_on: bool | None = None
    ready: bool | None = None
    type: ClassVar[Literal["agent_message"]] = "agent_message"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentMessageEvent", document)
        return cls(
            turn=m.required("turn", text),
            seat=m.required("seat", text),
            phase=m.required("phase", Phase.from_dict),
            kind=m.required("kind", MessageKind.from_dict),
            message=m.required("message", text),
            text=m.required("text", text),
            structured=m.optional("structured", anything),
            stop=m.required("stop", stop_reason_from_dict),
            refusal=m.optional("refusal", Refusal.from_dict),
            provider=m.optional("provider", text),
            model=m.optional("model", text),
            served=m.required("served", served_from_dict),
            usage=m.optional("usage", Usage.from_dict),
            cost_micros=m.optional("cost_micros", integer),
            arrival=m.required("arrival", integer),
            answer=m.optional("answer", ExtractedAnswer.from_dict),
            confidence=m.optional("confidence", number),
            go_on=m.optional("continue", boolean),
            ready=m.optional("ready", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "agent_message"}
        out["turn"] = self.turn
        out["seat"] = self.seat
        out["phase"] = str(self.phase)
        out["kind"] = str(self.kind)
        out["message"] = self.message
        out["text"] = self.text
        if self.structured is not None:
            out["structured"] = self.structured
        out["stop"] = self.stop.to_dict()
        if self.refusal is not None:
            out["refusal"] = self.refusal.to_dict()
        if self.provider is not None:
            out["provider"] = self.provider
        if self.model is not None:
            out["model"] = self.model
        out["served"] = self.served.to_dict()
        if self.usage is not None:
            out["usage"] = self.usage.to_dict()
        if self.cost_micros is not None:
            out["cost_micros"] = self.cost_micros
        out["arrival"] = self.arrival
        if self.answer is not None:
            out["answer"] = self.answer.to_dict()
        if self.confidence is not None:
            out["confidence"] = self.confidence
        if self.go_on is not None:
            out["continue"] = self.go_on
        if self.ready is not None:
            out["ready"] = self.ready
        return out


class CritiqueEvent(Value):
    """One critic's view of one target.

    Attributes:
        turn: The turn it was given in.
        critic: Who.
        target: Of whom.
        message: The message it was given in.
        issues: Problems.
        suggestions: Suggestions.
        severity: 0..=10.
        reasoning: Why.
    """

    __match_args__ = ("turn", "critic", "target", "message", "issues", "suggestions", "severity", "reasoning")
    turn: str
    critic: str
    target: str
    message: str
    issues: list[str]
    suggestions: list[str]
    severity: float | None = None
    reasoning: str
    type: ClassVar[Literal["critique"]] = "critique"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("CritiqueEvent", document)
        return cls(
            turn=m.required("turn", text),
            critic=m.required("critic", text),
            target=m.required("target", text),
            message=m.required("message", text),
            issues=m.required("issues", listed(text)),
            suggestions=m.required("suggestions", listed(text)),
            severity=m.optional("severity", number),
            reasoning=m.required("reasoning", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "critique"}
        out["turn"] = self.turn
        out["critic"] = self.critic
        out["target"] = self.target
        out["message"] = self.message
        out["issues"] = [*self.issues]
        out["suggestions"] = [*self.suggestions]
        if self.severity is not None:
            out["severity"] = self.severity
        out["reasoning"] = self.reasoning
        return out


class VoteEvent(Value):
    """One seat's ballot.

    Attributes:
        turn: The turn; absent for a host user's vote and for positions that count as votes.
        voter: Who.
        status: What became of it.
        ballot: The ballot; absent if there was no reply.
        confidence: Stated confidence.
        weight: The seat's weight. In millionths.
        reason: The stated reason.
        self_vote: Whether it was for the own answer and nobody else's.
        user_intensity: Intensity 1..=10 of a host user's vote.
    """

    __match_args__ = (
        "turn", "voter", "status", "ballot", "confidence", "weight", "reason", "self_vote", "user_intensity",
    )
    turn: str | None = None
    voter: str
    status: VoteStatus
    ballot: Ballot | None = None
    confidence: float | None = None
    weight: int
    reason: str | None = None
    self_vote: bool
    user_intensity: int | None = None
    type: ClassVar[Literal["vote"]] = "vote"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("VoteEvent", document)
        return cls(
            turn=m.optional("turn", text),
            voter=m.required("voter", text),
            status=m.required("status", VoteStatus.from_dict),
            ballot=m.optional("ballot", ballot_from_dict),
            confidence=m.optional("confidence", number),
            weight=m.required("weight", integer),
            reason=m.optional("reason", text),
            self_vote=m.required("self_vote", boolean),
            user_intensity=m.optional("user_intensity", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "vote"}
        if self.turn is not None:
            out["turn"] = self.turn
        out["voter"] = self.voter
        out["status"] = str(self.status)
        if self.ballot is not None:
            out["ballot"] = self.ballot.to_dict()
        if self.confidence is not None:
            out["confidence"] = self.confidence
        out["weight"] = self.weight
        if self.reason is not None:
            out["reason"] = self.reason
        out["self_vote"] = self.self_vote
        if self.user_intensity is not None:
            out["user_intensity"] = self.user_intensity
        return out


class TurnFailedEvent(Value):
    """A turn ended without a usable reply.

    Attributes:
        turn: The turn.
        seat: The seat.
        error: Why.
        partial_text: What had arrived.
    """

    __match_args__ = ("turn", "seat", "error", "partial_text")
    turn: str
    seat: str
    error: ErrorInfo
    partial_text: str | None = None
    type: ClassVar[Literal["turn_failed"]] = "turn_failed"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TurnFailedEvent", document)
        return cls(
            turn=m.required("turn", text),
            seat=m.required("seat", text),
            error=m.required("error", ErrorInfo.from_dict),
            partial_text=m.optional("partial_text", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "turn_failed"}
        out["turn"] = self.turn
        out["seat"] = self.seat
        out["error"] = self.error.to_dict()
        if self.partial_text is not None:
            out["partial_text"] = self.partial_text
        return out


class TurnCancelledEvent(Value):
    """A turn was given up while it ran.

    Attributes:
        turn: The turn.
        seat: The seat.
        why: Why.
    """

    __match_args__ = ("turn", "seat", "why")
    turn: str
    seat: str
    why: GiveUp
    type: ClassVar[Literal["turn_cancelled"]] = "turn_cancelled"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TurnCancelledEvent", document)
        return cls(
            turn=m.required("turn", text),
            seat=m.required("seat", text),
            why=m.required("why", GiveUp.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "turn_cancelled"}
        out["turn"] = self.turn
        out["seat"] = self.seat
        out["why"] = str(self.why)
        return out


class TurnSkippedEvent(Value):
    """A planned turn was never started.

    Attributes:
        turn: The turn.
        seat: The seat.
        why: Why.
    """

    __match_args__ = ("turn", "seat", "why")
    turn: str
    seat: str
    why: GiveUp
    type: ClassVar[Literal["turn_skipped"]] = "turn_skipped"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TurnSkippedEvent", document)
        return cls(
            turn=m.required("turn", text),
            seat=m.required("seat", text),
            why=m.required("why", GiveUp.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "turn_skipped"}
        out["turn"] = self.turn
        out["seat"] = self.seat
        out["why"] = str(self.why)
        return out


class SeatBenchedEvent(Value):
    """A seat failed so often that it is asked no more.

    Attributes:
        seat: The seat.
        after_failures: Failures in a row.
    """

    __match_args__ = ("seat", "after_failures")
    seat: str
    after_failures: int
    type: ClassVar[Literal["seat_benched"]] = "seat_benched"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("SeatBenchedEvent", document)
        return cls(
            seat=m.required("seat", text),
            after_failures=m.required("after_failures", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "seat_benched"}
        out["seat"] = self.seat
        out["after_failures"] = self.after_failures
        return out


class ContextReducedEvent(Value):
    """A prompt was shortened, visibly.

    Attributes:
        turn: The turn whose prompt it was.
        method: How.
        dropped: The messages left out.
        summary: What stands in their place.
    """

    __match_args__ = ("turn", "method", "dropped", "summary")
    turn: str
    method: str
    dropped: list[str]
    summary: str | None = None
    type: ClassVar[Literal["context_reduced"]] = "context_reduced"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ContextReducedEvent", document)
        return cls(
            turn=m.required("turn", text),
            method=m.required("method", text),
            dropped=m.required("dropped", listed(text)),
            summary=m.optional("summary", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "context_reduced"}
        out["turn"] = self.turn
        out["method"] = self.method
        out["dropped"] = [*self.dropped]
        if self.summary is not None:
            out["summary"] = self.summary
        return out


class KnowledgeInjectedEvent(Value):
    """Knowledge was given to the participants.

    Attributes:
        items: The items shown.
        text: Their text as it stands in the prompts.
    """

    __match_args__ = ("items", "text")
    items: list[Json]
    text: str
    type: ClassVar[Literal["knowledge_injected"]] = "knowledge_injected"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("KnowledgeInjectedEvent", document)
        return cls(
            items=m.required("items", listed(anything)),
            text=m.required("text", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "knowledge_injected"}
        out["items"] = [*self.items]
        out["text"] = self.text
        return out


class KnowledgeDegradedEvent(Value):
    """Knowledge was asked for and could not be had.

    Attributes:
        error: What went wrong.
    """

    __match_args__ = ("error",)
    error: ErrorInfo
    type: ClassVar[Literal["knowledge_degraded"]] = "knowledge_degraded"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("KnowledgeDegradedEvent", document)
        return cls(
            error=m.required("error", ErrorInfo.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "knowledge_degraded"}
        out["error"] = self.error.to_dict()
        return out


class HumanInputEvent(Value):
    """A person said something that is nobody's turn.

    Attributes:
        by: Who.
        kind: What.
        text: The text, or the option of a vote.
        intensity: Intensity 1..=10 of a vote.
    """

    __match_args__ = ("by", "kind", "text", "intensity")
    by: str
    kind: HumanInputKind
    text: str
    intensity: int | None = None
    type: ClassVar[Literal["human_input"]] = "human_input"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("HumanInputEvent", document)
        return cls(
            by=m.required("by", text),
            kind=m.required("kind", HumanInputKind.from_dict),
            text=m.required("text", text),
            intensity=m.optional("intensity", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "human_input"}
        out["by"] = self.by
        out["kind"] = str(self.kind)
        out["text"] = self.text
        if self.intensity is not None:
            out["intensity"] = self.intensity
        return out


class ConsensusCheckEvent(Value):
    """A rule counted.

    Attributes:
        scope: When.
        rule: The rule that ends the debate early, or the deciding rule.
        tally: What was counted.
        outcome: What it found.
    """

    __match_args__ = ("scope", "rule", "tally", "outcome")
    scope: CheckScope
    rule: RuleConfig
    tally: Tally
    outcome: Outcome
    type: ClassVar[Literal["consensus_check"]] = "consensus_check"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ConsensusCheckEvent", document)
        return cls(
            scope=m.required("scope", CheckScope.from_dict),
            rule=m.required("rule", RuleConfig.from_dict),
            tally=m.required("tally", Tally.from_dict),
            outcome=m.required("outcome", outcome_from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "consensus_check"}
        out["scope"] = str(self.scope)
        out["rule"] = self.rule.to_dict()
        out["tally"] = self.tally.to_dict()
        out["outcome"] = self.outcome.to_dict()
        return out


class AnalysisEvent(Value):
    """A figure about the debate.

    Attributes:
        kind: Which.
        value: The result with its inputs and version.
    """

    __match_args__ = ("kind", "value")
    kind: AnalysisKind
    value: Json
    type: ClassVar[Literal["analysis"]] = "analysis"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AnalysisEvent", document)
        return cls(
            kind=m.required("kind", AnalysisKind.from_dict),
            value=m.required("value", anything),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "analysis"}
        out["kind"] = str(self.kind)
        out["value"] = self.value
        return out


class HollowConsensusEvent(Value):
    """Agreement without evidence.

    Attributes:
        similarity: Similarity of the texts.
        quality: Mean evidence quality.
        severity: 0..=1.
        detected: Whether it counts as hollow.
    """

    __match_args__ = ("similarity", "quality", "severity", "detected")
    similarity: float
    quality: float
    severity: float
    detected: bool
    type: ClassVar[Literal["hollow_consensus"]] = "hollow_consensus"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("HollowConsensusEvent", document)
        return cls(
            similarity=m.required("similarity", number),
            quality=m.required("quality", number),
            severity=m.required("severity", number),
            detected=m.required("detected", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "hollow_consensus"}
        out["similarity"] = self.similarity
        out["quality"] = self.quality
        out["severity"] = self.severity
        out["detected"] = self.detected
        return out


class TricksterInterventionEvent(Value):
    """The library challenged the participants.

    Attributes:
        kind: Which challenge.
        targets: To whom.
        text: Its text.
        gaps: What each target lacks.
        priority: 0..=1.
    """

    __match_args__ = ("kind", "targets", "text", "gaps", "priority")
    kind: str
    targets: list[str]
    text: str
    gaps: dict[str, list[str]]
    priority: float
    type: ClassVar[Literal["trickster_intervention"]] = "trickster_intervention"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TricksterInterventionEvent", document)
        return cls(
            kind=m.required("kind", text),
            targets=m.required("targets", listed(text)),
            text=m.required("text", text),
            gaps=m.required("gaps", mapped(listed(text))),
            priority=m.required("priority", number),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "trickster_intervention"}
        out["kind"] = self.kind
        out["targets"] = [*self.targets]
        out["text"] = self.text
        out["gaps"] = {key: [*item] for key, item in self.gaps.items()}
        out["priority"] = self.priority
        return out


class BreakpointEvent(Value):
    """The debate waits for a person.

    Attributes:
        id: Its id.
        trigger: What triggered it.
        snapshot: Positions, issues and tally.
        level: Escalation level 1..=3.
        deadline: How long it waits.
    """

    __match_args__ = ("id", "trigger", "snapshot", "level", "deadline")
    id: str
    trigger: str
    snapshot: Json
    level: int
    deadline: timedelta
    type: ClassVar[Literal["breakpoint"]] = "breakpoint"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BreakpointEvent", document)
        return cls(
            id=m.required("id", text),
            trigger=m.required("trigger", text),
            snapshot=m.required("snapshot", anything),
            level=m.required("level", integer),
            deadline=m.required("deadline_ms", duration),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "breakpoint"}
        out["id"] = self.id
        out["trigger"] = self.trigger
        out["snapshot"] = self.snapshot
        out["level"] = self.level
        out["deadline_ms"] = to_millis(self.deadline)
        return out


class BreakpointResolvedEvent(Value):
    """A person answered a breakpoint, or time ran out.

    Attributes:
        id: Its id.
        action: continue, resolve, redirect or abort.
        guidance: Guidance for the next round.
        by: Who.
        timed_out: Whether nobody answered in time.
    """

    __match_args__ = ("id", "action", "guidance", "by", "timed_out")
    id: str
    action: str
    guidance: str | None = None
    by: str | None = None
    timed_out: bool
    type: ClassVar[Literal["breakpoint_resolved"]] = "breakpoint_resolved"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BreakpointResolvedEvent", document)
        return cls(
            id=m.required("id", text),
            action=m.required("action", text),
            guidance=m.optional("guidance", text),
            by=m.optional("by", text),
            timed_out=m.required("timed_out", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "breakpoint_resolved"}
        out["id"] = self.id
        out["action"] = self.action
        if self.guidance is not None:
            out["guidance"] = self.guidance
        if self.by is not None:
            out["by"] = self.by
        out["timed_out"] = self.timed_out
        return out


class BudgetAlertEvent(Value):
    """A share of a limit is used.

    Attributes:
        scope: Which limit.
        percent: 50, 75, 90 or 100.
        spent: What is spent.
        limit: The limit.
    """

    __match_args__ = ("scope", "percent", "spent", "limit")
    scope: str
    percent: int
    spent: int
    limit: int
    type: ClassVar[Literal["budget_alert"]] = "budget_alert"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BudgetAlertEvent", document)
        return cls(
            scope=m.required("scope", text),
            percent=m.required("percent", integer),
            spent=m.required("spent", integer),
            limit=m.required("limit", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "budget_alert"}
        out["scope"] = self.scope
        out["percent"] = self.percent
        out["spent"] = self.spent
        out["limit"] = self.limit
        return out


class WarningEvent(Value):
    """Something a reader should know that changed nothing.

    Attributes:
        code: A stable code.
        turn: The turn it concerns.
        detail: More about it.
    """

    __match_args__ = ("code", "turn", "detail")
    code: str
    turn: str | None = None
    detail: str
    type: ClassVar[Literal["warning"]] = "warning"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("WarningEvent", document)
        return cls(
            code=m.required("code", text),
            turn=m.optional("turn", text),
            detail=m.required("detail", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "warning"}
        out["code"] = self.code
        if self.turn is not None:
            out["turn"] = self.turn
        out["detail"] = self.detail
        return out


class ForkEditEvent(Value):
    """What a fork changed.

    Attributes:
        edit: The edit.
    """

    __match_args__ = ("edit",)
    edit: Edit
    type: ClassVar[Literal["fork_edit"]] = "fork_edit"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ForkEditEvent", document)
        return cls(
            edit=m.required("edit", edit_from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "fork_edit"}
        out["edit"] = self.edit.to_dict()
        return out


class StepEndEvent(Value):
    """A step ended.

    Attributes:
        step: Number of the step.
        why: Why it ended.
        arrived: Turns with a reply, in order of arrival.
    """

    __match_args__ = ("step", "why", "arrived")
    step: int
    why: StepWhy
    arrived: list[str]
    type: ClassVar[Literal["step_end"]] = "step_end"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("StepEndEvent", document)
        return cls(
            step=m.required("step", integer),
            why=m.required("why", StepWhy.from_dict),
            arrived=m.required("arrived", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "step_end"}
        out["step"] = self.step
        out["why"] = str(self.why)
        out["arrived"] = [*self.arrived]
        return out


class RoundEndEvent(Value):
    """A round ended.

    Attributes:
        convergence: How close the seats are.
        leader: The option with the greatest weight.
        leader_value: The leader's answer; labels change from round to round.
        share: Its share.
    """

    __match_args__ = ("convergence", "leader", "leader_value", "share")
    convergence: RoundConvergence
    leader: str | None = None
    leader_value: str | None = None
    share: float | None = None
    type: ClassVar[Literal["round_end"]] = "round_end"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RoundEndEvent", document)
        return cls(
            convergence=m.required("convergence", RoundConvergence.from_dict),
            leader=m.optional("leader", text),
            leader_value=m.optional("leader_value", text),
            share=m.optional("share", number),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "round_end"}
        out["convergence"] = self.convergence.to_dict()
        if self.leader is not None:
            out["leader"] = self.leader
        if self.leader_value is not None:
            out["leader_value"] = self.leader_value
        if self.share is not None:
            out["share"] = self.share
        return out


class StopEvent(Value):
    """Why the debate ends; exactly one per debate.

    Attributes:
        cause: The cause.
        detail: The numbers.
    """

    __match_args__ = ("cause", "detail")
    cause: StopCause
    detail: str
    type: ClassVar[Literal["stop"]] = "stop"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("StopEvent", document)
        return cls(
            cause=m.required("cause", StopCause.from_dict),
            detail=m.required("detail", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "stop"}
        out["cause"] = str(self.cause)
        out["detail"] = self.detail
        return out


class DecisionEvent(Value):
    """The result.

    Attributes:
        decision: The whole decision.
    """

    __match_args__ = ("decision",)
    decision: Decision
    type: ClassVar[Literal["decision"]] = "decision"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DecisionEvent", document)
        return cls(
            decision=m.required("decision", Decision.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "decision"}
        out["decision"] = self.decision.to_dict()
        return out


class DebateEndEvent(Value):
    """The debate ended with a decision document.

    Attributes:
        status: `finished`.
        decision_digest: SHA-256 of the decision's canonical JSON.
    """

    __match_args__ = ("status", "decision_digest")
    status: str
    decision_digest: str | None = None
    type: ClassVar[Literal["debate_end"]] = "debate_end"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DebateEndEvent", document)
        return cls(
            status=m.required("status", text),
            decision_digest=m.optional("decision_digest", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "debate_end"}
        out["status"] = self.status
        if self.decision_digest is not None:
            out["decision_digest"] = self.decision_digest
        return out


class DebateFailedEvent(Value):
    """The debate ended without any usable reply, or by a broken protocol.

    Attributes:
        error: Why.
    """

    __match_args__ = ("error",)
    error: ErrorInfo
    type: ClassVar[Literal["debate_failed"]] = "debate_failed"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DebateFailedEvent", document)
        return cls(
            error=m.required("error", ErrorInfo.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "debate_failed"}
        out["error"] = self.error.to_dict()
        return out


class DebateCancelledEvent(Value):
    """The debate was cancelled.

    Attributes:
        by: By whom.
        reason: Why.
    """

    __match_args__ = ("by", "reason")
    by: str
    reason: str
    type: ClassVar[Literal["debate_cancelled"]] = "debate_cancelled"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("DebateCancelledEvent", document)
        return cls(
            by=m.required("by", text),
            reason=m.required("reason", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "debate_cancelled"}
        out["by"] = self.by
        out["reason"] = self.reason
        return out


class TokenStartEvent(Value):
    """A turn begins to stream.

    Attributes:
        turn: The turn.
    """

    __match_args__ = ("turn",)
    turn: str
    type: ClassVar[Literal["token_start"]] = "token_start"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TokenStartEvent", document)
        return cls(
            turn=m.required("turn", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "token_start"}
        out["turn"] = self.turn
        return out


class TokenDeltaEvent(Value):
    """A piece of text.

    Attributes:
        turn: The turn.
        text: The piece; adjacent ones are joined for slow readers.
    """

    __match_args__ = ("turn", "text")
    turn: str
    text: str
    type: ClassVar[Literal["token_delta"]] = "token_delta"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TokenDeltaEvent", document)
        return cls(
            turn=m.required("turn", text),
            text=m.required("text", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "token_delta"}
        out["turn"] = self.turn
        out["text"] = self.text
        return out


class TokenResetEvent(Value):
    """Forget the text of this turn so far: another attempt begins.

    Attributes:
        turn: The turn.
    """

    __match_args__ = ("turn",)
    turn: str
    type: ClassVar[Literal["token_reset"]] = "token_reset"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TokenResetEvent", document)
        return cls(
            turn=m.required("turn", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "token_reset"}
        out["turn"] = self.turn
        return out


class TokenEndEvent(Value):
    """A turn is done streaming.

    Attributes:
        turn: The turn.
        chars: Characters of the text.
    """

    __match_args__ = ("turn", "chars")
    turn: str
    chars: int
    type: ClassVar[Literal["token_end"]] = "token_end"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TokenEndEvent", document)
        return cls(
            turn=m.required("turn", text),
            chars=m.required("chars", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "token_end"}
        out["turn"] = self.turn
        out["chars"] = self.chars
        return out


class AgentThinkingEvent(Value):
    """A piece of thinking, where a model shows it.

    Attributes:
        turn: The turn.
        text: The piece.
    """

    __match_args__ = ("turn", "text")
    turn: str
    text: str
    type: ClassVar[Literal["agent_thinking"]] = "agent_thinking"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentThinkingEvent", document)
        return cls(
            turn=m.required("turn", text),
            text=m.required("text", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "agent_thinking"}
        out["turn"] = self.turn
        out["text"] = self.text
        return out


class AgentErrorEvent(Value):
    """An attempt of a turn failed.

    Attributes:
        turn: The turn.
        code: The error's code.
        attempt: Which attempt of its target, from 1.
    """

    __match_args__ = ("turn", "code", "attempt")
    turn: str
    code: str
    attempt: int
    type: ClassVar[Literal["agent_error"]] = "agent_error"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentErrorEvent", document)
        return cls(
            turn=m.required("turn", text),
            code=m.required("code", text),
            attempt=m.required("attempt", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "agent_error"}
        out["turn"] = self.turn
        out["code"] = self.code
        out["attempt"] = self.attempt
        return out


class AgentRetryEvent(Value):
    """A turn is asked again of the same target.

    Attributes:
        turn: The turn.
        attempt: The attempt that follows, from 2.
        code: Code of the failure before.
        delay: The pause before it, in milliseconds.
    """

    __match_args__ = ("turn", "attempt", "code", "delay")
    turn: str
    attempt: int
    code: str
    delay: timedelta
    type: ClassVar[Literal["agent_retry"]] = "agent_retry"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentRetryEvent", document)
        return cls(
            turn=m.required("turn", text),
            attempt=m.required("attempt", integer),
            code=m.required("code", text),
            delay=m.required("delay_ms", duration),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "agent_retry"}
        out["turn"] = self.turn
        out["attempt"] = self.attempt
        out["code"] = self.code
        out["delay_ms"] = to_millis(self.delay)
        return out


class AgentFallbackTriggeredEvent(Value):
    """A turn is asked of another target.

    Attributes:
        turn: The turn.
        from_: The target that failed.
        to: The target asked now.
        code: Code of the failure.
    """

    __match_args__ = ("turn", "from_", "to", "code")
    turn: str
    from_: str
    to: str
    code: str
    type: ClassVar[Literal["agent_fallback_triggered"]] = "agent_fallback_triggered"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("AgentFallbackTriggeredEvent", document)
        return cls(
            turn=m.required("turn", text),
            from_=m.required("from", text),
            to=m.required("to", text),
            code=m.required("code", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "agent_fallback_triggered"}
        out["turn"] = self.turn
        out["from"] = self.from_
        out["to"] = self.to
        out["code"] = self.code
        return out


class RateLimitWaitEvent(Value):
    """A turn waits under a provider's rate limit.

    Attributes:
        provider: The provider.
        wait: For how long at most, in milliseconds.
    """

    __match_args__ = ("provider", "wait")
    provider: str
    wait: timedelta
    type: ClassVar[Literal["rate_limit_wait"]] = "rate_limit_wait"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RateLimitWaitEvent", document)
        return cls(
            provider=m.required("provider", text),
            wait=m.required("wait_ms", duration),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "rate_limit_wait"}
        out["provider"] = self.provider
        out["wait_ms"] = to_millis(self.wait)
        return out


class BreakerOpenedEvent(Value):
    """A turn's failure opened a circuit breaker: nothing is sent to its target for a while.

    Attributes:
        scope: What it guards: `agent`.
        name: Whose, e.g. `openai/gpt-5`.
        failures: Failures that counted when it changed.
    """

    __match_args__ = ("scope", "name", "failures")
    scope: str
    name: str
    failures: int
    type: ClassVar[Literal["breaker_opened"]] = "breaker_opened"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BreakerOpenedEvent", document)
        return cls(
            scope=m.required("scope", text),
            name=m.required("name", text),
            failures=m.required("failures", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "breaker_opened"}
        out["scope"] = self.scope
        out["name"] = self.name
        out["failures"] = self.failures
        return out


class BreakerHalfOpenEvent(Value):
    """A circuit breaker lets one probe through.

    Attributes:
        scope: What it guards: `agent`.
        name: Whose, e.g. `openai/gpt-5`.
        failures: Failures that counted when it changed.
    """

    __match_args__ = ("scope", "name", "failures")
    scope: str
    name: str
    failures: int
    type: ClassVar[Literal["breaker_half_open"]] = "breaker_half_open"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BreakerHalfOpenEvent", document)
        return cls(
            scope=m.required("scope", text),
            name=m.required("name", text),
            failures=m.required("failures", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "breaker_half_open"}
        out["scope"] = self.scope
        out["name"] = self.name
        out["failures"] = self.failures
        return out


class BreakerClosedEvent(Value):
    """A circuit breaker closed: its target answers again.

    Attributes:
        scope: What it guards: `agent`.
        name: Whose, e.g. `openai/gpt-5`.
        failures: Failures that counted when it changed.
    """

    __match_args__ = ("scope", "name", "failures")
    scope: str
    name: str
    failures: int
    type: ClassVar[Literal["breaker_closed"]] = "breaker_closed"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("BreakerClosedEvent", document)
        return cls(
            scope=m.required("scope", text),
            name=m.required("name", text),
            failures=m.required("failures", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "breaker_closed"}
        out["scope"] = self.scope
        out["name"] = self.name
        out["failures"] = self.failures
        return out


class HeartbeatEvent(Value):
    """Nothing happened for 30 seconds; the debate still runs."""

    type: ClassVar[Literal["heartbeat"]] = "heartbeat"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "heartbeat"}
        return out


class LaggedEvent(Value):
    """This reader fell behind; recorded events are read again from the log, live ones are gone.

    Attributes:
        from_: First seq.
        to: Last seq.
        dropped: Live events lost since the stream began.
    """

    __match_args__ = ("from_", "to", "dropped")
    from_: int
    to: int
    dropped: int
    type: ClassVar[Literal["lagged"]] = "lagged"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("LaggedEvent", document)
        return cls(
            from_=m.required("from", integer),
            to=m.required("to", integer),
            dropped=m.required("dropped", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"type": "lagged"}
        out["from"] = self.from_
        out["to"] = self.to
        out["dropped"] = self.dropped
        return out


class UnknownEvent(Value):
    """An event of a type this version does not know.

    Attributes:
        type: Its type.
        data: Its members as they came.
    """

    __match_args__ = ("type", "data")
    type: str
    data: dict[str, Json]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        members = mapped(anything)(document)
        return cls(type=text(members.pop("type", None)), data=members)

    def to_dict(self) -> dict[str, Json]:
        return {"type": self.type, **self.data}


EventData: TypeAlias = (
    DebateStartEvent
    | DebateResumedEvent
    | RoundStartEvent
    | StepStartEvent
    | TurnStartEvent
    | AgentAttemptEvent
    | AgentMessageEvent
    | CritiqueEvent
    | VoteEvent
    | TurnFailedEvent
    | TurnCancelledEvent
    | TurnSkippedEvent
    | SeatBenchedEvent
    | ContextReducedEvent
    | KnowledgeInjectedEvent
    | KnowledgeDegradedEvent
    | HumanInputEvent
    | ConsensusCheckEvent
    | AnalysisEvent
    | HollowConsensusEvent
    | TricksterInterventionEvent
    | BreakpointEvent
    | BreakpointResolvedEvent
    | BudgetAlertEvent
    | WarningEvent
    | ForkEditEvent
    | StepEndEvent
    | RoundEndEvent
    | StopEvent
    | DecisionEvent
    | DebateEndEvent
    | DebateFailedEvent
    | DebateCancelledEvent
    | TokenStartEvent
    | TokenDeltaEvent
    | TokenResetEvent
    | TokenEndEvent
    | AgentThinkingEvent
    | AgentErrorEvent
    | AgentRetryEvent
    | AgentFallbackTriggeredEvent
    | RateLimitWaitEvent
    | BreakerOpenedEvent
    | BreakerHalfOpenEvent
    | BreakerClosedEvent
    | HeartbeatEvent
    | LaggedEvent
    | UnknownEvent
)
"""What an event says, by its type."""

_EVENT_DATA: Mapping[str, Read[EventData]] = {
    "debate_start": DebateStartEvent.from_dict,
    "debate_resumed": DebateResumedEvent.from_dict,
    "round_start": RoundStartEvent.from_dict,
    "step_start": StepStartEvent.from_dict,
    "turn_start": TurnStartEvent.from_dict,
    "agent_attempt": AgentAttemptEvent.from_dict,
    "agent_message": AgentMessageEvent.from_dict,
    "critique": CritiqueEvent.from_dict,
    "vote": VoteEvent.from_dict,
    "turn_failed": TurnFailedEvent.from_dict,
    "turn_cancelled": TurnCancelledEvent.from_dict,
    "turn_skipped": TurnSkippedEvent.from_dict,
    "seat_benched": SeatBenchedEvent.from_dict,
    "context_reduced": ContextReducedEvent.from_dict,
    "knowledge_injected": KnowledgeInjectedEvent.from_dict,
    "knowledge_degraded": KnowledgeDegradedEvent.from_dict,
    "human_input": HumanInputEvent.from_dict,
    "consensus_check": ConsensusCheckEvent.from_dict,
    "analysis": AnalysisEvent.from_dict,
    "hollow_consensus": HollowConsensusEvent.from_dict,
    "trickster_intervention": TricksterInterventionEvent.from_dict,
    "breakpoint": BreakpointEvent.from_dict,
    "breakpoint_resolved": BreakpointResolvedEvent.from_dict,
    "budget_alert": BudgetAlertEvent.from_dict,
    "warning": WarningEvent.from_dict,
    "fork_edit": ForkEditEvent.from_dict,
    "step_end": StepEndEvent.from_dict,
    "round_end": RoundEndEvent.from_dict,
    "stop": StopEvent.from_dict,
    "decision": DecisionEvent.from_dict,
    "debate_end": DebateEndEvent.from_dict,
    "debate_failed": DebateFailedEvent.from_dict,
    "debate_cancelled": DebateCancelledEvent.from_dict,
    "token_start": TokenStartEvent.from_dict,
    "token_delta": TokenDeltaEvent.from_dict,
    "token_reset": TokenResetEvent.from_dict,
    "token_end": TokenEndEvent.from_dict,
    "agent_thinking": AgentThinkingEvent.from_dict,
    "agent_error": AgentErrorEvent.from_dict,
    "agent_retry": AgentRetryEvent.from_dict,
    "agent_fallback_triggered": AgentFallbackTriggeredEvent.from_dict,
    "rate_limit_wait": RateLimitWaitEvent.from_dict,
    "breaker_opened": BreakerOpenedEvent.from_dict,
    "breaker_half_open": BreakerHalfOpenEvent.from_dict,
    "breaker_closed": BreakerClosedEvent.from_dict,
    "heartbeat": HeartbeatEvent.from_dict,
    "lagged": LaggedEvent.from_dict,
}


def event_data_from_dict(document: Json) -> EventData:
    """Reads the form the core writes."""
    members = Members("EventData", document)
    if members.required("type", text) not in _EVENT_DATA:
        return UnknownEvent.from_dict(document)
    return tagged("EventData", "type", _EVENT_DATA, document)


class ExpectText(Value):
    """Free text."""

    type: ClassVar[Literal["text"]] = "text"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "text"


class ExpectJson(Value, kw_only=False):
    """A JSON value of this shape.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: JsonShape
    type: ClassVar[Literal["json"]] = "json"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(JsonShape.from_dict(document))

    def to_dict(self) -> Json:
        return {"json": self.value.to_dict()}


class ExpectBallot(Value, kw_only=False):
    """A ballot of this shape.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: BallotShape
    type: ClassVar[Literal["ballot"]] = "ballot"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(BallotShape.from_dict(document))

    def to_dict(self) -> Json:
        return {"ballot": self.value.to_dict()}


Expect: TypeAlias = (
    ExpectText
    | ExpectJson
    | ExpectBallot
)
"""What a turn must return."""

_EXPECT: Mapping[str, Read[Expect]] = {
    "text": ExpectText.from_dict,
    "json": ExpectJson.from_dict,
    "ballot": ExpectBallot.from_dict,
}


def expect_from_dict(document: Json) -> Expect:
    """Reads the form the core writes."""
    return worded("Expect", _EXPECT, document)


class ExtractedAnswer(Value):
    """An answer taken from a reply.

    Attributes:
        raw: As it stands in the reply.
        value: The value that is compared.
        extractor: The extractor that found it, `whole` for the whole reply, `unparsed` for an own candidate.
    """

    __match_args__ = ("raw", "value", "extractor")
    raw: str
    value: str
    extractor: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ExtractedAnswer", document)
        return cls(
            raw=m.required("raw", text),
            value=m.required("value", text),
            extractor=m.required("extractor", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["raw"] = self.raw
        out["value"] = self.value
        out["extractor"] = self.extractor
        return out


class ExtractorStructured(Value):
    """RFC 6901 pointer into the structured value.

    Attributes:
        pointer: The pointer.
    """

    __match_args__ = ("pointer",)
    pointer: str
    type: ClassVar[Literal["structured"]] = "structured"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ExtractorStructured", document)
        m.only("pointer", "name")
        return cls(
            pointer=m.required("pointer", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "structured"}
        out["pointer"] = self.pointer
        return out


class ExtractorFinalAnswerLine(Value):
    """The last `final answer:` line outside fences."""

    type: ClassVar[Literal["final_answer_line"]] = "final_answer_line"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "final_answer_line"}
        return out


class ExtractorAnswerLine(Value):
    """The last `answer:` line."""

    type: ClassVar[Literal["answer_line"]] = "answer_line"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "answer_line"}
        return out


class ExtractorChoiceParen(Value):
    """The last `(X)`, else the last `X)`, X one of the letters, upper-cased.

    Attributes:
        letters: The allowed letters, e.g. `ABCD`.
    """

    __match_args__ = ("letters",)
    letters: str
    type: ClassVar[Literal["choice_paren"]] = "choice_paren"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ExtractorChoiceParen", document)
        m.only("letters", "name")
        return cls(
            letters=m.required("letters", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "choice_paren"}
        out["letters"] = self.letters
        return out


class ExtractorBoxed(Value):
    """The content of the last `\\boxed`."""

    type: ClassVar[Literal["boxed"]] = "boxed"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "boxed"}
        return out


class ExtractorBracesNumber(Value):
    """The first `{...}` with digits, from the last match back; else the last number."""

    type: ClassVar[Literal["braces_number"]] = "braces_number"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "braces_number"}
        return out


class ExtractorFloatToken(Value):
    """The last token that is a decimal number."""

    type: ClassVar[Literal["float_token"]] = "float_token"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "float_token"}
        return out


class ExtractorLastNumber(Value):
    """The last match of `-?\\d*\\.?\\d+`."""

    type: ClassVar[Literal["last_number"]] = "last_number"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "last_number"}
        return out


class ExtractorHendrycksMath(Value):
    """The extractor of the Hendrycks MATH evaluation."""

    type: ClassVar[Literal["hendrycks_math"]] = "hendrycks_math"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "hendrycks_math"}
        return out


class ExtractorWhole(Value):
    """The whole trimmed reply."""

    type: ClassVar[Literal["whole"]] = "whole"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "whole"}
        return out


class ExtractorRegex(Value):
    """A regular expression of at most 1 KiB, linear time.

    Attributes:
        pattern: The pattern.
        group: The capture group, 0 for the whole match.
        last: Whether the last match counts instead of the first.
        upper: Whether the value is upper-cased.
    """

    __match_args__ = ("pattern", "group", "last", "upper")
    pattern: str
    group: int | None = None
    last: bool | None = None
    upper: bool | None = None
    type: ClassVar[Literal["regex"]] = "regex"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ExtractorRegex", document)
        m.only("pattern", "group", "last", "upper", "name")
        return cls(
            pattern=m.required("pattern", text),
            group=m.optional("group", integer),
            last=m.optional("last", boolean),
            upper=m.optional("upper", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "regex"}
        out["pattern"] = self.pattern
        if self.group is not None:
            out["group"] = self.group
        if self.last is not None:
            out["last"] = self.last
        if self.upper is not None:
            out["upper"] = self.upper
        return out


Extractor: TypeAlias = (
    ExtractorStructured
    | ExtractorFinalAnswerLine
    | ExtractorAnswerLine
    | ExtractorChoiceParen
    | ExtractorBoxed
    | ExtractorBracesNumber
    | ExtractorFloatToken
    | ExtractorLastNumber
    | ExtractorHendrycksMath
    | ExtractorWhole
    | ExtractorRegex
)
"""A rule that finds an answer in a reply. Pure; named in the event."""

_EXTRACTOR: Mapping[str, Read[Extractor]] = {
    "structured": ExtractorStructured.from_dict,
    "final_answer_line": ExtractorFinalAnswerLine.from_dict,
    "answer_line": ExtractorAnswerLine.from_dict,
    "choice_paren": ExtractorChoiceParen.from_dict,
    "boxed": ExtractorBoxed.from_dict,
    "braces_number": ExtractorBracesNumber.from_dict,
    "float_token": ExtractorFloatToken.from_dict,
    "last_number": ExtractorLastNumber.from_dict,
    "hendrycks_math": ExtractorHendrycksMath.from_dict,
    "whole": ExtractorWhole.from_dict,
    "regex": ExtractorRegex.from_dict,
}


def extractor_from_dict(document: Json) -> Extractor:
    """Reads the form the core writes."""
    return tagged("Extractor", "name", _EXTRACTOR, document)


class Frame(Value):
    """The environment without the question, which stands beside it.

    Attributes:
        limits: Bounds.
        tier: Risk tier.
        tenant: The organisation.
        workspace: The workspace.
        topic: A word for ratings and search.
        tags: Words of the host.
    """

    __match_args__ = ("limits", "tier", "tenant", "workspace", "topic", "tags")
    limits: Limits
    tier: RiskTier | None = None
    tenant: str
    workspace: str
    topic: str | None = None
    tags: list[str] | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Frame", document)
        return cls(
            limits=m.required("limits", Limits.from_dict),
            tier=m.optional("tier", integer),
            tenant=m.required("tenant", text),
            workspace=m.required("workspace", text),
            topic=m.optional("topic", text),
            tags=m.optional("tags", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["limits"] = self.limits.to_dict()
        if self.tier is not None:
            out["tier"] = self.tier
        out["tenant"] = self.tenant
        out["workspace"] = self.workspace
        if self.topic is not None:
            out["topic"] = self.topic
        if self.tags is not None:
            out["tags"] = [*self.tags]
        return out


class Gate(Word):
    """The gate of a receipt.

    Attributes:
        PASS: Decided, confidence >= .7, no unacknowledged dissent of severity >= .6.
        CONDITIONAL: Decided otherwise.
        FAIL: Not decided.
    """

    PASS = "PASS"
    CONDITIONAL = "CONDITIONAL"
    FAIL = "FAIL"


class GatePolicyDefault(Value):
    """What the protocol has: unanimous for `critique` and `roundtable`, off for the others."""

    type: ClassVar[Literal["default"]] = "default"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "default"}
        return out


class GatePolicyUnanimous(Value):
    """Every eligible seat gave an answer of one group."""

    type: ClassVar[Literal["unanimous"]] = "unanimous"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "unanimous"}
        return out


class GatePolicyConfidence(Value):
    """As unanimous, and every confidence is at least this.

    Attributes:
        min: 0..=1 in millionths. In millionths.
    """

    __match_args__ = ("min",)
    min: int
    type: ClassVar[Literal["confidence"]] = "confidence"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("GatePolicyConfidence", document)
        m.only("min", "name")
        return cls(
            min=m.required("min", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "confidence"}
        out["min"] = self.min
        return out


class GatePolicyOff(Value):
    """Never."""

    type: ClassVar[Literal["off"]] = "off"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "off"}
        return out


GatePolicy: TypeAlias = (
    GatePolicyDefault
    | GatePolicyUnanimous
    | GatePolicyConfidence
    | GatePolicyOff
)
"""When agreeing first answers end the debate."""

_GATE_POLICY: Mapping[str, Read[GatePolicy]] = {
    "default": GatePolicyDefault.from_dict,
    "unanimous": GatePolicyUnanimous.from_dict,
    "confidence": GatePolicyConfidence.from_dict,
    "off": GatePolicyOff.from_dict,
}


def gate_policy_from_dict(document: Json) -> GatePolicy:
    """Reads the form the core writes."""
    return tagged("GatePolicy", "name", _GATE_POLICY, document)


class GiveUp(Word):
    """Why a turn was given up or never started.

    Attributes:
        CONSENSUS: The threshold was reached without it.
        QUORUM: Enough others had answered.
        DEADLINE: Time was up.
        BUDGET: A limit would be passed.
        HEDGE_LOST: A hedge answered first.
        OWNER_LOST: The process that ran it stopped.
        BENCHED: The seat had failed too often.
        DEBATE_CANCELLED: The debate was cancelled.
        HUMAN: A person took it.
    """

    CONSENSUS = "consensus"
    QUORUM = "quorum"
    DEADLINE = "deadline"
    BUDGET = "budget"
    HEDGE_LOST = "hedge_lost"
    OWNER_LOST = "owner_lost"
    BENCHED = "benched"
    DEBATE_CANCELLED = "debate_cancelled"
    HUMAN = "human"


class Grace(Value):
    """How long stragglers get once a quorum is in: the longer of a fixed time and a share of the time elapsed.

    Attributes:
        at_least: Fixed time, default 250 ms.
        elapsed_thousandths: Share of the time elapsed in the step in thousandths, default 500.
    """

    __match_args__ = ("at_least", "elapsed_thousandths")
    at_least: timedelta | None = None
    elapsed_thousandths: int | None = None

    def __init__(
        self,
        *,
        at_least: timedelta | float | None = None,
        elapsed_thousandths: int | None = None,
    ) -> None:
        members: dict[str, object] = {
            "at_least": None if at_least is None else seconds(at_least),
            "elapsed_thousandths": elapsed_thousandths,
        }
        self._set(members)

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Grace", document)
        m.only("at_least_ms", "elapsed_thousandths")
        return cls(
            at_least=m.optional("at_least_ms", duration),
            elapsed_thousandths=m.optional("elapsed_thousandths", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.at_least is not None:
            out["at_least_ms"] = to_millis(self.at_least)
        if self.elapsed_thousandths is not None:
            out["elapsed_thousandths"] = self.elapsed_thousandths
        return out


class HistoryPolicy(Word):
    """Whether a seat's own earlier exchange precedes the prompt.

    Attributes:
        OWN: It does; the default.
        NONE: It does not.
    """

    OWN = "own"
    NONE = "none"


class HumanInputKind(Word):
    """What a person said.

    Attributes:
        MESSAGE: A message to all.
        GUIDANCE: Guidance for the next round.
        USER_VOTE: A vote.
        ANSWER: An answer that resolves the debate.
    """

    MESSAGE = "message"
    GUIDANCE = "guidance"
    USER_VOTE = "user_vote"
    ANSWER = "answer"


class HumanReply(Value):
    """A person's answer.

    Attributes:
        text: The text, at most 4 MiB.
        structured: The structured value, e.g. from a form.
    """

    __match_args__ = ("text", "structured")
    text: str
    structured: Json = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("HumanReply", document)
        m.only("text", "structured")
        return cls(
            text=m.required("text", text),
            structured=m.optional("structured", anything),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["text"] = self.text
        if self.structured is not None:
            out["structured"] = self.structured
        return out


class Identity(Word):
    """How participants appear to each other.

    Attributes:
        ANONYMOUS: As Agent-1..n by a seeded shuffle, stable over the debate.
        NAMED: By their ids.
    """

    ANONYMOUS = "anonymous"
    NAMED = "named"


class Intervention(Value):
    """A challenge or guidance that was given during the debate.

    Attributes:
        kind: What kind.
        round: When.
        targets: To whom.
        text: Its text.
        resolved: Whether it was met.
    """

    __match_args__ = ("kind", "round", "targets", "text", "resolved")
    kind: str
    round: int
    targets: list[str]
    text: str
    resolved: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Intervention", document)
        return cls(
            kind=m.required("kind", text),
            round=m.required("round", integer),
            targets=m.required("targets", listed(text)),
            text=m.required("text", text),
            resolved=m.required("resolved", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["kind"] = self.kind
        out["round"] = self.round
        out["targets"] = [*self.targets]
        out["text"] = self.text
        out["resolved"] = self.resolved
        return out


class InvalidWhy(Word):
    """Why a reply is not a ballot.

    Attributes:
        NO_BALLOT: Nothing in it is a ballot.
        UNKNOWN_LABEL: A label that was not offered.
        CONFLICTING: Two different choices at once.
        MALFORMED: In no form that is agreed.
        OUT_OF_RANGE: A number outside the declared range.
        DUPLICATE: One option twice.
        REFUSED: The participant refused, or a filter stopped it.
        TRUNCATED: Cut off before the ballot was complete.
    """

    NO_BALLOT = "no_ballot"
    UNKNOWN_LABEL = "unknown_label"
    CONFLICTING = "conflicting"
    MALFORMED = "malformed"
    OUT_OF_RANGE = "out_of_range"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    TRUNCATED = "truncated"


class JoinAll(Value):
    """When every turn has ended."""

    type: ClassVar[Literal["all"]] = "all"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "all"


class JoinQuorum(Value):
    """When this many usable replies are in and the grace for stragglers is over.

    Attributes:
        min: Usable replies.
        grace: How long stragglers get.
    """

    __match_args__ = ("min", "grace")
    min: int
    grace: Grace | None = None
    type: ClassVar[Literal["quorum"]] = "quorum"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("JoinQuorum", document)
        return cls(
            min=m.required("min", integer),
            grace=m.optional("grace", Grace.from_dict),
        )

    def to_dict(self) -> Json:
        members: dict[str, Json] = {}
        members["min"] = self.min
        if self.grace is not None:
            members["grace"] = self.grace.to_dict()
        return {"quorum": members}


class JoinConsensus(Value, kw_only=False):
    """As soon as the rule decides over the replies so far; checked after every reply.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: RuleConfig
    type: ClassVar[Literal["consensus"]] = "consensus"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(RuleConfig.from_dict(document))

    def to_dict(self) -> Json:
        return {"consensus": self.value.to_dict()}


class JoinFirst(Value):
    """With the first usable reply."""

    type: ClassVar[Literal["first"]] = "first"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "first"


Join: TypeAlias = (
    JoinAll
    | JoinQuorum
    | JoinConsensus
    | JoinFirst
)
"""When a step ends."""

_JOIN: Mapping[str, Read[Join]] = {
    "all": JoinAll.from_dict,
    "quorum": JoinQuorum.from_dict,
    "consensus": JoinConsensus.from_dict,
    "first": JoinFirst.from_dict,
}


def join_from_dict(document: Json) -> Join:
    """Reads the form the core writes."""
    return worded("Join", _JOIN, document)


class JsonShape(Value):
    """A named JSON Schema.

    Attributes:
        name: What providers are told it is called.
        schema: JSON Schema, an object of at most 64 KiB and 32 levels; shared, because every turn of a step asks
            for the same.
        strict: Whether providers should enforce it.
    """

    __match_args__ = ("name", "schema", "strict")
    name: str
    schema: Json
    strict: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("JsonShape", document)
        m.only("name", "schema", "strict")
        return cls(
            name=m.required("name", text),
            schema=m.required("schema", anything),
            strict=m.required("strict", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["name"] = self.name
        out["schema"] = self.schema
        out["strict"] = self.strict
        return out


class KeyAge(Value):
    """How old the key that encrypts is. Age never stops decryption.

    Attributes:
        key: The key's id.
        since: When it was first announced in this store.
        rotation_due: Whether that is 90 days ago.
    """

    __match_args__ = ("key", "since", "rotation_due")
    key: str
    since: datetime
    rotation_due: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("KeyAge", document)
        return cls(
            key=m.required("key", text),
            since=m.required("since", instant_ms),
            rotation_due=m.required("rotation_due", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["key"] = self.key
        out["since"] = to_unix_millis(self.since)
        out["rotation_due"] = self.rotation_due
        return out


class KeyCensus(Value):
    """Which keys the stored rows need.

    Attributes:
        rows: Rows by table and key id; a row under two keys counts for both.
        plain: Rows of sealed tables that no key protects, by table.
        backups: The ids of the keys that reading each retained backup takes, by the backup's id.
        taken_at: When it was begun.
    """

    __match_args__ = ("rows", "plain", "backups", "taken_at")
    rows: dict[str, dict[str, int]]
    plain: dict[str, int]
    backups: dict[str, list[str]]
    taken_at: datetime

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("KeyCensus", document)
        return cls(
            rows=m.required("rows", mapped(mapped(integer))),
            plain=m.required("plain", mapped(integer)),
            backups=m.required("backups", mapped(listed(text))),
            taken_at=m.required("taken_at", instant_ms),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["rows"] = {key: {**item} for key, item in self.rows.items()}
        out["plain"] = {**self.plain}
        out["backups"] = {key: [*item] for key, item in self.backups.items()}
        out["taken_at"] = to_unix_millis(self.taken_at)
        return out


class Label(Value):
    """A label shown to a voter and the option it stands for.

    Attributes:
        label: What is shown: a capital letter without I and O, two of them beyond 24 options.
        option: What it stands for.
    """

    __match_args__ = ("label", "option")
    label: str
    option: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Label", document)
        m.only("label", "option")
        return cls(
            label=m.required("label", text),
            option=m.required("option", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["label"] = self.label
        out["option"] = self.option
        return out


class LastError(Value):
    """The last failure of a target.

    Attributes:
        code: The error's code.
        at: When.
    """

    __match_args__ = ("code", "at")
    code: str
    at: datetime

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("LastError", document)
        return cls(
            code=m.required("code", text),
            at=m.required("at", instant_ms),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["code"] = self.code
        out["at"] = to_unix_millis(self.at)
        return out


class Layers(Value):
    """What the layers around named models do. What is absent keeps its default.

    Attributes:
        bare: No layers at all: every failure reaches the debate at once, and nobody stands in.
        fallback: Models that stand in for one whose provider fails, in this order; empty: nobody. Default
            OpenRouter where its key is set.
        repairs: Requests to repair an unusable answer, default 1.
        retries: How often the same target is asked again, default 2.
        retry_first: The longest first pause before it is, default 0.5 s; doubled for each further one.
        retry_longest: The longest such pause, default 8 s.
        hedge_after: When a second copy of a slow call is sent, default never.
        attempt_limit: How long one attempt may take, default 240 s.
        requests_per_minute: Requests per minute and target, default no limit of ours.
        tokens_per_minute: Tokens per minute and target, prompt and output together, default no limit of ours.
        longest_wait: The longest anybody waits for a rate limit, default 60 s.
        in_flight: Calls of a target in flight, default 8.
        queue: Calls that may wait for one of those to end, default 256.
        breaker_failures: Failures within the window that open a target's breaker, default 3, for OpenRouter 5.
        breaker_window: That window, default 60 s, for OpenRouter 120 s.
        breaker_open_for: How long a breaker stays open before one probe is let through, default 60 s.
        budgets: What calls may cost, default as much as they like. A call is booked on all budgets it belongs to,
            or is refused.
        cache: Keeps replies, default no.
    """

    __match_args__ = (
        "bare", "fallback", "repairs", "retries", "retry_first", "retry_longest", "hedge_after", "attempt_limit",
        "requests_per_minute", "tokens_per_minute", "longest_wait", "in_flight", "queue", "breaker_failures",
        "breaker_window", "breaker_open_for", "budgets", "cache",
    )
    bare: bool | None = None
    fallback: list[str] | None = None
    repairs: int | None = None
    retries: int | None = None
    retry_first: timedelta | None = None
    retry_longest: timedelta | None = None
    hedge_after: timedelta | None = None
    attempt_limit: timedelta | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    longest_wait: timedelta | None = None
    in_flight: int | None = None
    queue: int | None = None
    breaker_failures: int | None = None
    breaker_window: timedelta | None = None
    breaker_open_for: timedelta | None = None
    budgets: list[Budget] | None = None
    cache: ReplyCache | None = None

    def __init__(
        self,
        *,
        bare: bool | None = None,
        fallback: list[str] | None = None,
        repairs: int | None = None,
        retries: int | None = None,
        retry_first: timedelta | float | None = None,
        retry_longest: timedelta | float | None = None,
        hedge_after: timedelta | float | None = None,
        attempt_limit: timedelta | float | None = None,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        longest_wait: timedelta | float | None = None,
        in_flight: int | None = None,
        queue: int | None = None,
        breaker_failures: int | None = None,
        breaker_window: timedelta | float | None = None,
        breaker_open_for: timedelta | float | None = None,
        budgets: list[Budget] | None = None,
        cache: ReplyCache | None = None,
    ) -> None:
        members: dict[str, object] = {
            "bare": bare,
            "fallback": fallback,
            "repairs": repairs,
            "retries": retries,
            "retry_first": None if retry_first is None else seconds(retry_first),
            "retry_longest": None if retry_longest is None else seconds(retry_longest),
            "hedge_after": None if hedge_after is None else seconds(hedge_after),
            "attempt_limit": None if attempt_limit is None else seconds(attempt_limit),
            "requests_per_minute": requests_per_minute,
            "tokens_per_minute": tokens_per_minute,
            "longest_wait": None if longest_wait is None else seconds(longest_wait),
            "in_flight": in_flight,
            "queue": queue,
            "breaker_failures": breaker_failures,
            "breaker_window": None if breaker_window is None else seconds(breaker_window),
            "breaker_open_for": None if breaker_open_for is None else seconds(breaker_open_for),
            "budgets": budgets,
            "cache": cache,
        }
        self._set(members)

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Layers", document)
        m.only(
            "bare", "fallback", "repairs", "retries", "retry_first_ms", "retry_longest_ms", "hedge_after_ms",
            "attempt_limit_ms", "requests_per_minute", "tokens_per_minute", "longest_wait_ms", "in_flight", "queue",
            "breaker_failures", "breaker_window_ms", "breaker_open_for_ms", "budgets", "cache",
        )
        return cls(
            bare=m.optional("bare", boolean),
            fallback=m.optional("fallback", listed(text)),
            repairs=m.optional("repairs", integer),
            retries=m.optional("retries", integer),
            retry_first=m.optional("retry_first_ms", duration),
            retry_longest=m.optional("retry_longest_ms", duration),
            hedge_after=m.optional("hedge_after_ms", duration),
            attempt_limit=m.optional("attempt_limit_ms", duration),
            requests_per_minute=m.optional("requests_per_minute", integer),
            tokens_per_minute=m.optional("tokens_per_minute", integer),
            longest_wait=m.optional("longest_wait_ms", duration),
            in_flight=m.optional("in_flight", integer),
            queue=m.optional("queue", integer),
            breaker_failures=m.optional("breaker_failures", integer),
            breaker_window=m.optional("breaker_window_ms", duration),
            breaker_open_for=m.optional("breaker_open_for_ms", duration),
            budgets=m.optional("budgets", listed(Budget.from_dict)),
            cache=m.optional("cache", ReplyCache.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.bare is not None:
            out["bare"] = self.bare
        if self.fallback is not None:
            out["fallback"] = [*self.fallback]
        if self.repairs is not None:
            out["repairs"] = self.repairs
        if self.retries is not None:
            out["retries"] = self.retries
        if self.retry_first is not None:
            out["retry_first_ms"] = to_millis(self.retry_first)
        if self.retry_longest is not None:
            out["retry_longest_ms"] = to_millis(self.retry_longest)
        if self.hedge_after is not None:
            out["hedge_after_ms"] = to_millis(self.hedge_after)
        if self.attempt_limit is not None:
            out["attempt_limit_ms"] = to_millis(self.attempt_limit)
        if self.requests_per_minute is not None:
            out["requests_per_minute"] = self.requests_per_minute
        if self.tokens_per_minute is not None:
            out["tokens_per_minute"] = self.tokens_per_minute
        if self.longest_wait is not None:
            out["longest_wait_ms"] = to_millis(self.longest_wait)
        if self.in_flight is not None:
            out["in_flight"] = self.in_flight
        if self.queue is not None:
            out["queue"] = self.queue
        if self.breaker_failures is not None:
            out["breaker_failures"] = self.breaker_failures
        if self.breaker_window is not None:
            out["breaker_window_ms"] = to_millis(self.breaker_window)
        if self.breaker_open_for is not None:
            out["breaker_open_for_ms"] = to_millis(self.breaker_open_for)
        if self.budgets is not None:
            out["budgets"] = [item.to_dict() for item in self.budgets]
        if self.cache is not None:
            out["cache"] = self.cache.to_dict()
        return out


class LayoutShared(Value):
    """Shared prefixes: rules, question, transcript, then what differs by seat."""

    type: ClassVar[Literal["shared"]] = "shared"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "shared"


class LayoutPreset(Value, kw_only=False):
    """Own history with a published preset's texts, byte for byte.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: Preset
    type: ClassVar[Literal["preset"]] = "preset"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(Preset.from_dict(document))

    def to_dict(self) -> Json:
        return {"preset": self.value.to_dict()}


Layout: TypeAlias = (
    LayoutShared
    | LayoutPreset
)
"""How prompts are laid out."""

_LAYOUT: Mapping[str, Read[Layout]] = {
    "shared": LayoutShared.from_dict,
    "preset": LayoutPreset.from_dict,
}


def layout_from_dict(document: Json) -> Layout:
    """Reads the form the core writes."""
    return worded("Layout", _LAYOUT, document)


class Limits(Value):
    """Bounds of one debate. Absent limits are unlimited.

    Attributes:
        rounds: Rounds, 1..=50, default 2.
        deadline: The whole debate, 1 s..=24 h, default 900 s.
        turn_timeout: One turn, default 60 s.
        calls: Calls to agents.
        input_tokens: Input tokens.
        output_tokens: Output tokens.
        cost_micros: Money, in micro-dollars.
        max_output_tokens: Output tokens of one turn, default 2,048.
        max_parallel: Calls of this debate at the same time, default 16.
    """

    __match_args__ = (
        "rounds", "deadline", "turn_timeout", "calls", "input_tokens", "output_tokens", "cost_micros",
        "max_output_tokens", "max_parallel",
    )
    rounds: int | None = None
    deadline: timedelta | None = None
    turn_timeout: timedelta | None = None
    calls: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_micros: int | None = None
    max_output_tokens: int | None = None
    max_parallel: int | None = None

    def __init__(
        self,
        *,
        rounds: int | None = None,
        deadline: timedelta | float | None = None,
        turn_timeout: timedelta | float | None = None,
        calls: int | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cost_micros: int | None = None,
        max_output_tokens: int | None = None,
        max_parallel: int | None = None,
    ) -> None:
        members: dict[str, object] = {
            "rounds": rounds,
            "deadline": None if deadline is None else seconds(deadline),
            "turn_timeout": None if turn_timeout is None else seconds(turn_timeout),
            "calls": calls,
            "input_tokens": input_tokens,
            "output_tokens": output_tokens,
            "cost_micros": cost_micros,
            "max_output_tokens": max_output_tokens,
            "max_parallel": max_parallel,
        }
        self._set(members)

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Limits", document)
        m.only(
            "rounds", "deadline_ms", "turn_timeout_ms", "calls", "input_tokens", "output_tokens", "cost_micros",
            "max_output_tokens", "max_parallel",
        )
        return cls(
            rounds=m.optional("rounds", integer),
            deadline=m.optional("deadline_ms", duration),
            turn_timeout=m.optional("turn_timeout_ms", duration),
            calls=m.optional("calls", integer),
            input_tokens=m.optional("input_tokens", integer),
            output_tokens=m.optional("output_tokens", integer),
            cost_micros=m.optional("cost_micros", integer),
            max_output_tokens=m.optional("max_output_tokens", integer),
            max_parallel=m.optional("max_parallel", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.rounds is not None:
            out["rounds"] = self.rounds
        if self.deadline is not None:
            out["deadline_ms"] = to_millis(self.deadline)
        if self.turn_timeout is not None:
            out["turn_timeout_ms"] = to_millis(self.turn_timeout)
        if self.calls is not None:
            out["calls"] = self.calls
        if self.input_tokens is not None:
            out["input_tokens"] = self.input_tokens
        if self.output_tokens is not None:
            out["output_tokens"] = self.output_tokens
        if self.cost_micros is not None:
            out["cost_micros"] = self.cost_micros
        if self.max_output_tokens is not None:
            out["max_output_tokens"] = self.max_output_tokens
        if self.max_parallel is not None:
            out["max_parallel"] = self.max_parallel
        return out


class Message(Value):
    """One rendered message of a request to an agent. Author = the asked agent maps to the assistant role, every other
    author to the user role.

    Attributes:
        id: Identifies the message inside its request.
        author: Who said it.
        text: The whole text, unchanged.
        visibility: Who may see it.
        cache_point: Whether a provider may cache the prompt up to and including this message.
    """

    __match_args__ = ("id", "author", "text", "visibility", "cache_point")
    id: str
    author: Author
    text: str
    visibility: Visibility
    cache_point: bool | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Message", document)
        m.only("id", "author", "text", "visibility", "cache_point")
        return cls(
            id=m.required("id", text),
            author=m.required("author", author_from_dict),
            text=m.required("text", text),
            visibility=m.required("visibility", visibility_from_dict),
            cache_point=m.optional("cache_point", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["author"] = self.author.to_dict()
        out["text"] = self.text
        out["visibility"] = self.visibility.to_dict()
        if self.cache_point is not None:
            out["cache_point"] = self.cache_point
        return out


class MessageKind(Word):
    """What a message is.

    Attributes:
        ANSWER: A first or repeated answer.
        CRITIQUE: Criticism.
        REVISION: A revised answer.
        SPEECH: A speech.
        BALLOT: A ballot, raw.
        RANKING: A ranking, raw.
        JUDGEMENT: A judgement.
        SYNTHESIS: A synthesis.
        INTERVENTION: A message of the library to participants.
        HUMAN: A person's word that is nobody's turn.
    """

    ANSWER = "answer"
    CRITIQUE = "critique"
    REVISION = "revision"
    SPEECH = "speech"
    BALLOT = "ballot"
    RANKING = "ranking"
    JUDGEMENT = "judgement"
    SYNTHESIS = "synthesis"
    INTERVENTION = "intervention"
    HUMAN = "human"


class ModelCaps(Value):
    """What a model can do. Absent means the dialect's permissive default.

    Attributes:
        context: The window in tokens, prompt and output together.
        max_output: The most tokens it writes.
        json_schema: Whether it can be held to a JSON schema.
        forced_tool: Whether it can be made to call one tool.
        temperature: Whether it takes `temperature` and `top_p`. A model that thinks on demand takes them while it
            does not.
        efforts: The efforts it takes, weakest first; empty: none. `Effort::None` among them: thinking can be
            turned off.
        thinking_budget: Whether effort is told as a budget of tokens, as to models before Claude 4.6 and Gemini
            3.
        system_role: Whether it knows a system role.
        max_tokens_key: `max_tokens` or `max_completion_tokens`.
    """

    __match_args__ = (
        "context", "max_output", "json_schema", "forced_tool", "temperature", "efforts", "thinking_budget",
        "system_role", "max_tokens_key",
    )
    context: int | None = None
    max_output: int | None = None
    json_schema: bool | None = None
    forced_tool: bool | None = None
    temperature: bool | None = None
    efforts: list[Effort] | None = None
    thinking_budget: bool | None = None
    system_role: bool | None = None
    max_tokens_key: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ModelCaps", document)
        m.only(
            "context", "max_output", "json_schema", "forced_tool", "temperature", "efforts", "thinking_budget",
            "system_role", "max_tokens_key",
        )
        return cls(
            context=m.optional("context", integer),
            max_output=m.optional("max_output", integer),
            json_schema=m.optional("json_schema", boolean),
            forced_tool=m.optional("forced_tool", boolean),
            temperature=m.optional("temperature", boolean),
            efforts=m.optional("efforts", listed(Effort.from_dict)),
            thinking_budget=m.optional("thinking_budget", boolean),
            system_role=m.optional("system_role", boolean),
            max_tokens_key=m.optional("max_tokens_key", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.context is not None:
            out["context"] = self.context
        if self.max_output is not None:
            out["max_output"] = self.max_output
        if self.json_schema is not None:
            out["json_schema"] = self.json_schema
        if self.forced_tool is not None:
            out["forced_tool"] = self.forced_tool
        if self.temperature is not None:
            out["temperature"] = self.temperature
        if self.efforts is not None:
            out["efforts"] = [str(item) for item in self.efforts]
        if self.thinking_budget is not None:
            out["thinking_budget"] = self.thinking_budget
        if self.system_role is not None:
            out["system_role"] = self.system_role
        if self.max_tokens_key is not None:
            out["max_tokens_key"] = self.max_tokens_key
        return out


class OptionSpec(Value):
    """One stated option.

    Attributes:
        id: Its id in ballots and decisions.
        text: Its text, at most 10,000 characters; texts must differ after normalisation.
    """

    __match_args__ = ("id", "text")
    id: str
    text: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("OptionSpec", document)
        m.only("id", "text")
        return cls(
            id=m.required("id", text),
            text=m.required("text", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["text"] = self.text
        return out


class OptionView(Value):
    """An option that can be voted for: a stated one, or a group of equal answers.

    Attributes:
        id: Its id: a stated id, or the label of the group.
        label: The label shown in prompts.
        value: The value that is compared.
        text: The whole text shown to voters: the first member's reply, or the stated text.
        authors: Whose answer it is, in roster order.
        shown: The message that text is of; absent for a stated text.
        messages: The members' messages.
    """

    __match_args__ = ("id", "label", "value", "text", "authors", "shown", "messages")
    id: str
    label: str
    value: str
    text: str
    authors: list[str]
    shown: str | None
    messages: list[str]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("OptionView", document)
        return cls(
            id=m.required("id", text),
            label=m.required("label", text),
            value=m.required("value", text),
            text=m.required("text", text),
            authors=m.required("authors", listed(text)),
            shown=m.required("shown", nullable(text)),
            messages=m.required("messages", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["label"] = self.label
        out["value"] = self.value
        out["text"] = self.text
        out["authors"] = [*self.authors]
        out["shown"] = self.shown
        out["messages"] = [*self.messages]
        return out


class Order(Word):
    """Whether the turns of a step run at once.

    Attributes:
        PARALLEL: All at once, up to `max_parallel`.
        SEQUENTIAL: Each waits for the one before.
    """

    PARALLEL = "parallel"
    SEQUENTIAL = "sequential"


class Orders(Value):
    """Given orders, by roster index. What is not given falls back to roster order.

    Attributes:
        asked: `asked[round - 1]`: the order of asking.
        shown: `shown[round - 1][seat]`: the order in which that seat is shown the previous replies.
    """

    __match_args__ = ("asked", "shown")
    asked: list[list[int]] | None = None
    shown: list[list[list[int] | None]] | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Orders", document)
        m.only("asked", "shown")
        return cls(
            asked=m.optional("asked", listed(listed(integer))),
            shown=m.optional("shown", listed(listed(nullable(listed(integer))))),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.asked is not None:
            out["asked"] = [[*item] for item in self.asked]
        if self.shown is not None:
            out["shown"] = [[None if item is None else [*item] for item in item] for item in self.shown]
        return out


class OutcomeDecided(Value):
    """One option won."""

    type: ClassVar[Literal["decided"]] = "decided"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "decided"


class OutcomeTie(Value, kw_only=False):
    """These options are tied.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: list[str]
    type: ClassVar[Literal["tie"]] = "tie"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(listed(text)(document))

    def to_dict(self) -> Json:
        return {"tie": [*self.value]}


class OutcomeNotReached(Value):
    """Votes were counted and nobody passed the test."""

    type: ClassVar[Literal["not_reached"]] = "not_reached"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "not_reached"


class OutcomeNoQuorum(Value):
    """Too few took part."""

    type: ClassVar[Literal["no_quorum"]] = "no_quorum"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "no_quorum"


class OutcomeNoEvidence(Value):
    """Nobody cast a vote."""

    type: ClassVar[Literal["no_evidence"]] = "no_evidence"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "no_evidence"


class OutcomeNotSought(Value):
    """The rule seeks no decision."""

    type: ClassVar[Literal["not_sought"]] = "not_sought"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "not_sought"


Outcome: TypeAlias = (
    OutcomeDecided
    | OutcomeTie
    | OutcomeNotReached
    | OutcomeNoQuorum
    | OutcomeNoEvidence
    | OutcomeNotSought
)
"""What the rule found."""

_OUTCOME: Mapping[str, Read[Outcome]] = {
    "decided": OutcomeDecided.from_dict,
    "tie": OutcomeTie.from_dict,
    "not_reached": OutcomeNotReached.from_dict,
    "no_quorum": OutcomeNoQuorum.from_dict,
    "no_evidence": OutcomeNoEvidence.from_dict,
    "not_sought": OutcomeNotSought.from_dict,
}


def outcome_from_dict(document: Json) -> Outcome:
    """Reads the form the core writes."""
    return worded("Outcome", _OUTCOME, document)


class Parent(Value):
    """Where a debate was forked from.

    Attributes:
        debate: The parent.
        seq: The last record taken over.
    """

    __match_args__ = ("debate", "seq")
    debate: str
    seq: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Parent", document)
        return cls(
            debate=m.required("debate", text),
            seq=m.required("seq", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["debate"] = self.debate
        out["seq"] = self.seq
        return out


class ParseWarning(Value):
    """Something about a reply that a reader should know and that did not make it invalid.

    Attributes:
        code: `confidence_rejected`, `severity_rejected`, `ballot_revised` or `critique_unstructured`.
        detail: What was found.
    """

    __match_args__ = ("code", "detail")
    code: str
    detail: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ParseWarning", document)
        return cls(
            code=m.required("code", text),
            detail=m.required("detail", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["code"] = self.code
        out["detail"] = self.detail
        return out


class ParsedBallot(Value):
    """What a voter's reply says.

    Attributes:
        ballot: The ballot; `Invalid` whenever the reply is not clearly one. A judge's tie is a ranking with one
            rank.
        confidence: Stated confidence 0..=1, rounded to six decimals.
        reason: The stated reason.
        go_on: Whether the voter wants the debate to go on.
        ready: Whether the voter is ready to decide; from structured output only.
        partial: Whether some offered options were left unranked or without a score.
        responds_to: What the reply says it answers; from structured output only.
        probabilities: A judge's probability per option, normalised to sum 1; empty if not given.
        warnings: What a reader should know.
    """

    __match_args__ = (
        "ballot", "confidence", "reason", "go_on", "ready", "partial", "responds_to", "probabilities", "warnings",
    )
    ballot: Ballot
    confidence: float | None
    reason: str | None
    go_on: bool | None
    ready: bool | None
    partial: bool
    responds_to: list[str]
    probabilities: dict[str, int]
    warnings: list[ParseWarning]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ParsedBallot", document)
        return cls(
            ballot=m.required("ballot", ballot_from_dict),
            confidence=m.required("confidence", nullable(number)),
            reason=m.required("reason", nullable(text)),
            go_on=m.required("continue", nullable(boolean)),
            ready=m.required("ready", nullable(boolean)),
            partial=m.required("partial", boolean),
            responds_to=m.required("responds_to", listed(text)),
            probabilities=m.required("probabilities", mapped(integer)),
            warnings=m.required("warnings", listed(ParseWarning.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["ballot"] = self.ballot.to_dict()
        out["confidence"] = self.confidence
        out["reason"] = self.reason
        out["continue"] = self.go_on
        out["ready"] = self.ready
        out["partial"] = self.partial
        out["responds_to"] = [*self.responds_to]
        out["probabilities"] = {**self.probabilities}
        out["warnings"] = [item.to_dict() for item in self.warnings]
        return out


class ParsedCritique(Value):
    """A critique of one target.

    Attributes:
        target: The target as the critic names it, e.g. `Agent-2`; absent if it names none. Whether it is a seat
            the critic was shown, and not the critic itself, is the caller's to check.
        issues: Problems.
        suggestions: Suggestions.
        severity: 0..=10, rounded to six decimals: 0-2 cosmetic, 3-5 moderate, 6-8 significant, 9-10 invalidates.
        reasoning: Why.
        warnings: `severity_rejected`, `critique_unstructured`.
    """

    __match_args__ = ("target", "issues", "suggestions", "severity", "reasoning", "warnings")
    target: str | None
    issues: list[str]
    suggestions: list[str]
    severity: float | None
    reasoning: str
    warnings: list[ParseWarning]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ParsedCritique", document)
        return cls(
            target=m.required("target", nullable(text)),
            issues=m.required("issues", listed(text)),
            suggestions=m.required("suggestions", listed(text)),
            severity=m.required("severity", nullable(number)),
            reasoning=m.required("reasoning", text),
            warnings=m.required("warnings", listed(ParseWarning.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["target"] = self.target
        out["issues"] = [*self.issues]
        out["suggestions"] = [*self.suggestions]
        out["severity"] = self.severity
        out["reasoning"] = self.reasoning
        out["warnings"] = [item.to_dict() for item in self.warnings]
        return out


class Pause(Value):
    """A point at which a person is waited for.

    Attributes:
        id: Its id, unique in the debate.
        trigger: What triggered it.
        snapshot: Positions, issues and tally for the person.
        level: Escalation level 1..=3.
        wait: How long to wait; then the debate goes on.
    """

    __match_args__ = ("id", "trigger", "snapshot", "level", "wait")
    id: str
    trigger: str
    snapshot: Json
    level: int
    wait: timedelta

    def __init__(
        self,
        *,
        id: str,
        trigger: str,
        snapshot: Json,
        level: int,
        wait: timedelta | float,
    ) -> None:
        members: dict[str, object] = {
            "id": id,
            "trigger": trigger,
            "snapshot": snapshot,
            "level": level,
            "wait": seconds(wait),
        }
        self._set(members)

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Pause", document)
        m.only("id", "trigger", "snapshot", "level", "wait_ms")
        return cls(
            id=m.required("id", text),
            trigger=m.required("trigger", text),
            snapshot=m.required("snapshot", anything),
            level=m.required("level", integer),
            wait=m.required("wait_ms", duration),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["trigger"] = self.trigger
        out["snapshot"] = self.snapshot
        out["level"] = self.level
        out["wait_ms"] = to_millis(self.wait)
        return out


class PendingStatePending(Value):
    """Nobody has answered yet."""

    type: ClassVar[Literal["pending"]] = "pending"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "pending"}
        return out


class PendingStateAnswered(Value):
    """Answered.

    Attributes:
        reply: The answer.
        by: By whom.
        at: When.
    """

    __match_args__ = ("reply", "by", "at")
    reply: HumanReply
    by: str
    at: datetime
    type: ClassVar[Literal["answered"]] = "answered"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("PendingStateAnswered", document)
        return cls(
            reply=m.required("reply", HumanReply.from_dict),
            by=m.required("by", text),
            at=m.required("at", instant_ms),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "answered"}
        out["reply"] = self.reply.to_dict()
        out["by"] = self.by
        out["at"] = to_unix_millis(self.at)
        return out


class PendingStateDeclined(Value):
    """Declined.

    Attributes:
        reason: Why.
        by: By whom.
        at: When.
    """

    __match_args__ = ("reason", "by", "at")
    reason: str
    by: str
    at: datetime
    type: ClassVar[Literal["declined"]] = "declined"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("PendingStateDeclined", document)
        return cls(
            reason=m.required("reason", text),
            by=m.required("by", text),
            at=m.required("at", instant_ms),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "declined"}
        out["reason"] = self.reason
        out["by"] = self.by
        out["at"] = to_unix_millis(self.at)
        return out


class PendingStateExpired(Value):
    """Nobody answered in time."""

    type: ClassVar[Literal["expired"]] = "expired"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "expired"}
        return out


class PendingStateCancelled(Value):
    """The debate no longer needs it."""

    type: ClassVar[Literal["cancelled"]] = "cancelled"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "cancelled"}
        return out


PendingState: TypeAlias = (
    PendingStatePending
    | PendingStateAnswered
    | PendingStateDeclined
    | PendingStateExpired
    | PendingStateCancelled
)
"""What became of a person's turn."""

_PENDING_STATE: Mapping[str, Read[PendingState]] = {
    "pending": PendingStatePending.from_dict,
    "answered": PendingStateAnswered.from_dict,
    "declined": PendingStateDeclined.from_dict,
    "expired": PendingStateExpired.from_dict,
    "cancelled": PendingStateCancelled.from_dict,
}


def pending_state_from_dict(document: Json) -> PendingState:
    """Reads the form the core writes."""
    return tagged("PendingState", "name", _PENDING_STATE, document)


class PendingTurn(Value):
    """What a person is asked, and what became of it. It holds only the messages that participant may see.

    Attributes:
        id: The request, and the key of this record.
        agent: Who is asked.
        digest: Digest of the request: an answer is used for this question only.
        debate: The debate, for sorting.
        round: The round, for sorting.
        phase: The phase, for sorting.
        role: The part to play.
        persona: Who to be.
        system: Rules and output format.
        messages: The conversation as this participant sees it.
        expect: What must be answered.
        asked_at: When it was asked.
        deadline: When the answer is no longer of use.
        state: What became of it.
    """

    __match_args__ = (
        "id", "agent", "digest", "debate", "round", "phase", "role", "persona", "system", "messages", "expect",
        "asked_at", "deadline", "state",
    )
    id: str
    agent: str
    digest: str
    debate: str | None = None
    round: int
    phase: Phase
    role: Role | str
    persona: Persona | None = None
    system: str
    messages: list[SeenMessage]
    expect: Expect
    asked_at: datetime
    deadline: datetime
    state: PendingState

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("PendingTurn", document)
        return cls(
            id=m.required("id", text),
            agent=m.required("agent", text),
            digest=m.required("digest", text),
            debate=m.optional("debate", text),
            round=m.required("round", integer),
            phase=m.required("phase", Phase.from_dict),
            role=m.required("role", Role.from_dict),
            persona=m.optional("persona", Persona.from_dict),
            system=m.required("system", text),
            messages=m.required("messages", listed(SeenMessage.from_dict)),
            expect=m.required("expect", expect_from_dict),
            asked_at=m.required("asked_at", instant_ms),
            deadline=m.required("deadline", instant_ms),
            state=m.required("state", pending_state_from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["agent"] = self.agent
        out["digest"] = self.digest
        if self.debate is not None:
            out["debate"] = self.debate
        out["round"] = self.round
        out["phase"] = str(self.phase)
        out["role"] = str(self.role)
        if self.persona is not None:
            out["persona"] = self.persona.to_dict()
        out["system"] = self.system
        out["messages"] = [item.to_dict() for item in self.messages]
        out["expect"] = self.expect.to_dict()
        out["asked_at"] = to_unix_millis(self.asked_at)
        out["deadline"] = to_unix_millis(self.deadline)
        out["state"] = self.state.to_dict()
        return out


class PendingTurns(Value):
    """Turns people have not answered yet.

    Attributes:
        turns: The turns, in the order of their ids.
        more: Whether there are more than were asked for.
    """

    __match_args__ = ("turns", "more")
    turns: list[PendingTurn]
    more: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("PendingTurns", document)
        return cls(
            turns=m.required("turns", listed(PendingTurn.from_dict)),
            more=m.required("more", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["turns"] = [item.to_dict() for item in self.turns]
        out["more"] = self.more
        return out


class Period(Word):
    """A period of the calendar in UTC.

    Attributes:
        DAY: From midnight.
        WEEK: From Monday.
        MONTH: From the first of the month.
        QUARTER: From the first of January, April, July or October.
        YEAR: From the first of January.
        UNLIMITED: For ever.
    """

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNLIMITED = "unlimited"


class Persona(Value):
    """Who a participant is asked to be.

    Attributes:
        name: A short name, e.g. `Economist`.
        stance: The side to argue.
        instructions: What the persona cares about and how it speaks.
    """

    __match_args__ = ("name", "stance", "instructions")
    name: str
    stance: Stance | None = None
    instructions: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Persona", document)
        m.only("name", "stance", "instructions")
        return cls(
            name=m.required("name", text),
            stance=m.optional("stance", Stance.from_dict),
            instructions=m.optional("instructions", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["name"] = self.name
        if self.stance is not None:
            out["stance"] = str(self.stance)
        if self.instructions is not None:
            out["instructions"] = self.instructions
        return out


class Phase(Word):
    """What a step asks for; part of the turn id.

    Attributes:
        CONTEXT: Gathering of context before anybody answers.
        ANSWER: An answer to the question.
        CRITIQUE: Criticism of the answers of others.
        REVISE: A new version of the own answer.
        SPEECH: A contribution in turn order.
        VOTE: A ballot.
        RANK: A ranking of what others said.
        JUDGE: A judgement.
        MODERATE: A moderator's word.
        SYNTHESIZE: Merging of several contributions into one.
        ATTACK: An attack in a stress test.
        DEFEND: The defence against an attack.
        PROBE: A probe of an agent's habits.
        REVIEW: A review of a document or diff.
        CONFIRM: Confirmation or refutation of findings.
    """

    CONTEXT = "context"
    ANSWER = "answer"
    CRITIQUE = "critique"
    REVISE = "revise"
    SPEECH = "speech"
    VOTE = "vote"
    RANK = "rank"
    JUDGE = "judge"
    MODERATE = "moderate"
    SYNTHESIZE = "synthesize"
    ATTACK = "attack"
    DEFEND = "defend"
    PROBE = "probe"
    REVIEW = "review"
    CONFIRM = "confirm"


class PlannedAsk(Value):
    """One planned turn of a step.

    Attributes:
        turn: The turn.
        seat: The seat.
        role: Its part in this turn.
        prompt_digest: Digest of the whole request, so that a resume can tell whether it would ask the same.
        shown: The messages shown, in the order shown.
        labels: Labels of this voter where they differ by voter.
        expect: What must be returned.
        max_output_tokens: Output limit.
        deadline: Time limit.
        reserve: What is set aside for it.
    """

    __match_args__ = (
        "turn", "seat", "role", "prompt_digest", "shown", "labels", "expect", "max_output_tokens", "deadline",
        "reserve",
    )
    turn: str
    seat: str
    role: Role | str
    prompt_digest: str
    shown: list[str]
    labels: dict[str, str] | None = None
    expect: Expect
    max_output_tokens: int
    deadline: timedelta
    reserve: Reserve

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("PlannedAsk", document)
        return cls(
            turn=m.required("turn", text),
            seat=m.required("seat", text),
            role=m.required("role", Role.from_dict),
            prompt_digest=m.required("prompt_digest", text),
            shown=m.required("shown", listed(text)),
            labels=m.optional("labels", mapped(text)),
            expect=m.required("expect", expect_from_dict),
            max_output_tokens=m.required("max_output_tokens", integer),
            deadline=m.required("deadline_ms", duration),
            reserve=m.required("reserve", Reserve.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["turn"] = self.turn
        out["seat"] = self.seat
        out["role"] = str(self.role)
        out["prompt_digest"] = self.prompt_digest
        out["shown"] = [*self.shown]
        if self.labels is not None:
            out["labels"] = {**self.labels}
        out["expect"] = self.expect.to_dict()
        out["max_output_tokens"] = self.max_output_tokens
        out["deadline_ms"] = to_millis(self.deadline)
        out["reserve"] = self.reserve.to_dict()
        return out


class PlannedCalls(Value):
    """`constant + per_seat * seats + per_seat_round * seats * rounds`.

    Attributes:
        constant: Independent of seats and rounds.
        per_seat: Per debating seat.
        per_seat_round: Per debating seat and round.
    """

    __match_args__ = ("constant", "per_seat", "per_seat_round")
    constant: int | None = None
    per_seat: int | None = None
    per_seat_round: int | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("PlannedCalls", document)
        m.only("constant", "per_seat", "per_seat_round")
        return cls(
            constant=m.optional("constant", integer),
            per_seat=m.optional("per_seat", integer),
            per_seat_round=m.optional("per_seat_round", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.constant is not None:
            out["constant"] = self.constant
        if self.per_seat is not None:
            out["per_seat"] = self.per_seat
        if self.per_seat_round is not None:
            out["per_seat_round"] = self.per_seat_round
        return out


class Position(Value):
    """Where a debating seat stands.

    Attributes:
        seat: The seat.
        kind: What its newest answer amounts to.
        message: The message it is in.
        round: The round of that message; 0 without one.
        confidence: Stated confidence.
        arrival: Order of arrival in the debate.
        newest: What became of the newest turn; anything but `Cast` means that an answer shown is an earlier one.
    """

    __match_args__ = ("seat", "kind", "message", "round", "confidence", "arrival", "newest")
    seat: str
    kind: PositionKind
    message: str | None
    round: int
    confidence: float | None
    arrival: int
    newest: VoteStatus

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Position", document)
        return cls(
            seat=m.required("seat", text),
            kind=m.required("kind", position_kind_from_dict),
            message=m.required("message", nullable(text)),
            round=m.required("round", integer),
            confidence=m.required("confidence", nullable(number)),
            arrival=m.required("arrival", integer),
            newest=m.required("newest", VoteStatus.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["seat"] = self.seat
        out["kind"] = self.kind.to_dict()
        out["message"] = self.message
        out["round"] = self.round
        out["confidence"] = self.confidence
        out["arrival"] = self.arrival
        out["newest"] = str(self.newest)
        return out


class PositionKindAnswer(Value, kw_only=False):
    """An answer with this value.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: str
    type: ClassVar[Literal["answer"]] = "answer"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(text(document))

    def to_dict(self) -> Json:
        return {"answer": self.value}


class PositionKindAbstain(Value):
    """The seat abstains."""

    type: ClassVar[Literal["abstain"]] = "abstain"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "abstain"


class PositionKindInvalid(Value, kw_only=False):
    """A reply without an answer.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: InvalidWhy
    type: ClassVar[Literal["invalid"]] = "invalid"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(InvalidWhy.from_dict(document))

    def to_dict(self) -> Json:
        return {"invalid": str(self.value)}


class PositionKindMissing(Value):
    """No reply: failed, late or not asked."""

    type: ClassVar[Literal["missing"]] = "missing"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "missing"


PositionKind: TypeAlias = (
    PositionKindAnswer
    | PositionKindAbstain
    | PositionKindInvalid
    | PositionKindMissing
)
"""What a seat's newest answer amounts to."""

_POSITION_KIND: Mapping[str, Read[PositionKind]] = {
    "answer": PositionKindAnswer.from_dict,
    "abstain": PositionKindAbstain.from_dict,
    "invalid": PositionKindInvalid.from_dict,
    "missing": PositionKindMissing.from_dict,
}


def position_kind_from_dict(document: Json) -> PositionKind:
    """Reads the form the core writes."""
    return worded("PositionKind", _POSITION_KIND, document)


class Preset(Value):
    """Texts of a published experiment, used byte for byte: nothing is put between the parts, and line breaks and
    blanks at both ends of every string count. Replies are quoted without escaping, which is recorded as a warning.

    Attributes:
        system: The system message, if there is one.
        first: The first user message with slots `{question}` and, for choices, `{A}` to `{D}`.
        prefix: Opens the message of a later round.
        each: Once per shown reply, with slot `{reply}`.
        suffix: Closes the message of a later round.
        extractor: How an answer is taken from a reply: a row of the extractor table.
    """

    __match_args__ = ("system", "first", "prefix", "each", "suffix", "extractor")
    system: str | None = None
    first: str | None = None
    prefix: str | None = None
    each: str | None = None
    suffix: str | None = None
    extractor: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Preset", document)
        return cls(
            system=m.optional("system", text),
            first=m.optional("first", text),
            prefix=m.optional("prefix", text),
            each=m.optional("each", text),
            suffix=m.optional("suffix", text),
            extractor=m.optional("extractor", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.system is not None:
            out["system"] = self.system
        if self.first is not None:
            out["first"] = self.first
        if self.prefix is not None:
            out["prefix"] = self.prefix
        if self.each is not None:
            out["each"] = self.each
        if self.suffix is not None:
            out["suffix"] = self.suffix
        if self.extractor is not None:
            out["extractor"] = self.extractor
        return out


class PriceRow(Value):
    """The price of some models, in whole micro-dollars per million tokens.

    Attributes:
        provider: The provider's word, or `*`.
        model: The model; `*` stands for any characters, `?` for one. Compared without regard to ASCII case.
        input: Input tokens that touch no cache.
        output: Output tokens, reasoning included.
        cache_read: Input tokens read from a cache, default `input`.
        cache_write: Input tokens written to a cache, default `input`.
        service_tier: Only calls in this service tier; default any.
        from_: Valid from this instant on, in milliseconds since 1970.
        until: Valid before this instant, in milliseconds since 1970.
    """

    __match_args__ = (
        "provider", "model", "input", "output", "cache_read", "cache_write", "service_tier", "from_", "until",
    )
    provider: str
    model: str
    input: int
    output: int
    cache_read: int | None = None
    cache_write: int | None = None
    service_tier: str | None = None
    from_: datetime | None = None
    until: datetime | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("PriceRow", document)
        m.only("provider", "model", "input", "output", "cache_read", "cache_write", "service_tier", "from", "until")
        return cls(
            provider=m.required("provider", text),
            model=m.required("model", text),
            input=m.required("input", integer),
            output=m.required("output", integer),
            cache_read=m.optional("cache_read", integer),
            cache_write=m.optional("cache_write", integer),
            service_tier=m.optional("service_tier", text),
            from_=m.optional("from", instant_ms),
            until=m.optional("until", instant_ms),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["provider"] = self.provider
        out["model"] = self.model
        out["input"] = self.input
        out["output"] = self.output
        if self.cache_read is not None:
            out["cache_read"] = self.cache_read
        if self.cache_write is not None:
            out["cache_write"] = self.cache_write
        if self.service_tier is not None:
            out["service_tier"] = self.service_tier
        if self.from_ is not None:
            out["from"] = to_unix_millis(self.from_)
        if self.until is not None:
            out["until"] = to_unix_millis(self.until)
        return out


class PriceTable(Value):
    """Prices of the host: negotiated rates, models of its own, or what the bundled list does not know. Rows are read
    in order and the first that matches gives the price.

    Attributes:
        version: The version kept beside every cost.
        rows: The prices.
    """

    __match_args__ = ("version", "rows")
    version: str
    rows: list[PriceRow]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("PriceTable", document)
        m.only("version", "rows")
        return cls(
            version=m.required("version", text),
            rows=m.required("rows", listed(PriceRow.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["version"] = self.version
        out["rows"] = [item.to_dict() for item in self.rows]
        return out


class Prompt(Value):
    """What one seat is asked, rendered.

    Attributes:
        system: S0: the rules of the protocol and the output format.
        messages: S1, S2 in blocks by round, S3; or an own history.
    """

    __match_args__ = ("system", "messages")
    system: str
    messages: list[Message]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Prompt", document)
        m.only("system", "messages")
        return cls(
            system=m.required("system", text),
            messages=m.required("messages", listed(Message.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["system"] = self.system
        out["messages"] = [item.to_dict() for item in self.messages]
        return out


class PromptCache(Word):
    """Whether cache points are used.

    Attributes:
        OFF: No.
        AUTO: Where the provider supports it.
    """

    OFF = "off"
    AUTO = "auto"


class ProtocolDocument(Value):
    """A protocol of the host.

    Attributes:
        participant: The participant.
        name: The registered name.
        version: Its version.
        params: Its parameters.
        min_seats: Voting seats it needs at least.
        max_seats: Voting seats it takes at most.
        planned_calls: The most calls it makes.
        members: Which methods it has beside `next`.
    """

    __match_args__ = (
        "participant", "name", "version", "params", "min_seats", "max_seats", "planned_calls", "members",
    )
    participant: int
    name: str
    version: str
    params: Json = None
    min_seats: int | None = None
    max_seats: int | None = None
    planned_calls: PlannedCalls | None = None
    members: list[str] | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ProtocolDocument", document)
        m.only("participant", "name", "version", "params", "min_seats", "max_seats", "planned_calls", "members")
        return cls(
            participant=m.required("participant", integer),
            name=m.required("name", text),
            version=m.required("version", text),
            params=m.optional("params", anything),
            min_seats=m.optional("min_seats", integer),
            max_seats=m.optional("max_seats", integer),
            planned_calls=m.optional("planned_calls", PlannedCalls.from_dict),
            members=m.optional("members", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["participant"] = self.participant
        out["name"] = self.name
        out["version"] = self.version
        if self.params is not None:
            out["params"] = self.params
        if self.min_seats is not None:
            out["min_seats"] = self.min_seats
        if self.max_seats is not None:
            out["max_seats"] = self.max_seats
        if self.planned_calls is not None:
            out["planned_calls"] = self.planned_calls.to_dict()
        if self.members is not None:
            out["members"] = [*self.members]
        return out


class ProtocolRef(Value):
    """A protocol by name, with what is needed to build it again.

    Attributes:
        name: The registered name.
        version: Its version.
        params: Its parameters.
        planned_calls: The most calls it can make with this roster.
    """

    __match_args__ = ("name", "version", "params", "planned_calls")
    name: str
    version: str
    params: Json
    planned_calls: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ProtocolRef", document)
        return cls(
            name=m.required("name", text),
            version=m.required("version", text),
            params=m.required("params", anything),
            planned_calls=m.required("planned_calls", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["name"] = self.name
        out["version"] = self.version
        out["params"] = self.params
        out["planned_calls"] = self.planned_calls
        return out


class ProviderDocument(Value):
    """An agent behind a provider, as a document. What is absent keeps its default.

    Attributes:
        provider: The provider, or an alias of it; absent only where a model's name stands beside the document.
        model: The model, with Azure the deployment; default the provider's.
        id: The agent's id, default made of provider and model.
        wire: The wire format, default the provider's.
        base_url: Where it is reached, default the provider's.
        path: The path after the base, with `{model}` in it; default the wire's.
        headers: Header fields of every request; never shown.
        query: Query members of every request. A credential belongs in a header.
        organization: `OpenAI-Organization`.
        project: `OpenAI-Project`.
        app_name: The host's name, for OpenRouter's `X-Title`.
        app_url: The host's site, for OpenRouter's `HTTP-Referer`.
        timeouts: Time limits of one exchange.
        stream: When replies are streamed, default where somebody listens.
        allow_insecure_http: Permits plain `http` beyond this machine.
        strict_knobs: Refuses a request with a knob the model does not take, instead of leaving it out with a
            warning.
        caps: What the model can do, default by its name.
        structured: Whether the model can be held to a schema, default native where the provider can.
        forward_metadata: Names of metadata that leave the process.
        capture_raw: Keeps the raw body of a refused call in the error.
        free: Calls cost nothing, e.g. on a server of one's own.
        extra: Members of every request's body; the request's own `extra` wins.
        family: The model's lineage, default guessed from its name.
        version: The agent's version.
    """

    __match_args__ = (
        "provider", "model", "id", "wire", "base_url", "path", "headers", "query", "organization", "project",
        "app_name", "app_url", "timeouts", "stream", "allow_insecure_http", "strict_knobs", "caps", "structured",
        "forward_metadata", "capture_raw", "free", "extra", "family", "version",
    )
    _secrets = ("headers",)
    provider: str | None = None
    model: str | None = None
    id: str | None = None
    wire: Wire | None = None
    base_url: str | None = None
    path: str | None = None
    headers: dict[str, str] | None = None
    query: dict[str, str] | None = None
    organization: str | None = None
    project: str | None = None
    app_name: str | None = None
    app_url: str | None = None
    timeouts: TimeoutsDocument | None = None
    stream: StreamMode | None = None
    allow_insecure_http: bool | None = None
    strict_knobs: bool | None = None
    caps: ModelCaps | None = None
    structured: StructuredMode | None = None
    forward_metadata: list[str] | None = None
    capture_raw: bool | None = None
    free: bool | None = None
    extra: dict[str, Json] | None = None
    family: str | None = None
    version: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ProviderDocument", document)
        m.only(
            "provider", "model", "id", "wire", "base_url", "path", "headers", "query", "organization", "project",
            "app_name", "app_url", "timeouts", "stream", "allow_insecure_http", "strict_knobs", "caps", "structured",
            "forward_metadata", "capture_raw", "free", "extra", "family", "version",
        )
        return cls(
            provider=m.optional("provider", text),
            model=m.optional("model", text),
            id=m.optional("id", text),
            wire=m.optional("wire", Wire.from_dict),
            base_url=m.optional("base_url", text),
            path=m.optional("path", text),
            headers=m.optional("headers", mapped(text)),
            query=m.optional("query", mapped(text)),
            organization=m.optional("organization", text),
            project=m.optional("project", text),
            app_name=m.optional("app_name", text),
            app_url=m.optional("app_url", text),
            timeouts=m.optional("timeouts", TimeoutsDocument.from_dict),
            stream=m.optional("stream", StreamMode.from_dict),
            allow_insecure_http=m.optional("allow_insecure_http", boolean),
            strict_knobs=m.optional("strict_knobs", boolean),
            caps=m.optional("caps", ModelCaps.from_dict),
            structured=m.optional("structured", StructuredMode.from_dict),
            forward_metadata=m.optional("forward_metadata", listed(text)),
            capture_raw=m.optional("capture_raw", boolean),
            free=m.optional("free", boolean),
            extra=m.optional("extra", mapped(anything)),
            family=m.optional("family", text),
            version=m.optional("version", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.provider is not None:
            out["provider"] = self.provider
        if self.model is not None:
            out["model"] = self.model
        if self.id is not None:
            out["id"] = self.id
        if self.wire is not None:
            out["wire"] = str(self.wire)
        if self.base_url is not None:
            out["base_url"] = self.base_url
        if self.path is not None:
            out["path"] = self.path
        if self.headers is not None:
            out["headers"] = {**self.headers}
        if self.query is not None:
            out["query"] = {**self.query}
        if self.organization is not None:
            out["organization"] = self.organization
        if self.project is not None:
            out["project"] = self.project
        if self.app_name is not None:
            out["app_name"] = self.app_name
        if self.app_url is not None:
            out["app_url"] = self.app_url
        if self.timeouts is not None:
            out["timeouts"] = self.timeouts.to_dict()
        if self.stream is not None:
            out["stream"] = str(self.stream)
        if self.allow_insecure_http is not None:
            out["allow_insecure_http"] = self.allow_insecure_http
        if self.strict_knobs is not None:
            out["strict_knobs"] = self.strict_knobs
        if self.caps is not None:
            out["caps"] = self.caps.to_dict()
        if self.structured is not None:
            out["structured"] = str(self.structured)
        if self.forward_metadata is not None:
            out["forward_metadata"] = [*self.forward_metadata]
        if self.capture_raw is not None:
            out["capture_raw"] = self.capture_raw
        if self.free is not None:
            out["free"] = self.free
        if self.extra is not None:
            out["extra"] = {**self.extra}
        if self.family is not None:
            out["family"] = self.family
        if self.version is not None:
            out["version"] = self.version
        return out


class ProviderReport(Value):
    """Which providers an instance can ask, found without asking them.

    Attributes:
        providers: Every provider, in a fixed order.
        warnings: What a host should know.
    """

    __match_args__ = ("providers", "warnings")
    providers: list[ProviderStatus]
    warnings: list[str]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ProviderReport", document)
        return cls(
            providers=m.required("providers", listed(ProviderStatus.from_dict)),
            warnings=m.required("warnings", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["providers"] = [item.to_dict() for item in self.providers]
        out["warnings"] = [*self.warnings]
        return out


class ProviderStatus(Value):
    """Whether a provider can be named.

    Attributes:
        provider: Its word in spec strings.
        configured: Whether it has a key, an address or credentials of the host.
        reason: Where from, or what is missing. Never a key.
        default_model: The model where a spec string names none.
    """

    __match_args__ = ("provider", "configured", "reason", "default_model")
    provider: str
    configured: bool
    reason: str
    default_model: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ProviderStatus", document)
        return cls(
            provider=m.required("provider", text),
            configured=m.required("configured", boolean),
            reason=m.required("reason", text),
            default_model=m.optional("default_model", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["provider"] = self.provider
        out["configured"] = self.configured
        out["reason"] = self.reason
        if self.default_model is not None:
            out["default_model"] = self.default_model
        return out


class PrunePlan(Value):
    """What to remove. Executed only while its hash fits what lies at the target.

    Attributes:
        preset: The rule.
        now: For which moment.
        remove: What goes, oldest first.
        keep: What stays, oldest first.
        hash: SHA-256 of the members above.
    """

    __match_args__ = ("preset", "now", "remove", "keep", "hash")
    preset: RetentionPreset
    now: datetime
    remove: list[str]
    keep: list[str]
    hash: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("PrunePlan", document)
        return cls(
            preset=m.required("preset", retention_preset_from_dict),
            now=m.required("now", instant_ms),
            remove=m.required("remove", listed(text)),
            keep=m.required("keep", listed(text)),
            hash=m.required("hash", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["preset"] = self.preset.to_dict()
        out["now"] = to_unix_millis(self.now)
        out["remove"] = [*self.remove]
        out["keep"] = [*self.keep]
        out["hash"] = self.hash
        return out


class Question(Value):
    """A question with everything the participants are given.

    Attributes:
        text: The question itself: not blank, at most 100,000 characters, no NUL.
        context: Background, at most 1,000,000 characters.
        options: Stated options, at most 24; empty means that the answers themselves are the options.
        format: How an answer is taken from a reply and when two answers are the same.
        documents: At most 100 documents, 4 MiB together.
    """

    __match_args__ = ("text", "context", "options", "format", "documents")
    text: str
    context: str | None = None
    options: list[OptionSpec] | None = None
    format: AnswerFormat | None = None
    documents: list[Document] | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Question", document)
        m.only("text", "context", "options", "format", "documents")
        return cls(
            text=m.required("text", text),
            context=m.optional("context", text),
            options=m.optional("options", listed(OptionSpec.from_dict)),
            format=m.optional("format", AnswerFormat.from_dict),
            documents=m.optional("documents", listed(Document.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["text"] = self.text
        if self.context is not None:
            out["context"] = self.context
        if self.options is not None:
            out["options"] = [item.to_dict() for item in self.options]
        if self.format is not None:
            out["format"] = self.format.to_dict()
        if self.documents is not None:
            out["documents"] = [item.to_dict() for item in self.documents]
        return out


class Quorum(Value):
    """Who had to take part, and who did.

    Attributes:
        eligible: Eligible seats.
        needed: How many had to cast or abstain.
        present: How many did.
        met: Whether that suffices.
    """

    __match_args__ = ("eligible", "needed", "present", "met")
    eligible: int
    needed: int
    present: int
    met: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Quorum", document)
        return cls(
            eligible=m.required("eligible", integer),
            needed=m.required("needed", integer),
            present=m.required("present", integer),
            met=m.required("met", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["eligible"] = self.eligible
        out["needed"] = self.needed
        out["present"] = self.present
        out["met"] = self.met
        return out


class QuorumRuleHalf(Value):
    """max(min(2, eligible), ceil(eligible / 2))."""

    type: ClassVar[Literal["half"]] = "half"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "half"


class QuorumRuleCount(Value, kw_only=False):
    """This many.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: int
    type: ClassVar[Literal["count"]] = "count"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(integer(document))

    def to_dict(self) -> Json:
        return {"count": self.value}


class QuorumRuleFraction(Value, kw_only=False):
    """This share, rounded up.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: str
    type: ClassVar[Literal["fraction"]] = "fraction"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(text(document))

    def to_dict(self) -> Json:
        return {"fraction": self.value}


QuorumRule: TypeAlias = (
    QuorumRuleHalf
    | QuorumRuleCount
    | QuorumRuleFraction
)
"""How many eligible seats must cast or abstain."""

_QUORUM_RULE: Mapping[str, Read[QuorumRule]] = {
    "half": QuorumRuleHalf.from_dict,
    "count": QuorumRuleCount.from_dict,
    "fraction": QuorumRuleFraction.from_dict,
}


def quorum_rule_from_dict(document: Json) -> QuorumRule:
    """Reads the form the core writes."""
    return worded("QuorumRule", _QUORUM_RULE, document)


class RateLimitSnapshot(Value):
    """The rate limits of a target.

    Attributes:
        target: Provider and model.
        origin: Scheme, host and port; empty if it has none.
        requests_per_minute: Our limit of requests per minute.
        tokens_per_minute: Our limit of tokens per minute.
        most_in_flight: Our limit of calls in flight.
        in_flight: Calls in flight.
        queued: Calls that wait for a place or for a rate limit.
        paused: For how long nothing is sent, in milliseconds.
        retries_left: Repeats that are left of at most ten.
        stated: What the provider last said about its limits.
        stated_at: When it said so.
    """

    __match_args__ = (
        "target", "origin", "requests_per_minute", "tokens_per_minute", "most_in_flight", "in_flight", "queued",
        "paused", "retries_left", "stated", "stated_at",
    )
    target: str
    origin: str
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    most_in_flight: int
    in_flight: int
    queued: int
    paused: timedelta
    retries_left: float
    stated: list[StatedLimit]
    stated_at: datetime | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RateLimitSnapshot", document)
        return cls(
            target=m.required("target", text),
            origin=m.required("origin", text),
            requests_per_minute=m.optional("requests_per_minute", integer),
            tokens_per_minute=m.optional("tokens_per_minute", integer),
            most_in_flight=m.required("most_in_flight", integer),
            in_flight=m.required("in_flight", integer),
            queued=m.required("queued", integer),
            paused=m.required("paused_ms", duration),
            retries_left=m.required("retries_left", number),
            stated=m.required("stated", listed(StatedLimit.from_dict)),
            stated_at=m.optional("stated_at", instant_ms),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["target"] = self.target
        out["origin"] = self.origin
        if self.requests_per_minute is not None:
            out["requests_per_minute"] = self.requests_per_minute
        if self.tokens_per_minute is not None:
            out["tokens_per_minute"] = self.tokens_per_minute
        out["most_in_flight"] = self.most_in_flight
        out["in_flight"] = self.in_flight
        out["queued"] = self.queued
        out["paused_ms"] = to_millis(self.paused)
        out["retries_left"] = self.retries_left
        out["stated"] = [item.to_dict() for item in self.stated]
        if self.stated_at is not None:
            out["stated_at"] = to_unix_millis(self.stated_at)
        return out


class ReencryptCounts(Value):
    """What became of the rows of one store.

    Attributes:
        migrated: Rows that were sealed, or sealed anew.
        skipped: Rows that were wholly under the active key already.
        failed: Rows that cannot be read.
    """

    __match_args__ = ("migrated", "skipped", "failed")
    migrated: int
    skipped: int
    failed: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ReencryptCounts", document)
        return cls(
            migrated=m.required("migrated", integer),
            skipped=m.required("skipped", integer),
            failed=m.required("failed", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["migrated"] = self.migrated
        out["skipped"] = self.skipped
        out["failed"] = self.failed
        return out


class ReencryptFailure(Value):
    """A row that cannot be re-encrypted.

    Attributes:
        tenant: Whose; empty for the installation.
        store: The table.
        row: The encoded key of the row, in hex.
        code: The code of the error.
        reason: Its reason.
    """

    __match_args__ = ("tenant", "store", "row", "code", "reason")
    tenant: str
    store: str
    row: str
    code: str
    reason: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ReencryptFailure", document)
        return cls(
            tenant=m.required("tenant", text),
            store=m.required("store", text),
            row=m.required("row", text),
            code=m.required("code", text),
            reason=m.required("reason", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["tenant"] = self.tenant
        out["store"] = self.store
        out["row"] = self.row
        out["code"] = self.code
        out["reason"] = self.reason
        return out


class ReencryptProgress(Value):
    """How far the re-encryption of one table of one tenant came.

    Attributes:
        tenant: Whose; empty for the installation.
        store: The table.
        target: The id of the key everything is sealed under.
        counts: Rows so far.
        finished_at: When the end was reached; absent while it was not.
    """

    __match_args__ = ("tenant", "store", "target", "counts", "finished_at")
    tenant: str
    store: str
    target: str | None = None
    counts: ReencryptCounts
    finished_at: datetime | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ReencryptProgress", document)
        return cls(
            tenant=m.required("tenant", text),
            store=m.required("store", text),
            target=m.optional("target", text),
            counts=m.required("counts", ReencryptCounts.from_dict),
            finished_at=m.optional("finished_at", instant_ms),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["tenant"] = self.tenant
        out["store"] = self.store
        if self.target is not None:
            out["target"] = self.target
        out["counts"] = self.counts.to_dict()
        if self.finished_at is not None:
            out["finished_at"] = to_unix_millis(self.finished_at)
        return out


class ReencryptReport(Value):
    """What a re-encryption did, or what a plan found.

    Attributes:
        per_store: Counts by table, all tenants together.
        keys_seen: Rows by the key ids they were found under; a row under two keys counts for both.
        failures: The rows that failed.
        complete: Whether every selected store was seen to its end.
    """

    __match_args__ = ("per_store", "keys_seen", "failures", "complete")
    per_store: dict[str, ReencryptCounts]
    keys_seen: dict[str, int]
    failures: list[ReencryptFailure]
    complete: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ReencryptReport", document)
        return cls(
            per_store=m.required("per_store", mapped(ReencryptCounts.from_dict)),
            keys_seen=m.required("keys_seen", mapped(integer)),
            failures=m.required("failures", listed(ReencryptFailure.from_dict)),
            complete=m.required("complete", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["per_store"] = {key: item.to_dict() for key, item in self.per_store.items()}
        out["keys_seen"] = {**self.keys_seen}
        out["failures"] = [item.to_dict() for item in self.failures]
        out["complete"] = self.complete
        return out


class Refusal(Value):
    """A refusal, which is a recorded outcome and not an error.

    Attributes:
        text: What was said.
        category: The provider's category.
    """

    __match_args__ = ("text", "category")
    text: str
    category: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Refusal", document)
        m.only("text", "category")
        return cls(
            text=m.required("text", text),
            category=m.optional("category", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["text"] = self.text
        if self.category is not None:
            out["category"] = self.category
        return out


class Relabel(Word):
    """Whether voters share labels.

    Attributes:
        OFF: All voters see the same labels.
        PER_VOTER: Each voter gets an own mapping, recorded with the step.
    """

    OFF = "off"
    PER_VOTER = "per_voter"


class ReplayCheck(Word):
    """How closely a replay is compared.

    Attributes:
        STRICT: Every byte of every record.
        DECISION: The decision only.
    """

    STRICT = "strict"
    DECISION = "decision"


class ReplayReport(Value):
    """What a replay found.

    Attributes:
        matches: Whether the check holds.
        records: Records compared.
        difference: The first difference of the logs, also when only decisions are compared.
        decision: The decision of the replayed debate, if it came to one.
    """

    __match_args__ = ("matches", "records", "difference", "decision")
    matches: bool
    records: int
    difference: Difference | None = None
    decision: Decision | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ReplayReport", document)
        return cls(
            matches=m.required("matches", boolean),
            records=m.required("records", integer),
            difference=m.optional("difference", Difference.from_dict),
            decision=m.optional("decision", Decision.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["matches"] = self.matches
        out["records"] = self.records
        if self.difference is not None:
            out["difference"] = self.difference.to_dict()
        if self.decision is not None:
            out["decision"] = self.decision.to_dict()
        return out


class ReplyCache(Value):
    """Keeps replies of models, so that the same request need not be paid for twice. Every organisation has its own.

    Attributes:
        ttl: How long a reply lives, 1 ms to 10 years, default one hour.
        always: Keeps replies at any temperature, instead of those at temperature 0 only.
    """

    __match_args__ = ("ttl", "always")
    ttl: timedelta | None = None
    always: bool | None = None

    def __init__(
        self,
        *,
        ttl: timedelta | float | None = None,
        always: bool | None = None,
    ) -> None:
        members: dict[str, object] = {
            "ttl": None if ttl is None else seconds(ttl),
            "always": always,
        }
        self._set(members)

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ReplyCache", document)
        m.only("ttl_ms", "always")
        return cls(
            ttl=m.optional("ttl_ms", duration),
            always=m.optional("always", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.ttl is not None:
            out["ttl_ms"] = to_millis(self.ttl)
        if self.always is not None:
            out["always"] = self.always
        return out


class ReplyWarning(Value):
    """Something about a reply that a reader should know and that changed nothing.

    Attributes:
        code: A stable code.
        detail: More about it.
    """

    __match_args__ = ("code", "detail")
    code: str
    detail: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ReplyWarning", document)
        m.only("code", "detail")
        return cls(
            code=m.required("code", text),
            detail=m.required("detail", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["code"] = self.code
        out["detail"] = self.detail
        return out


class Report(Value):
    """A protocol's own report, by kind.

    Attributes:
        kind: Which report.
        value: Its content.
    """

    __match_args__ = ("kind", "value")
    kind: str
    value: Json

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Report", document)
        m.only("kind", "value")
        return cls(
            kind=m.required("kind", text),
            value=m.required("value", anything),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["kind"] = self.kind
        out["value"] = self.value
        return out


class Reputation(Value):
    """Ratings of a seat, for `reputation_weighted` and judge selection.

    Attributes:
        elo: Elo, 1500 for the unknown.
        calibration: Calibration score 0..=1; absent if unknown.
    """

    __match_args__ = ("elo", "calibration")
    elo: float
    calibration: float | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Reputation", document)
        m.only("elo", "calibration")
        return cls(
            elo=m.required("elo", number),
            calibration=m.optional("calibration", number),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["elo"] = self.elo
        if self.calibration is not None:
            out["calibration"] = self.calibration
        return out


class RequestMessage(Value):
    """One message of a request.

    Attributes:
        id: Its id.
        author: Who said it.
        text: The text.
        visibility: Who may see it.
        cache_point: Whether a provider's prompt cache may end here.
    """

    __match_args__ = ("id", "author", "text", "visibility", "cache_point")
    id: str
    author: Author
    text: str
    visibility: Visibility
    cache_point: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RequestMessage", document)
        return cls(
            id=m.required("id", text),
            author=m.required("author", author_from_dict),
            text=m.required("text", text),
            visibility=m.required("visibility", visibility_from_dict),
            cache_point=m.required("cache_point", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["author"] = self.author.to_dict()
        out["text"] = self.text
        out["visibility"] = self.visibility.to_dict()
        out["cache_point"] = self.cache_point
        return out


class Reserve(Value):
    """Tokens and money set aside for a turn.

    Attributes:
        tokens_in: Estimated input tokens, bytes / 3 rounded up.
        tokens_out: Output limit.
        micros: Quoted cost; absent if the model has no price.
    """

    __match_args__ = ("tokens_in", "tokens_out", "micros")
    tokens_in: int
    tokens_out: int
    micros: int | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Reserve", document)
        return cls(
            tokens_in=m.required("tokens_in", integer),
            tokens_out=m.required("tokens_out", integer),
            micros=m.optional("micros", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["tokens_in"] = self.tokens_in
        out["tokens_out"] = self.tokens_out
        if self.micros is not None:
            out["micros"] = self.micros
        return out


class RestoreReport(Value):
    """What was restored.

    Attributes:
        backup: The backup whose end the store stands at.
        chain: Its chain, the full backup first.
        restored_to: When that end was: what was written later is lost.
        gap: From then until the restore, in milliseconds.
        tables: Rows by table.
        checks: Names of the checks that held.
    """

    __match_args__ = ("backup", "chain", "restored_to", "gap", "tables", "checks")
    backup: str
    chain: list[str]
    restored_to: datetime
    gap: timedelta
    tables: dict[str, TableCount]
    checks: list[str]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RestoreReport", document)
        return cls(
            backup=m.required("backup", text),
            chain=m.required("chain", listed(text)),
            restored_to=m.required("restored_to", instant_ms),
            gap=m.required("gap_ms", duration),
            tables=m.required("tables", mapped(TableCount.from_dict)),
            checks=m.required("checks", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["backup"] = self.backup
        out["chain"] = [*self.chain]
        out["restored_to"] = to_unix_millis(self.restored_to)
        out["gap_ms"] = to_millis(self.gap)
        out["tables"] = {key: item.to_dict() for key, item in self.tables.items()}
        out["checks"] = [*self.checks]
        return out


class RetentionPresetRunbook(Value):
    """Increments 24 h, daily full backups 7 d, weekly ones 30 d."""

    type: ClassVar[Literal["runbook"]] = "runbook"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "runbook"


class RetentionPresetDeployment(Value):
    """Increments 7 d, daily full backups 30 d, weekly ones 90 d."""

    type: ClassVar[Literal["deployment"]] = "deployment"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "deployment"


class RetentionPresetCustom(Value):
    """Times of the host's, none shorter than a day.

    Attributes:
        increments: Increments, in days.
        daily: The first full backup of each day, in days.
        weekly: The first full backup of each week (ISO 8601, from Monday, UTC), in days.
    """

    __match_args__ = ("increments", "daily", "weekly")
    increments: int
    daily: int
    weekly: int
    type: ClassVar[Literal["custom"]] = "custom"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RetentionPresetCustom", document)
        return cls(
            increments=m.required("increments", integer),
            daily=m.required("daily", integer),
            weekly=m.required("weekly", integer),
        )

    def to_dict(self) -> Json:
        members: dict[str, Json] = {}
        members["increments"] = self.increments
        members["daily"] = self.daily
        members["weekly"] = self.weekly
        return {"custom": members}


RetentionPreset: TypeAlias = (
    RetentionPresetRunbook
    | RetentionPresetDeployment
    | RetentionPresetCustom
)
"""How long backups are kept. Whatever a preset says, the newest five full backups and the newest verified one stay,
and so does everything that an increment that stays goes on from.
"""

_RETENTION_PRESET: Mapping[str, Read[RetentionPreset]] = {
    "runbook": RetentionPresetRunbook.from_dict,
    "deployment": RetentionPresetDeployment.from_dict,
    "custom": RetentionPresetCustom.from_dict,
}


def retention_preset_from_dict(document: Json) -> RetentionPreset:
    """Reads the form the core writes."""
    return worded("RetentionPreset", _RETENTION_PRESET, document)


RiskTier: TypeAlias = int
"""How much agreement a matter needs."""


class Role(OpenWord):
    """The part a participant plays in one turn.

    Attributes:
        PROPOSER: Proposes answers; the default.
        CRITIC: Criticises.
        REVISER: Revises the own answer.
        VOTER: Votes.
        JUDGE: Judges.
        SYNTHESIZER: Merges.
    """

    PROPOSER = "proposer"
    CRITIC = "critic"
    REVISER = "reviser"
    VOTER = "voter"
    JUDGE = "judge"
    SYNTHESIZER = "synthesizer"


class RolePolicy(Word):
    """Cognitive roles.

    Attributes:
        OFF: None.
        ROTATE: Analyst, Skeptic, Lateral Thinker, Synthesizer by (seat + round) mod 4.
    """

    OFF = "off"
    ROTATE = "rotate"


class RoundConvergence(Value):
    """How close the seats were at the end of a round: the three figures of `Convergence`.

    Attributes:
        agreement: Mean similarity of the newest texts over pairs of seats.
        stability: Lowest similarity of a seat's newest text to its previous one.
        position: Weight of the largest answer group over the weight of all positions.
    """

    __match_args__ = ("agreement", "stability", "position")
    agreement: float
    stability: float
    position: float

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RoundConvergence", document)
        return cls(
            agreement=m.required("agreement", number),
            stability=m.required("stability", number),
            position=m.required("position", number),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["agreement"] = self.agreement
        out["stability"] = self.stability
        out["position"] = self.position
        return out


class RoundView(Value):
    """One round.

    Attributes:
        round: Its number, from 1.
        sees: Whose words each seat sees.
        roles: Cognitive roles.
        stances: Stances.
    """

    __match_args__ = ("round", "sees", "roles", "stances")
    round: int
    sees: dict[str, list[str]]
    roles: dict[str, str]
    stances: dict[str, Stance]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RoundView", document)
        return cls(
            round=m.required("round", integer),
            sees=m.required("sees", mapped(listed(text))),
            roles=m.required("roles", mapped(text)),
            stances=m.required("stances", mapped(Stance.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["round"] = self.round
        out["sees"] = {key: [*item] for key, item in self.sees.items()}
        out["roles"] = {**self.roles}
        out["stances"] = {key: str(item) for key, item in self.stances.items()}
        return out


class Row(Value):
    """What one option got.

    Attributes:
        option: The option.
        votes: Votes of seats.
        weight: Weight of the votes, those of host users included. In millionths.
        extra: Figures of the rule, and the share of host users in the weight: `user_votes`, `user_weight`.
    """

    __match_args__ = ("option", "votes", "weight", "extra")
    option: str
    votes: int
    weight: int
    extra: Json = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Row", document)
        return cls(
            option=m.required("option", text),
            votes=m.required("votes", integer),
            weight=m.required("weight", integer),
            extra=m.optional("extra", anything),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["option"] = self.option
        out["votes"] = self.votes
        out["weight"] = self.weight
        if self.extra is not None:
            out["extra"] = self.extra
        return out


class RuleConfig(Value):
    """A decision rule with its common settings.

    Attributes:
        rule: Which rule.
        quorum: How many must take part.
        ties: What happens when several options are first.
        basis: Whose weight is the whole.
        self_vote: Whether votes for one's own answer count; absent means the default of the ballot kind.
    """

    __match_args__ = ("rule", "quorum", "ties", "basis", "self_vote")
    rule: RuleKind | None = None
    quorum: QuorumRule | None = None
    ties: TieBreak | None = None
    basis: Basis | None = None
    self_vote: SelfVote | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RuleConfig", document)
        m.only("rule", "quorum", "ties", "basis", "self_vote")
        return cls(
            rule=m.optional("rule", rule_kind_from_dict),
            quorum=m.optional("quorum", quorum_rule_from_dict),
            ties=m.optional("ties", tie_break_from_dict),
            basis=m.optional("basis", Basis.from_dict),
            self_vote=m.optional("self_vote", SelfVote.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.rule is not None:
            out["rule"] = self.rule.to_dict()
        if self.quorum is not None:
            out["quorum"] = self.quorum.to_dict()
        if self.ties is not None:
            out["ties"] = self.ties.to_dict()
        if self.basis is not None:
            out["basis"] = str(self.basis)
        if self.self_vote is not None:
            out["self_vote"] = str(self.self_vote)
        return out


class RuleKindPlurality(Value):
    """Greatest weight above 0."""

    type: ClassVar[Literal["plurality"]] = "plurality"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "plurality"}
        return out


class RuleKindMajority(Value):
    """More than half of the counted weight; the default."""

    type: ClassVar[Literal["majority"]] = "majority"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "majority"}
        return out


class RuleKindSupermajority(Value):
    """At least this share of the counted weight, default 2/3.

    Attributes:
        share: The share.
    """

    __match_args__ = ("share",)
    share: str | None = None
    type: ClassVar[Literal["supermajority"]] = "supermajority"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RuleKindSupermajority", document)
        m.only("share", "name")
        return cls(
            share=m.optional("share", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "supermajority"}
        if self.share is not None:
            out["share"] = self.share
        return out


class RuleKindThreshold(Value):
    """A share of the basis, strictly or not.

    Attributes:
        share: The share.
        strict: Whether the share must be exceeded.
    """

    __match_args__ = ("share", "strict")
    share: str
    strict: bool | None = None
    type: ClassVar[Literal["threshold"]] = "threshold"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RuleKindThreshold", document)
        m.only("share", "strict", "name")
        return cls(
            share=m.required("share", text),
            strict=m.optional("strict", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "threshold"}
        out["share"] = self.share
        if self.strict is not None:
            out["strict"] = self.strict
        return out


class RuleKindCountAboveFloor(Value):
    """Votes > floor(share * n), n = seats active in the round.

    Attributes:
        share: The share, default 2/3.
    """

    __match_args__ = ("share",)
    share: str | None = None
    type: ClassVar[Literal["count_above_floor"]] = "count_above_floor"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RuleKindCountAboveFloor", document)
        m.only("share", "name")
        return cls(
            share=m.optional("share", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "count_above_floor"}
        if self.share is not None:
            out["share"] = self.share
        return out


class RuleKindUnanimity(Value):
    """Every eligible seat cast for one option.

    Attributes:
        ignore_abstain: Whether abstentions do not block.
    """

    __match_args__ = ("ignore_abstain",)
    ignore_abstain: bool | None = None
    type: ClassVar[Literal["unanimity"]] = "unanimity"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RuleKindUnanimity", document)
        m.only("ignore_abstain", "name")
        return cls(
            ignore_abstain=m.optional("ignore_abstain", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "unanimity"}
        if self.ignore_abstain is not None:
            out["ignore_abstain"] = self.ignore_abstain
        return out


class RuleKindConfidenceWeighted(Value):
    """Votes weighted by stated confidence.

    Attributes:
        curve: The curve from confidence to weight.
    """

    __match_args__ = ("curve",)
    curve: ConfidenceCurve | None = None
    type: ClassVar[Literal["confidence_weighted"]] = "confidence_weighted"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RuleKindConfidenceWeighted", document)
        m.only("curve", "name")
        return cls(
            curve=m.optional("curve", ConfidenceCurve.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "confidence_weighted"}
        if self.curve is not None:
            out["curve"] = str(self.curve)
        return out


class RuleKindReputationWeighted(Value):
    """Votes weighted by rating and calibration, read once at start."""

    type: ClassVar[Literal["reputation_weighted"]] = "reputation_weighted"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "reputation_weighted"}
        return out


class RuleKindHybrid(Value):
    """The first rule that decides.

    Attributes:
        rules: In order of preference.
    """

    __match_args__ = ("rules",)
    rules: list[RuleKind]
    type: ClassVar[Literal["hybrid"]] = "hybrid"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RuleKindHybrid", document)
        m.only("rules", "name")
        return cls(
            rules=m.required("rules", listed(rule_kind_from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "hybrid"}
        out["rules"] = [item.to_dict() for item in self.rules]
        return out


class RuleKindNone(Value):
    """No decision is sought; all positions are returned."""

    type: ClassVar[Literal["none"]] = "none"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "none"}
        return out


class RuleKindCustom(Value):
    """A rule of the host, registered with the engine by name.

    Attributes:
        rule: The registered name.
    """

    __match_args__ = ("rule",)
    rule: str
    type: ClassVar[Literal["custom"]] = "custom"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RuleKindCustom", document)
        m.only("rule", "name")
        return cls(
            rule=m.required("rule", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "custom"}
        out["rule"] = self.rule
        return out


RuleKind: TypeAlias = (
    RuleKindPlurality
    | RuleKindMajority
    | RuleKindSupermajority
    | RuleKindThreshold
    | RuleKindCountAboveFloor
    | RuleKindUnanimity
    | RuleKindConfidenceWeighted
    | RuleKindReputationWeighted
    | RuleKindHybrid
    | RuleKindNone
    | RuleKindCustom
)
"""The decision rules."""

_RULE_KIND: Mapping[str, Read[RuleKind]] = {
    "plurality": RuleKindPlurality.from_dict,
    "majority": RuleKindMajority.from_dict,
    "supermajority": RuleKindSupermajority.from_dict,
    "threshold": RuleKindThreshold.from_dict,
    "count_above_floor": RuleKindCountAboveFloor.from_dict,
    "unanimity": RuleKindUnanimity.from_dict,
    "confidence_weighted": RuleKindConfidenceWeighted.from_dict,
    "reputation_weighted": RuleKindReputationWeighted.from_dict,
    "hybrid": RuleKindHybrid.from_dict,
    "none": RuleKindNone.from_dict,
    "custom": RuleKindCustom.from_dict,
}


def rule_kind_from_dict(document: Json) -> RuleKind:
    """Reads the form the core writes."""
    return tagged("RuleKind", "name", _RULE_KIND, document)


class RuleUsed(Value):
    """The rule that was used, and where.

    Attributes:
        name: The rule's name; of a hybrid, the member that decided.
        config: Its settings.
    """

    __match_args__ = ("name", "config")
    name: str
    config: RuleConfig

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("RuleUsed", document)
        return cls(
            name=m.required("name", text),
            config=m.required("config", RuleConfig.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["name"] = self.name
        out["config"] = self.config.to_dict()
        return out


class Sampling(Value):
    """How a model samples. Absent means the provider's default.

    Attributes:
        temperature: 0..=2.
        top_p: Above 0, at most 1.
        max_output_tokens: At least 1.
        stop: At most 4 of at most 64 characters.
        seed: A seed for providers that take one.
        effort: How hard to think.
        service_tier: The provider's service tier.
        prompt_cache: Whether cache points are used.
    """

    __match_args__ = (
        "temperature", "top_p", "max_output_tokens", "stop", "seed", "effort", "service_tier", "prompt_cache",
    )
    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None
    stop: list[str] | None = None
    seed: int | None = None
    effort: Effort | None = None
    service_tier: str | None = None
    prompt_cache: PromptCache | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Sampling", document)
        return cls(
            temperature=m.optional("temperature", number),
            top_p=m.optional("top_p", number),
            max_output_tokens=m.optional("max_output_tokens", integer),
            stop=m.optional("stop", listed(text)),
            seed=m.optional("seed", integer),
            effort=m.optional("effort", Effort.from_dict),
            service_tier=m.optional("service_tier", text),
            prompt_cache=m.optional("prompt_cache", PromptCache.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.temperature is not None:
            out["temperature"] = self.temperature
        if self.top_p is not None:
            out["top_p"] = self.top_p
        if self.max_output_tokens is not None:
            out["max_output_tokens"] = self.max_output_tokens
        if self.stop is not None:
            out["stop"] = [*self.stop]
        if self.seed is not None:
            out["seed"] = self.seed
        if self.effort is not None:
            out["effort"] = str(self.effort)
        if self.service_tier is not None:
            out["service_tier"] = self.service_tier
        if self.prompt_cache is not None:
            out["prompt_cache"] = str(self.prompt_cache)
        return out


class ScriptDocument(Value):
    """One step of a script; exactly one of its verbs is given.

    Attributes:
        phase: Only in this phase.
        say: Answers this text.
        reply: Answers this reply.
        json: Answers this JSON value.
        ballot: Votes: a ballot as in the log.
        confidence: With a ballot: stated confidence.
        reason: With a ballot: stated reason.
        fail: Fails with this code.
        retry_after: With a failure: when to try again.
        sleep: Waits, then goes on with the next step.
        hang: Says nothing until cancelled.
        stream: Streams the pieces.
    """

    __match_args__ = (
        "phase", "say", "reply", "json", "ballot", "confidence", "reason", "fail", "retry_after", "sleep", "hang",
        "stream",
    )
    phase: Phase | None = None
    say: str | None = None
    reply: AgentReply | None = None
    json: Json = None
    ballot: Ballot | None = None
    confidence: float | None = None
    reason: str | None = None
    fail: str | None = None
    retry_after: timedelta | None = None
    sleep: timedelta | None = None
    hang: bool | None = None
    stream: list[str] | None = None

    def __init__(
        self,
        *,
        phase: Phase | None = None,
        say: str | None = None,
        reply: AgentReply | None = None,
        json: Json = None,
        ballot: Ballot | None = None,
        confidence: float | None = None,
        reason: str | None = None,
        fail: str | None = None,
        retry_after: timedelta | float | None = None,
        sleep: timedelta | float | None = None,
        hang: bool | None = None,
        stream: list[str] | None = None,
    ) -> None:
        members: dict[str, object] = {
            "phase": phase,
            "say": say,
            "reply": reply,
            "json": json,
            "ballot": ballot,
            "confidence": confidence,
            "reason": reason,
            "fail": fail,
            "retry_after": None if retry_after is None else seconds(retry_after),
            "sleep": None if sleep is None else seconds(sleep),
            "hang": hang,
            "stream": stream,
        }
        self._set(members)

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ScriptDocument", document)
        m.only(
            "phase", "say", "reply", "json", "ballot", "confidence", "reason", "fail", "retry_after_ms", "sleep_ms",
            "hang", "stream",
        )
        return cls(
            phase=m.optional("phase", Phase.from_dict),
            say=m.optional("say", text),
            reply=m.optional("reply", AgentReply.from_dict),
            json=m.optional("json", anything),
            ballot=m.optional("ballot", ballot_from_dict),
            confidence=m.optional("confidence", number),
            reason=m.optional("reason", text),
            fail=m.optional("fail", text),
            retry_after=m.optional("retry_after_ms", duration),
            sleep=m.optional("sleep_ms", duration),
            hang=m.optional("hang", boolean),
            stream=m.optional("stream", listed(text)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.phase is not None:
            out["phase"] = str(self.phase)
        if self.say is not None:
            out["say"] = self.say
        if self.reply is not None:
            out["reply"] = self.reply.to_dict()
        if self.json is not None:
            out["json"] = self.json
        if self.ballot is not None:
            out["ballot"] = self.ballot.to_dict()
        if self.confidence is not None:
            out["confidence"] = self.confidence
        if self.reason is not None:
            out["reason"] = self.reason
        if self.fail is not None:
            out["fail"] = self.fail
        if self.retry_after is not None:
            out["retry_after_ms"] = to_millis(self.retry_after)
        if self.sleep is not None:
            out["sleep_ms"] = to_millis(self.sleep)
        if self.hang is not None:
            out["hang"] = self.hang
        if self.stream is not None:
            out["stream"] = [*self.stream]
        return out


class SeatDocument(Value):
    """One participant's place in a debate.

    Attributes:
        agent: Who answers.
        role: The part played when the protocol gives none.
        persona: Who it is asked to be.
        weight: Above 0, at most 100.
        votes: Whether it votes.
        judges: Whether it judges.
        reputation: Ratings, where the host has them.
        layers: Layers around this agent, of whatever kind it is, in place of the instance's; default the
            instance's around a model and none around others. Budgets and kept replies stay the instance's.
        stand_ins: Agents that stand in for this one when it fails, in this order, in its name and behind layers
            of their own, in place of the models the layers name.
    """

    __match_args__ = ("agent", "role", "persona", "weight", "votes", "judges", "reputation", "layers", "stand_ins")
    agent: AgentDocument
    role: Role | str | None = None
    persona: Persona | None = None
    weight: float | None = None
    votes: bool | None = None
    judges: bool | None = None
    reputation: Reputation | None = None
    layers: Layers | None = None
    stand_ins: list[AgentDocument] | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("SeatDocument", document)
        m.only("agent", "role", "persona", "weight", "votes", "judges", "reputation", "layers", "stand_ins")
        return cls(
            agent=m.required("agent", agent_document_from_dict),
            role=m.optional("role", Role.from_dict),
            persona=m.optional("persona", Persona.from_dict),
            weight=m.optional("weight", number),
            votes=m.optional("votes", boolean),
            judges=m.optional("judges", boolean),
            reputation=m.optional("reputation", Reputation.from_dict),
            layers=m.optional("layers", Layers.from_dict),
            stand_ins=m.optional("stand_ins", listed(agent_document_from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["agent"] = self.agent.to_dict()
        if self.role is not None:
            out["role"] = str(self.role)
        if self.persona is not None:
            out["persona"] = self.persona.to_dict()
        if self.weight is not None:
            out["weight"] = self.weight
        if self.votes is not None:
            out["votes"] = self.votes
        if self.judges is not None:
            out["judges"] = self.judges
        if self.reputation is not None:
            out["reputation"] = self.reputation.to_dict()
        if self.layers is not None:
            out["layers"] = self.layers.to_dict()
        if self.stand_ins is not None:
            out["stand_ins"] = [item.to_dict() for item in self.stand_ins]
        return out


class SeatPrice(Value):
    """The highest price of a seat's tokens over its targets, in micro-dollars per million, as it stood at the start.

    Attributes:
        input: Input tokens.
        output: Output tokens.
    """

    __match_args__ = ("input", "output")
    input: int
    output: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("SeatPrice", document)
        m.only("input", "output")
        return cls(
            input=m.required("input", integer),
            output=m.required("output", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["input"] = self.input
        out["output"] = self.output
        return out


class SeatView(Value):
    """One seat as everybody may see it.

    Attributes:
        id: The participant.
        kind: What kind answers.
        provider: Provider, e.g. `openai`, empty if there is none.
        model: Model as asked for, empty if there is none.
        family: Model lineage, e.g. `claude`; empty means undisclosed.
        version: Version of the agent.
        context_tokens: The model's window in tokens, prompt and output together; absent if unknown.
        price: What its tokens cost at most; only where the debate has a cost limit.
        role: Its part.
        persona: Who it is asked to be.
        weight: Its weight in votes. In millionths.
        votes: Whether it votes.
        judges: Whether it judges.
        reputation: Ratings read once at start.
    """

    __match_args__ = (
        "id", "kind", "provider", "model", "family", "version", "context_tokens", "price", "role", "persona",
        "weight", "votes", "judges", "reputation",
    )
    id: str
    kind: AgentKind
    provider: str | None = None
    model: str | None = None
    family: str | None = None
    version: str | None = None
    context_tokens: int | None = None
    price: SeatPrice | None = None
    role: Role | str
    persona: Persona | None = None
    weight: int
    votes: bool
    judges: bool
    reputation: Reputation | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("SeatView", document)
        m.only(
            "id", "kind", "provider", "model", "family", "version", "context_tokens", "price", "role", "persona",
            "weight", "votes", "judges", "reputation",
        )
        return cls(
            id=m.required("id", text),
            kind=m.required("kind", AgentKind.from_dict),
            provider=m.optional("provider", text),
            model=m.optional("model", text),
            family=m.optional("family", text),
            version=m.optional("version", text),
            context_tokens=m.optional("context_tokens", integer),
            price=m.optional("price", SeatPrice.from_dict),
            role=m.required("role", Role.from_dict),
            persona=m.optional("persona", Persona.from_dict),
            weight=m.required("weight", integer),
            votes=m.required("votes", boolean),
            judges=m.required("judges", boolean),
            reputation=m.optional("reputation", Reputation.from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["kind"] = str(self.kind)
        if self.provider is not None:
            out["provider"] = self.provider
        if self.model is not None:
            out["model"] = self.model
        if self.family is not None:
            out["family"] = self.family
        if self.version is not None:
            out["version"] = self.version
        if self.context_tokens is not None:
            out["context_tokens"] = self.context_tokens
        if self.price is not None:
            out["price"] = self.price.to_dict()
        out["role"] = str(self.role)
        if self.persona is not None:
            out["persona"] = self.persona.to_dict()
        out["weight"] = self.weight
        out["votes"] = self.votes
        out["judges"] = self.judges
        if self.reputation is not None:
            out["reputation"] = self.reputation.to_dict()
        return out


class SeenMessage(Value):
    """A message as it is shown.

    Attributes:
        author: Who said it.
        text: The text.
    """

    __match_args__ = ("author", "text")
    author: Author
    text: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("SeenMessage", document)
        return cls(
            author=m.required("author", author_from_dict),
            text=m.required("text", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["author"] = self.author.to_dict()
        out["text"] = self.text
        return out


class SelfVote(Word):
    """Whether a vote for one's own answer counts.

    Attributes:
        COUNT: In full; the default for choices, since forbidding it forces a lone dissenter to join the majority.
        EXCLUDE: Not at all; the default for rankings, scores and points.
        HALF: At half weight.
    """

    COUNT = "count"
    EXCLUDE = "exclude"
    HALF = "half"


class Sequential(Value):
    """One after the other, each seeing what was said before.

    Planned calls: nR.

    Attributes:
        full: Everything said so far instead of the newest message of every other seat.
        rotate: The order moves on by one seat each round.
    """

    __match_args__ = ("full", "rotate")
    full: bool | None = None
    rotate: bool | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Sequential", document)
        m.only("full", "rotate")
        return cls(
            full=m.optional("full", boolean),
            rotate=m.optional("rotate", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.full is not None:
            out["full"] = self.full
        if self.rotate is not None:
            out["rotate"] = self.rotate
        return out


class ServedLive(Value):
    """Asked for and answered now."""

    type: ClassVar[Literal["live"]] = "live"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "live"


class ServedCache(Value):
    """From a reply cache."""

    type: ClassVar[Literal["cache"]] = "cache"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "cache"


class ServedRecorded(Value):
    """From a recording."""

    type: ClassVar[Literal["recorded"]] = "recorded"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "recorded"


class ServedFallback(Value):
    """Another target answered.

    Attributes:
        from_: The target that failed.
    """

    __match_args__ = ("from_",)
    from_: str
    type: ClassVar[Literal["fallback"]] = "fallback"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ServedFallback", document)
        return cls(
            from_=m.required("from", text),
        )

    def to_dict(self) -> Json:
        members: dict[str, Json] = {}
        members["from"] = self.from_
        return {"fallback": members}


Served: TypeAlias = (
    ServedLive
    | ServedCache
    | ServedRecorded
    | ServedFallback
)
"""How a reply came to be."""

_SERVED: Mapping[str, Read[Served]] = {
    "live": ServedLive.from_dict,
    "cache": ServedCache.from_dict,
    "recorded": ServedRecorded.from_dict,
    "fallback": ServedFallback.from_dict,
}


def served_from_dict(document: Json) -> Served:
    """Reads the form the core writes."""
    return worded("Served", _SERVED, document)


class ShutdownReport(Value):
    """What a shutdown left behind.

    Attributes:
        finished: Debates that ended within the grace.
        stopped: Debates that were stopped at their last record and can be resumed elsewhere.
    """

    __match_args__ = ("finished", "stopped")
    finished: int
    stopped: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ShutdownReport", document)
        return cls(
            finished=m.required("finished", integer),
            stopped=m.required("stopped", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["finished"] = self.finished
        out["stopped"] = self.stopped
        return out


class Signals(Value):
    """What an ordinary reply says about itself.

    Attributes:
        confidence: Stated confidence 0..=1, rounded to six decimals.
        go_on: Whether to go on, from yes, no, true or false only.
        ready: Whether the participant is ready to decide; from structured output only, because a hidden comment
            in a text must never control the debate.
        responds_to: What the reply says it answers; from structured output only.
        warnings: `confidence_rejected`.
    """

    __match_args__ = ("confidence", "go_on", "ready", "responds_to", "warnings")
    confidence: float | None
    go_on: bool | None
    ready: bool | None
    responds_to: list[str]
    warnings: list[ParseWarning]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Signals", document)
        return cls(
            confidence=m.required("confidence", nullable(number)),
            go_on=m.required("continue", nullable(boolean)),
            ready=m.required("ready", nullable(boolean)),
            responds_to=m.required("responds_to", listed(text)),
            warnings=m.required("warnings", listed(ParseWarning.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["confidence"] = self.confidence
        out["continue"] = self.go_on
        out["ready"] = self.ready
        out["responds_to"] = [*self.responds_to]
        out["warnings"] = [item.to_dict() for item in self.warnings]
        return out


class SigningRequest(Value):
    """What the hook sees of a request, so that it can sign it.

    Attributes:
        method: The method.
        url: The whole target.
        body: The body as it is sent; JSON text, empty for a request without one.
        refresh: Whether the provider refused the last fields and new ones are needed.
    """

    __match_args__ = ("method", "url", "body", "refresh")
    method: str
    url: str
    body: str
    refresh: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("SigningRequest", document)
        return cls(
            method=m.required("method", text),
            url=m.required("url", text),
            body=m.required("body", text),
            refresh=m.required("refresh", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["method"] = self.method
        out["url"] = self.url
        out["body"] = self.body
        out["refresh"] = self.refresh
        return out


class Simultaneous(Value):
    """Everybody answers alone, then again having seen the others' last answers (Du et al., arXiv:2305.14325).

    Planned calls: nR.

    Attributes:
        sequential_visibility: Whether everybody is asked at once (default) or, from round 2, in index order with
            each seeing the newest reply of every other seat.
        layout: The library's own layout, or a published one.
    """

    __match_args__ = ("sequential_visibility", "layout")
    sequential_visibility: bool | None = None
    layout: Layout | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Simultaneous", document)
        m.only("sequential_visibility", "layout")
        return cls(
            sequential_visibility=m.optional("sequential_visibility", boolean),
            layout=m.optional("layout", layout_from_dict),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.sequential_visibility is not None:
            out["sequential_visibility"] = self.sequential_visibility
        if self.layout is not None:
            out["layout"] = self.layout.to_dict()
        return out


class Spent(Value):
    """What was spent: settled attempts, in total and by seat.

    Attributes:
        total: All attempts together.
        by_seat: By seat.
        calls: Turns that were asked.
        failed: Of these, failed.
        hedged: Attempts that were hedges.
        inherited: What a fork took over from its parent; not in the total.
    """

    __match_args__ = ("total", "by_seat", "calls", "failed", "hedged", "inherited")
    total: UsageTotals
    by_seat: dict[str, UsageTotals]
    calls: int
    failed: int
    hedged: int
    inherited: UsageTotals | None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Spent", document)
        return cls(
            total=m.required("total", UsageTotals.from_dict),
            by_seat=m.required("by_seat", mapped(UsageTotals.from_dict)),
            calls=m.required("calls", integer),
            failed=m.required("failed", integer),
            hedged=m.required("hedged", integer),
            inherited=m.required("inherited", nullable(UsageTotals.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["total"] = self.total.to_dict()
        out["by_seat"] = {key: item.to_dict() for key, item in self.by_seat.items()}
        out["calls"] = self.calls
        out["failed"] = self.failed
        out["hedged"] = self.hedged
        out["inherited"] = None if self.inherited is None else self.inherited.to_dict()
        return out


class StalePolicy(Word):
    """What becomes of the earlier answer of a seat that failed in the last round.

    Attributes:
        DROP: The seat has no position.
        COUNT: It counts.
    """

    DROP = "drop"
    COUNT = "count"


class Stance(Word):
    """The position a persona argues from.

    Attributes:
        AFFIRMATIVE: For.
        NEGATIVE: Against.
        NEUTRAL: Neither.
    """

    AFFIRMATIVE = "affirmative"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"


class StancePolicy(Word):
    """Stances.

    Attributes:
        OFF: None.
        ROTATE: Affirmative, negative, neutral by (seat + round) mod 3.
    """

    OFF = "off"
    ROTATE = "rotate"


class StatedLimit(Value):
    """A limit as the provider stated it.

    Attributes:
        name: Its name in the header fields, e.g. `requests` or `input-tokens`.
        limit: The limit.
        remaining: What was left of it.
        reset: Time until it is whole again, in milliseconds; absent if unknown.
    """

    __match_args__ = ("name", "limit", "remaining", "reset")
    name: str
    limit: int | None = None
    remaining: int | None = None
    reset: timedelta | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("StatedLimit", document)
        return cls(
            name=m.required("name", text),
            limit=m.optional("limit", integer),
            remaining=m.optional("remaining", integer),
            reset=m.optional("reset_ms", duration),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["name"] = self.name
        if self.limit is not None:
            out["limit"] = self.limit
        if self.remaining is not None:
            out["remaining"] = self.remaining
        if self.reset is not None:
            out["reset_ms"] = to_millis(self.reset)
        return out


class StepAsk(Value, kw_only=False):
    """Ask these seats.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: AskStep
    type: ClassVar[Literal["ask"]] = "ask"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(AskStep.from_dict(document))

    def to_dict(self) -> Json:
        return {"ask": self.value.to_dict()}


class StepAnalyse(Value, kw_only=False):
    """Compute these figures and record them.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: list[AnalysisKind]
    type: ClassVar[Literal["analyse"]] = "analyse"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(listed(AnalysisKind.from_dict)(document))

    def to_dict(self) -> Json:
        return {"analyse": [str(item) for item in self.value]}


class StepPause(Value, kw_only=False):
    """Wait for a person.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: Pause
    type: ClassVar[Literal["pause"]] = "pause"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(Pause.from_dict(document))

    def to_dict(self) -> Json:
        return {"pause": self.value.to_dict()}


class StepFinish(Value, kw_only=False):
    """End the debate.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: Stop
    type: ClassVar[Literal["finish"]] = "finish"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(Stop.from_dict(document))

    def to_dict(self) -> Json:
        return {"finish": self.value.to_dict()}


Step: TypeAlias = (
    StepAsk
    | StepAnalyse
    | StepPause
    | StepFinish
)
"""What the engine does next."""

_STEP: Mapping[str, Read[Step]] = {
    "ask": StepAsk.from_dict,
    "analyse": StepAnalyse.from_dict,
    "pause": StepPause.from_dict,
    "finish": StepFinish.from_dict,
}


def step_from_dict(document: Json) -> Step:
    """Reads the form the core writes."""
    return worded("Step", _STEP, document)


class StepView(Value):
    """One step.

    Attributes:
        step: Its number, from 0.
        round: The round.
        phase: What it asks for.
        join: When it ends.
        order: All at once or one after the other.
        min: Usable replies it needs.
        retry_of: The step whose failed turns it repeats.
        asks: The planned turns.
        arrived: Turns with a reply, in order of arrival.
        end: Why it ended; absent while it is open.
        began: When it began, in ms since 1970.
    """

    __match_args__ = ("step", "round", "phase", "join", "order", "min", "retry_of", "asks", "arrived", "end", "began")
    step: int
    round: int
    phase: Phase
    join: Join
    order: Order
    min: int
    retry_of: int | None
    asks: list[PlannedAsk]
    arrived: list[str]
    end: StepWhy | None
    began: datetime

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("StepView", document)
        return cls(
            step=m.required("step", integer),
            round=m.required("round", integer),
            phase=m.required("phase", Phase.from_dict),
            join=m.required("join", join_from_dict),
            order=m.required("order", Order.from_dict),
            min=m.required("min", integer),
            retry_of=m.required("retry_of", nullable(integer)),
            asks=m.required("asks", listed(PlannedAsk.from_dict)),
            arrived=m.required("arrived", listed(text)),
            end=m.required("end", nullable(StepWhy.from_dict)),
            began=m.required("began", instant_ms),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["step"] = self.step
        out["round"] = self.round
        out["phase"] = str(self.phase)
        out["join"] = self.join.to_dict()
        out["order"] = str(self.order)
        out["min"] = self.min
        out["retry_of"] = self.retry_of
        out["asks"] = [item.to_dict() for item in self.asks]
        out["arrived"] = [*self.arrived]
        out["end"] = None if self.end is None else str(self.end)
        out["began"] = to_unix_millis(self.began)
        return out


class StepWhy(Word):
    """Why a step ended.

    Attributes:
        ALL: Every turn ended.
        QUORUM: A quorum was in.
        CONSENSUS: The threshold was reached.
        DEADLINE: Time was up.
        BUDGET: A limit stopped it.
        CANCELLED: The debate was cancelled.
    """

    ALL = "all"
    QUORUM = "quorum"
    CONSENSUS = "consensus"
    DEADLINE = "deadline"
    BUDGET = "budget"
    CANCELLED = "cancelled"


class Stop(Value):
    """Why a debate ended, with the numbers that triggered it.

    Attributes:
        cause: The cause.
        round: The round it was found in.
        detail: The numbers behind it, for people.
    """

    __match_args__ = ("cause", "round", "detail")
    cause: StopCause
    round: int
    detail: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Stop", document)
        m.only("cause", "round", "detail")
        return cls(
            cause=m.required("cause", StopCause.from_dict),
            round=m.required("round", integer),
            detail=m.required("detail", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["cause"] = str(self.cause)
        out["round"] = self.round
        out["detail"] = self.detail
        return out


class StopCause(Word):
    """Why a debate ended.

    Attributes:
        CANCELLED: The caller, a shutdown or a revoked permission.
        ALL_FAILED: No usable reply at all.
        HUMAN: A person ended it.
        BUDGET: A limit on calls, tokens or cost.
        DEADLINE: Time is up.
        JUDGE: A judge or moderator ended it.
        CONSENSUS: Agreement of positions.
        GATE: All independent first answers agree.
        READINESS: Enough seats say they are ready.
        STABILITY: The distribution of positions stopped moving.
        STALEMATE: Everybody repeats a different answer.
        QUORUM_LOST: Too few usable seats remain.
        MAX_ROUNDS: The last allowed round was played.
        COMPLETED: The protocol's schedule is done.
    """

    CANCELLED = "cancelled"
    ALL_FAILED = "all_failed"
    HUMAN = "human"
    BUDGET = "budget"
    DEADLINE = "deadline"
    JUDGE = "judge"
    CONSENSUS = "consensus"
    GATE = "gate"
    READINESS = "readiness"
    STABILITY = "stability"
    STALEMATE = "stalemate"
    QUORUM_LOST = "quorum_lost"
    MAX_ROUNDS = "max_rounds"
    COMPLETED = "completed"


class StopReasonEnd(Value):
    """The participant was done."""

    type: ClassVar[Literal["end"]] = "end"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "end"


class StopReasonLength(Value):
    """The output limit cut it off."""

    type: ClassVar[Literal["length"]] = "length"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "length"


class StopReasonStopSequence(Value):
    """A stop string was met."""

    type: ClassVar[Literal["stop_sequence"]] = "stop_sequence"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "stop_sequence"


class StopReasonToolCalls(Value):
    """It asks for tool calls, which the core never runs."""

    type: ClassVar[Literal["tool_calls"]] = "tool_calls"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "tool_calls"


class StopReasonRefusal(Value):
    """It refused."""

    type: ClassVar[Literal["refusal"]] = "refusal"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "refusal"


class StopReasonContentFilter(Value):
    """A filter stopped it."""

    type: ClassVar[Literal["content_filter"]] = "content_filter"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "content_filter"


class StopReasonPause(Value):
    """The provider paused the turn."""

    type: ClassVar[Literal["pause"]] = "pause"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "pause"


class StopReasonOther(Value, kw_only=False):
    """Something this version has no word for.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: str
    type: ClassVar[Literal["other"]] = "other"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(text(document))

    def to_dict(self) -> Json:
        return {"other": self.value}


StopReason: TypeAlias = (
    StopReasonEnd
    | StopReasonLength
    | StopReasonStopSequence
    | StopReasonToolCalls
    | StopReasonRefusal
    | StopReasonContentFilter
    | StopReasonPause
    | StopReasonOther
)
"""Why a reply ended."""

_STOP_REASON: Mapping[str, Read[StopReason]] = {
    "end": StopReasonEnd.from_dict,
    "length": StopReasonLength.from_dict,
    "stop_sequence": StopReasonStopSequence.from_dict,
    "tool_calls": StopReasonToolCalls.from_dict,
    "refusal": StopReasonRefusal.from_dict,
    "content_filter": StopReasonContentFilter.from_dict,
    "pause": StopReasonPause.from_dict,
    "other": StopReasonOther.from_dict,
}


def stop_reason_from_dict(document: Json) -> StopReason:
    """Reads the form the core writes."""
    return worded("StopReason", _STOP_REASON, document)


class StreamMode(Word):
    """When replies are streamed.

    Attributes:
        AUTO: Where somebody listens.
        ALWAYS: Always, e.g. because a gateway cuts long silent calls.
        NEVER: Never.
    """

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class StructuredMode(Word):
    """Whether an agent can be held to a schema.

    Attributes:
        NATIVE: The provider enforces it.
        INSTRUCTED: The prompt asks for it.
        NONE: Neither; ballots are read from text.
    """

    NATIVE = "native"
    INSTRUCTED = "instructed"
    NONE = "none"


class TableCount(Value):
    """How many rows a table has, and how many removals an increment holds for it.

    Attributes:
        rows: Rows with a value.
        removed: Rows that are gone.
    """

    __match_args__ = ("rows", "removed")
    rows: int
    removed: int | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TableCount", document)
        return cls(
            rows=m.required("rows", integer),
            removed=m.optional("removed", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["rows"] = self.rows
        if self.removed is not None:
            out["removed"] = self.removed
        return out


class Tally(Value):
    """What a rule counted.

    Attributes:
        rule: The rule's name; of a hybrid, the member that decided.
        rows: One row per option, in the order of the options.
        counted: Weight of the votes that counted. In millionths.
        electorate: Weight of all eligible seats. In millionths.
        quorum: Who had to take part, and who did.
        test: The test the leader had to pass, if the rule has one.
        winners: The options that are first: one if decided, several if tied, else none.
        outcome: What follows from it.
        tie_break: How a tie was broken.
        trace: What the rule did, line by line, where that is not plain from the rows.
    """

    __match_args__ = (
        "rule", "rows", "counted", "electorate", "quorum", "test", "winners", "outcome", "tie_break", "trace",
    )
    rule: str
    rows: list[Row]
    counted: int
    electorate: int
    quorum: Quorum
    test: Test | None = None
    winners: list[str]
    outcome: Outcome
    tie_break: TieUse | None = None
    trace: list[TraceLine] | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Tally", document)
        return cls(
            rule=m.required("rule", text),
            rows=m.required("rows", listed(Row.from_dict)),
            counted=m.required("counted", integer),
            electorate=m.required("electorate", integer),
            quorum=m.required("quorum", Quorum.from_dict),
            test=m.optional("test", Test.from_dict),
            winners=m.required("winners", listed(text)),
            outcome=m.required("outcome", outcome_from_dict),
            tie_break=m.optional("tie_break", TieUse.from_dict),
            trace=m.optional("trace", listed(TraceLine.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["rule"] = self.rule
        out["rows"] = [item.to_dict() for item in self.rows]
        out["counted"] = self.counted
        out["electorate"] = self.electorate
        out["quorum"] = self.quorum.to_dict()
        if self.test is not None:
            out["test"] = self.test.to_dict()
        out["winners"] = [*self.winners]
        out["outcome"] = self.outcome.to_dict()
        if self.tie_break is not None:
            out["tie_break"] = self.tie_break.to_dict()
        if self.trace is not None:
            out["trace"] = [item.to_dict() for item in self.trace]
        return out


class TargetHealth(Value):
    """How a target does.

    Attributes:
        target: Provider and model, e.g. `openai/gpt-5.4`.
        origin: Scheme, host and port; empty if it has none.
        state: The breaker's state.
        available: Whether a call would be let through or be the probe.
        last_success: When it last answered.
        last_error: When it last failed, and how.
        window_seconds: Length of the window the numbers below are about, in seconds.
        calls: Calls that ended.
        errors: Of those, failed.
        missed: Answers slower than the service target.
        p50: Median of the answers, in milliseconds.
        p95: 95th percentile of the answers, in milliseconds.
        in_flight: Calls in flight.
        queued: Calls that wait for a place or for a rate limit.
        stated: What the provider last said about its limits.
    """

    __match_args__ = (
        "target", "origin", "state", "available", "last_success", "last_error", "window_seconds", "calls", "errors",
        "missed", "p50", "p95", "in_flight", "queued", "stated",
    )
    target: str
    origin: str
    state: BreakerState
    available: bool
    last_success: datetime | None = None
    last_error: LastError | None = None
    window_seconds: int
    calls: int
    errors: int
    missed: int
    p50: timedelta | None = None
    p95: timedelta | None = None
    in_flight: int
    queued: int
    stated: list[StatedLimit]

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TargetHealth", document)
        return cls(
            target=m.required("target", text),
            origin=m.required("origin", text),
            state=m.required("state", BreakerState.from_dict),
            available=m.required("available", boolean),
            last_success=m.optional("last_success", instant_ms),
            last_error=m.optional("last_error", LastError.from_dict),
            window_seconds=m.required("window_seconds", integer),
            calls=m.required("calls", integer),
            errors=m.required("errors", integer),
            missed=m.required("missed", integer),
            p50=m.optional("p50_ms", duration),
            p95=m.optional("p95_ms", duration),
            in_flight=m.required("in_flight", integer),
            queued=m.required("queued", integer),
            stated=m.required("stated", listed(StatedLimit.from_dict)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["target"] = self.target
        out["origin"] = self.origin
        out["state"] = str(self.state)
        out["available"] = self.available
        if self.last_success is not None:
            out["last_success"] = to_unix_millis(self.last_success)
        if self.last_error is not None:
            out["last_error"] = self.last_error.to_dict()
        out["window_seconds"] = self.window_seconds
        out["calls"] = self.calls
        out["errors"] = self.errors
        out["missed"] = self.missed
        if self.p50 is not None:
            out["p50_ms"] = to_millis(self.p50)
        if self.p95 is not None:
            out["p95_ms"] = to_millis(self.p95)
        out["in_flight"] = self.in_flight
        out["queued"] = self.queued
        out["stated"] = [item.to_dict() for item in self.stated]
        return out


class Test(Value):
    """The test the leader had to pass.

    Attributes:
        op: `>` or `>=`.
        share: The share.
        basis: Whose weight is the whole.
        part: What the leader has; rules that count heads count each as weight 1. In millionths.
        whole: What it is a share of. In millionths.
        passed: Whether the leader passed. Stays false when a casting vote decided an exact half.
    """

    __match_args__ = ("op", "share", "basis", "part", "whole", "passed")
    op: str
    share: str
    basis: Basis
    part: int
    whole: int
    passed: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Test", document)
        return cls(
            op=m.required("op", text),
            share=m.required("share", text),
            basis=m.required("basis", Basis.from_dict),
            part=m.required("part", integer),
            whole=m.required("whole", integer),
            passed=m.required("passed", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["op"] = self.op
        out["share"] = self.share
        out["basis"] = str(self.basis)
        out["part"] = self.part
        out["whole"] = self.whole
        out["passed"] = self.passed
        return out


class TieBreakNone(Value):
    """A tie stays a tie."""

    type: ClassVar[Literal["none"]] = "none"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "none"


class TieBreakFirstSeen(Value):
    """The option that was voted for first."""

    type: ClassVar[Literal["first_seen"]] = "first_seen"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "first_seen"


class TieBreakRoster(Value):
    """The option with the earliest supporter in roster order."""

    type: ClassVar[Literal["roster"]] = "roster"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "roster"


class TieBreakSeeded(Value):
    """By the debate's seed."""

    type: ClassVar[Literal["seeded"]] = "seeded"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "seeded"


class TieBreakSeat(Value, kw_only=False):
    """One more turn of this seat decides.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: str
    type: ClassVar[Literal["seat"]] = "seat"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(text(document))

    def to_dict(self) -> Json:
        return {"seat": self.value}


TieBreak: TypeAlias = (
    TieBreakNone
    | TieBreakFirstSeen
    | TieBreakRoster
    | TieBreakSeeded
    | TieBreakSeat
)
"""What happens when several options are first."""

_TIE_BREAK: Mapping[str, Read[TieBreak]] = {
    "none": TieBreakNone.from_dict,
    "first_seen": TieBreakFirstSeen.from_dict,
    "roster": TieBreakRoster.from_dict,
    "seeded": TieBreakSeeded.from_dict,
    "seat": TieBreakSeat.from_dict,
}


def tie_break_from_dict(document: Json) -> TieBreak:
    """Reads the form the core writes."""
    return worded("TieBreak", _TIE_BREAK, document)


class TieUse(Value):
    """How a tie was broken.

    Attributes:
        tied: The options that were tied.
        by: What decided.
        chosen: The option that was taken.
    """

    __match_args__ = ("tied", "by", "chosen")
    tied: list[str]
    by: TieBreak
    chosen: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TieUse", document)
        return cls(
            tied=m.required("tied", listed(text)),
            by=m.required("by", tie_break_from_dict),
            chosen=m.required("chosen", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["tied"] = [*self.tied]
        out["by"] = self.by.to_dict()
        out["chosen"] = self.chosen
        return out


class TimeoutsDocument(Value):
    """Time limits of one exchange, in milliseconds.

    Attributes:
        headers: Until the head of a streamed response, default 120,000.
        idle: Between two pieces of the body, default 60,000.
        total: For everything, default 240,000.
    """

    __match_args__ = ("headers", "idle", "total")
    headers: timedelta | None = None
    idle: timedelta | None = None
    total: timedelta | None = None

    def __init__(
        self,
        *,
        headers: timedelta | float | None = None,
        idle: timedelta | float | None = None,
        total: timedelta | float | None = None,
    ) -> None:
        members: dict[str, object] = {
            "headers": None if headers is None else seconds(headers),
            "idle": None if idle is None else seconds(idle),
            "total": None if total is None else seconds(total),
        }
        self._set(members)

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TimeoutsDocument", document)
        m.only("headers_ms", "idle_ms", "total_ms")
        return cls(
            headers=m.optional("headers_ms", duration),
            idle=m.optional("idle_ms", duration),
            total=m.optional("total_ms", duration),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.headers is not None:
            out["headers_ms"] = to_millis(self.headers)
        if self.idle is not None:
            out["idle_ms"] = to_millis(self.idle)
        if self.total is not None:
            out["total_ms"] = to_millis(self.total)
        return out


class ToolCall(Value):
    """A tool call a model asked for.

    Attributes:
        id: The provider's id.
        name: The tool.
        arguments: The arguments, if they are JSON.
        raw: The arguments as they came.
    """

    __match_args__ = ("id", "name", "arguments", "raw")
    id: str | None = None
    name: str | None = None
    arguments: Json = None
    raw: str | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("ToolCall", document)
        m.only("id", "name", "arguments", "raw")
        return cls(
            id=m.optional("id", text),
            name=m.optional("name", text),
            arguments=m.optional("arguments", anything),
            raw=m.optional("raw", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.id is not None:
            out["id"] = self.id
        if self.name is not None:
            out["name"] = self.name
        if self.arguments is not None:
            out["arguments"] = self.arguments
        if self.raw is not None:
            out["raw"] = self.raw
        return out


class TopologyAllToAll(Value):
    """Everybody sees everybody."""

    type: ClassVar[Literal["all_to_all"]] = "all_to_all"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "all_to_all"}
        return out


class TopologyRing(Value):
    """The neighbours in roster order; only the one before if directed.

    Attributes:
        directed: Whether only the seat before is seen.
    """

    __match_args__ = ("directed",)
    directed: bool | None = None
    type: ClassVar[Literal["ring"]] = "ring"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TopologyRing", document)
        m.only("directed", "name")
        return cls(
            directed=m.optional("directed", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "ring"}
        if self.directed is not None:
            out["directed"] = self.directed
        return out


class TopologyStar(Value):
    """Spokes see the hub, the hub sees all.

    Attributes:
        hub: Roster index of the hub.
    """

    __match_args__ = ("hub",)
    hub: int
    type: ClassVar[Literal["star"]] = "star"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TopologyStar", document)
        m.only("hub", "name")
        return cls(
            hub=m.required("hub", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "star"}
        out["hub"] = self.hub
        return out


class TopologySparse(Value):
    """max(1, ceil((1 - sparsity)(n - 1))) others, anew each round.

    Attributes:
        sparsity: 0..1, default .5.
    """

    __match_args__ = ("sparsity",)
    sparsity: float | None = None
    type: ClassVar[Literal["sparse"]] = "sparse"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TopologySparse", document)
        m.only("sparsity", "name")
        return cls(
            sparsity=m.optional("sparsity", number),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "sparse"}
        if self.sparsity is not None:
            out["sparsity"] = self.sparsity
        return out


class TopologyRoundRobin(Value):
    """One other, another in each round."""

    type: ClassVar[Literal["round_robin"]] = "round_robin"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "round_robin"}
        return out


class TopologyCustom(Value):
    """Row i lists whom seat i sees.

    Attributes:
        matrix: n x n.
    """

    __match_args__ = ("matrix",)
    matrix: list[list[bool]]
    type: ClassVar[Literal["custom"]] = "custom"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TopologyCustom", document)
        m.only("matrix", "name")
        return cls(
            matrix=m.required("matrix", listed(listed(boolean))),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {"name": "custom"}
        out["matrix"] = [[*item] for item in self.matrix]
        return out


Topology: TypeAlias = (
    TopologyAllToAll
    | TopologyRing
    | TopologyStar
    | TopologySparse
    | TopologyRoundRobin
    | TopologyCustom
)
"""Who sees whom."""

_TOPOLOGY: Mapping[str, Read[Topology]] = {
    "all_to_all": TopologyAllToAll.from_dict,
    "ring": TopologyRing.from_dict,
    "star": TopologyStar.from_dict,
    "sparse": TopologySparse.from_dict,
    "round_robin": TopologyRoundRobin.from_dict,
    "custom": TopologyCustom.from_dict,
}


def topology_from_dict(document: Json) -> Topology:
    """Reads the form the core writes."""
    return tagged("Topology", "name", _TOPOLOGY, document)


class TraceLine(Value):
    """One line of a rule's account.

    Attributes:
        stage: The rule or stage.
        note: What it found.
    """

    __match_args__ = ("stage", "note")
    stage: str
    note: str

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TraceLine", document)
        return cls(
            stage=m.required("stage", text),
            note=m.required("note", text),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["stage"] = self.stage
        out["note"] = self.note
        return out


class TranscriptMessage(Value):
    """Something that was said.

    Attributes:
        id: Its id.
        author: Who said it.
        seat: The seat, if it was one.
        turn: The turn, if it was one.
        step: The step it arrived in.
        phase: What was asked for.
        kind: What it is.
        round: The round.
        text: The whole text, unchanged.
        visibility: Who may see it.
        structured: The structured value.
        stop: Why the reply ended.
        refusal: A refusal.
        answer: The answer found in it.
        confidence: Stated confidence.
        go_on: Whether the seat wants to go on.
        ready: Whether the seat is ready to decide.
        arrival: Order of arrival in its step.
        edited: Whether a fork replaced the text.
    """

    __match_args__ = (
        "id", "author", "seat", "turn", "step", "phase", "kind", "round", "text", "visibility", "structured", "stop",
        "refusal", "answer", "confidence", "go_on", "ready", "arrival", "edited",
    )
    id: str
    author: Author
    seat: str | None
    turn: str | None
    step: int | None
    phase: Phase | None
    kind: MessageKind
    round: int
    text: str
    visibility: Visibility
    structured: Json
    stop: StopReason
    refusal: Refusal | None
    answer: ExtractedAnswer | None
    confidence: float | None
    go_on: bool | None
    ready: bool | None
    arrival: int
    edited: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TranscriptMessage", document)
        return cls(
            id=m.required("id", text),
            author=m.required("author", author_from_dict),
            seat=m.required("seat", nullable(text)),
            turn=m.required("turn", nullable(text)),
            step=m.required("step", nullable(integer)),
            phase=m.required("phase", nullable(Phase.from_dict)),
            kind=m.required("kind", MessageKind.from_dict),
            round=m.required("round", integer),
            text=m.required("text", text),
            visibility=m.required("visibility", visibility_from_dict),
            structured=m.required("structured", anything),
            stop=m.required("stop", stop_reason_from_dict),
            refusal=m.required("refusal", nullable(Refusal.from_dict)),
            answer=m.required("answer", nullable(ExtractedAnswer.from_dict)),
            confidence=m.required("confidence", nullable(number)),
            go_on=m.required("go_on", nullable(boolean)),
            ready=m.required("ready", nullable(boolean)),
            arrival=m.required("arrival", integer),
            edited=m.required("edited", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["author"] = self.author.to_dict()
        out["seat"] = self.seat
        out["turn"] = self.turn
        out["step"] = self.step
        out["phase"] = None if self.phase is None else str(self.phase)
        out["kind"] = str(self.kind)
        out["round"] = self.round
        out["text"] = self.text
        out["visibility"] = self.visibility.to_dict()
        out["structured"] = self.structured
        out["stop"] = self.stop.to_dict()
        out["refusal"] = None if self.refusal is None else self.refusal.to_dict()
        out["answer"] = None if self.answer is None else self.answer.to_dict()
        out["confidence"] = self.confidence
        out["go_on"] = self.go_on
        out["ready"] = self.ready
        out["arrival"] = self.arrival
        out["edited"] = self.edited
        return out


class TurnState(Word):
    """Where a turn stands.

    Attributes:
        PLANNED: Planned, not started.
        RUNNING: Handed to its agent.
        ANSWERED: Ended with a reply.
        FAILED: Ended without a usable reply.
        CANCELLED: Given up while it ran.
        SKIPPED: Never started.
    """

    PLANNED = "planned"
    RUNNING = "running"
    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class TurnView(Value):
    """One turn of one seat.

    Attributes:
        id: The turn.
        seat: The seat.
        phase: What was asked for.
        round: The round.
        step: The step.
        state: Where it stands.
        error: Why it failed.
        message: Its message.
        attempts: Attempts of the newest asking.
        asked_before: Whether it was handed to its agent at least once.
        tokens: Tokens its attempts used, input and output together.
        micros: Known cost of its attempts in micro-dollars.
    """

    __match_args__ = (
        "id", "seat", "phase", "round", "step", "state", "error", "message", "attempts", "asked_before", "tokens",
        "micros",
    )
    id: str
    seat: str
    phase: Phase
    round: int
    step: int
    state: TurnState
    error: ErrorInfo | None
    message: str | None
    attempts: int
    asked_before: bool
    tokens: int
    micros: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("TurnView", document)
        return cls(
            id=m.required("id", text),
            seat=m.required("seat", text),
            phase=m.required("phase", Phase.from_dict),
            round=m.required("round", integer),
            step=m.required("step", integer),
            state=m.required("state", TurnState.from_dict),
            error=m.required("error", nullable(ErrorInfo.from_dict)),
            message=m.required("message", nullable(text)),
            attempts=m.required("attempts", integer),
            asked_before=m.required("asked_before", boolean),
            tokens=m.required("tokens", integer),
            micros=m.required("micros", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["id"] = self.id
        out["seat"] = self.seat
        out["phase"] = str(self.phase)
        out["round"] = self.round
        out["step"] = self.step
        out["state"] = str(self.state)
        out["error"] = None if self.error is None else self.error.to_dict()
        out["message"] = self.message
        out["attempts"] = self.attempts
        out["asked_before"] = self.asked_before
        out["tokens"] = self.tokens
        out["micros"] = self.micros
        return out


class UnparsedPolicy(Word):
    """What becomes of a reply in which no answer is found.

    Attributes:
        EXCLUDE: It is no position and no vote; the default.
        OWN_CANDIDATE: It is an answer of its own, and two such replies agree (as in published DyLAN runs).
    """

    EXCLUDE = "exclude"
    OWN_CANDIDATE = "own_candidate"


class UnpricedRefuse(Value):
    """It is refused as `unpriced`."""

    type: ClassVar[Literal["refuse"]] = "refuse"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "refuse"


class UnpricedAllow(Value):
    """It is let through and counts as nothing."""

    type: ClassVar[Literal["allow"]] = "allow"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "allow"


class UnpricedAssume(Value):
    """It counts at these prices.

    Attributes:
        input: Micro-dollars per million input tokens.
        output: Micro-dollars per million output tokens.
    """

    __match_args__ = ("input", "output")
    input: int
    output: int
    type: ClassVar[Literal["assume"]] = "assume"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("UnpricedAssume", document)
        return cls(
            input=m.required("input", integer),
            output=m.required("output", integer),
        )

    def to_dict(self) -> Json:
        members: dict[str, Json] = {}
        members["input"] = self.input
        members["output"] = self.output
        return {"assume": members}


Unpriced: TypeAlias = (
    UnpricedRefuse
    | UnpricedAllow
    | UnpricedAssume
)
"""What becomes of a call that has no price."""

_UNPRICED: Mapping[str, Read[Unpriced]] = {
    "refuse": UnpricedRefuse.from_dict,
    "allow": UnpricedAllow.from_dict,
    "assume": UnpricedAssume.from_dict,
}


def unpriced_from_dict(document: Json) -> Unpriced:
    """Reads the form the core writes."""
    return worded("Unpriced", _UNPRICED, document)


class Usage(Value):
    """Tokens of one call, as reported. Derived differences saturate at 0 because some vendors break the rules
    `reasoning <= output_total` and `cache_read + cache_write <= input_total`.

    Attributes:
        input_total: Input tokens, cached ones included.
        output_total: Output tokens, reasoning included.
        cache_read: Input tokens read from a cache.
        cache_write: Input tokens written to a cache.
        reasoning: Output tokens spent on reasoning.
    """

    __match_args__ = ("input_total", "output_total", "cache_read", "cache_write", "reasoning")
    input_total: int
    output_total: int
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("Usage", document)
        m.only("input_total", "output_total", "cache_read", "cache_write", "reasoning")
        return cls(
            input_total=m.required("input_total", integer),
            output_total=m.required("output_total", integer),
            cache_read=m.optional("cache_read", integer),
            cache_write=m.optional("cache_write", integer),
            reasoning=m.optional("reasoning", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["input_total"] = self.input_total
        out["output_total"] = self.output_total
        if self.cache_read is not None:
            out["cache_read"] = self.cache_read
        if self.cache_write is not None:
            out["cache_write"] = self.cache_write
        if self.reasoning is not None:
            out["reasoning"] = self.reasoning
        return out


class UsageTotals(Value):
    """Tokens and money of a debate or a seat.

    Attributes:
        input: Input tokens, cached ones included.
        output: Output tokens, reasoning included.
        cache_read: Input tokens read from a cache.
        cache_write: Input tokens written to a cache.
        reasoning: Output tokens spent on reasoning.
        micros: Known cost in micro-dollars.
        complete: Whether the cost of every call is known.
    """

    __match_args__ = ("input", "output", "cache_read", "cache_write", "reasoning", "micros", "complete")
    input: int
    output: int
    cache_read: int
    cache_write: int
    reasoning: int
    micros: int
    complete: bool

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("UsageTotals", document)
        return cls(
            input=m.required("input", integer),
            output=m.required("output", integer),
            cache_read=m.required("cache_read", integer),
            cache_write=m.required("cache_write", integer),
            reasoning=m.required("reasoning", integer),
            micros=m.required("micros", integer),
            complete=m.required("complete", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["input"] = self.input
        out["output"] = self.output
        out["cache_read"] = self.cache_read
        out["cache_write"] = self.cache_write
        out["reasoning"] = self.reasoning
        out["micros"] = self.micros
        out["complete"] = self.complete
        return out


class Verdict(Word):
    """Outcome, exact share and confidence in one word.

    Attributes:
        APPROVED: Decided, no dissent, confidence >= .8, nothing open.
        APPROVED_WITH_CONDITIONS: Decided otherwise.
        NEEDS_REVIEW: Not decided, the leader has at least 2/5.
        REJECTED: Not decided.
        NO_EVIDENCE: No usable reply.
    """

    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved_with_conditions"
    NEEDS_REVIEW = "needs_review"
    REJECTED = "rejected"
    NO_EVIDENCE = "no_evidence"


class VisibilityAll(Value):
    """Everybody."""

    type: ClassVar[Literal["all"]] = "all"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls()

    def to_dict(self) -> Json:
        return "all"


class VisibilityOnly(Value, kw_only=False):
    """These agents only.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: list[str]
    type: ClassVar[Literal["only"]] = "only"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(listed(text)(document))

    def to_dict(self) -> Json:
        return {"only": [*self.value]}


class VisibilityExcept(Value, kw_only=False):
    """Everybody but these agents.

    Attributes:
        value: The value.
    """

    __match_args__ = ("value",)
    value: list[str]
    type: ClassVar[Literal["except"]] = "except"

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        return cls(listed(text)(document))

    def to_dict(self) -> Json:
        return {"except": [*self.value]}


Visibility: TypeAlias = (
    VisibilityAll
    | VisibilityOnly
    | VisibilityExcept
)
"""Who may see a message. What is hidden from an agent reaches no body, digest, log or cache key of its calls."""

_VISIBILITY: Mapping[str, Read[Visibility]] = {
    "all": VisibilityAll.from_dict,
    "only": VisibilityOnly.from_dict,
    "except": VisibilityExcept.from_dict,
}


def visibility_from_dict(document: Json) -> Visibility:
    """Reads the form the core writes."""
    return worded("Visibility", _VISIBILITY, document)


class VoteOnly(Value):
    """Plurality over the first independent answers, with the same equivalence.

    Attributes:
        answer: What it would have decided.
        outcome: The outcome of that vote.
        tally: What was counted.
        same_as_decision: Whether it is the decision's answer.
        complete: Whether every eligible seat had been asked; an early stop may leave some out.
        calls: Calls the first answers took.
        tokens: Tokens they used.
        micros: What they cost, where known.
    """

    __match_args__ = ("answer", "outcome", "tally", "same_as_decision", "complete", "calls", "tokens", "micros")
    answer: Answer | None = None
    outcome: Outcome
    tally: Tally
    same_as_decision: bool
    complete: bool
    calls: int
    tokens: int
    micros: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("VoteOnly", document)
        return cls(
            answer=m.optional("answer", Answer.from_dict),
            outcome=m.required("outcome", outcome_from_dict),
            tally=m.required("tally", Tally.from_dict),
            same_as_decision=m.required("same_as_decision", boolean),
            complete=m.required("complete", boolean),
            calls=m.required("calls", integer),
            tokens=m.required("tokens", integer),
            micros=m.required("micros", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.answer is not None:
            out["answer"] = self.answer.to_dict()
        out["outcome"] = self.outcome.to_dict()
        out["tally"] = self.tally.to_dict()
        out["same_as_decision"] = self.same_as_decision
        out["complete"] = self.complete
        out["calls"] = self.calls
        out["tokens"] = self.tokens
        out["micros"] = self.micros
        return out


class VoteOnlyProtocol(Value):
    """Everybody answers alone; the answers are the votes. The baseline every debate has to beat.

    Planned calls: nk, or n(k + 1) with ballots.

    Attributes:
        samples: Answers per seat, default 1; a seat's most frequent answer is its position.
        ballots: Adds a vote over the answers, for free texts that never group.
    """

    __match_args__ = ("samples", "ballots")
    samples: int | None = None
    ballots: bool | None = None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("VoteOnlyProtocol", document)
        m.only("samples", "ballots")
        return cls(
            samples=m.optional("samples", integer),
            ballots=m.optional("ballots", boolean),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.samples is not None:
            out["samples"] = self.samples
        if self.ballots is not None:
            out["ballots"] = self.ballots
        return out


class VoteRecord(Value):
    """One eligible seat's vote.

    Attributes:
        voter: Who.
        status: What became of it.
        ballot: The ballot, if there was a reply.
        confidence: Stated confidence.
        weight: The weight it counted with; 0 unless cast. In millionths.
        reason: The stated reason.
        self_vote: Whether it was for the own answer and nobody else's.
        round: The round it was given in; 0 if never asked.
    """

    __match_args__ = ("voter", "status", "ballot", "confidence", "weight", "reason", "self_vote", "round")
    voter: str
    status: VoteStatus
    ballot: Ballot | None = None
    confidence: float | None = None
    weight: int
    reason: str | None = None
    self_vote: bool
    round: int

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("VoteRecord", document)
        return cls(
            voter=m.required("voter", text),
            status=m.required("status", VoteStatus.from_dict),
            ballot=m.optional("ballot", ballot_from_dict),
            confidence=m.optional("confidence", number),
            weight=m.required("weight", integer),
            reason=m.optional("reason", text),
            self_vote=m.required("self_vote", boolean),
            round=m.required("round", integer),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["voter"] = self.voter
        out["status"] = str(self.status)
        if self.ballot is not None:
            out["ballot"] = self.ballot.to_dict()
        if self.confidence is not None:
            out["confidence"] = self.confidence
        out["weight"] = self.weight
        if self.reason is not None:
            out["reason"] = self.reason
        out["self_vote"] = self.self_vote
        out["round"] = self.round
        return out


class VoteStatus(Word):
    """What became of an eligible seat in the deciding vote. Only `cast` counts.

    Attributes:
        CAST: A valid ballot.
        ABSTAIN: An explicit abstention.
        INVALID: A reply that is no ballot.
        FAILED: The turn failed.
        TIMED_OUT: The turn ran out of time.
        NOT_ASKED: Never asked, or cancelled before it answered.
    """

    CAST = "cast"
    ABSTAIN = "abstain"
    INVALID = "invalid"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    NOT_ASKED = "not_asked"


class VoteView(Value):
    """A recorded vote.

    Attributes:
        step: The step it was given in; absent for a host user's vote.
        round: The round.
        voter: Who.
        status: What became of it.
        ballot: The ballot.
        confidence: Stated confidence.
        reason: Stated reason.
        self_vote: Whether it was for the own answer and nobody else's.
        arrival: Order of arrival.
        user_intensity: Intensity of a host user's vote.
    """

    __match_args__ = (
        "step", "round", "voter", "status", "ballot", "confidence", "reason", "self_vote", "arrival",
        "user_intensity",
    )
    step: int | None
    round: int
    voter: str
    status: VoteStatus
    ballot: Ballot | None
    confidence: float | None
    reason: str | None
    self_vote: bool
    arrival: int
    user_intensity: int | None

    @classmethod
    def from_dict(cls, document: Json) -> Self:
        m = Members("VoteView", document)
        return cls(
            step=m.required("step", nullable(integer)),
            round=m.required("round", integer),
            voter=m.required("voter", text),
            status=m.required("status", VoteStatus.from_dict),
            ballot=m.required("ballot", nullable(ballot_from_dict)),
            confidence=m.required("confidence", nullable(number)),
            reason=m.required("reason", nullable(text)),
            self_vote=m.required("self_vote", boolean),
            arrival=m.required("arrival", integer),
            user_intensity=m.required("user_intensity", nullable(integer)),
        )

    def to_dict(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        out["step"] = self.step
        out["round"] = self.round
        out["voter"] = self.voter
        out["status"] = str(self.status)
        out["ballot"] = None if self.ballot is None else self.ballot.to_dict()
        out["confidence"] = self.confidence
        out["reason"] = self.reason
        out["self_vote"] = self.self_vote
        out["arrival"] = self.arrival
        out["user_intensity"] = self.user_intensity
        return out


class Wire(Word):
    """The wire formats.

    Attributes:
        MESSAGES: Anthropic Messages.
        RESPONSES: OpenAI Responses.
        CHAT: OpenAI Chat Completions and its dialects.
        GEMINI: Gemini `generateContent`.
        GEMINI_INTERACTIONS: Gemini Interactions.
    """

    MESSAGES = "messages"
    RESPONSES = "responses"
    CHAT = "chat"
    GEMINI = "gemini"
    GEMINI_INTERACTIONS = "gemini_interactions"
