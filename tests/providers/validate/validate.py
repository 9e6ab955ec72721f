"""Holds the bodies in the golden files against the request types of the vendors' own SDKs.

Usage: validate.py SNAPSHOTS

Every `providers_golden__<wire>.<expect>.<variant>.snap` in the folder is read; the part before the first dot names the
wire and, after an underscore, who speaks it. Members an SDK does not know are refused, so a misspelt knob is found. The
last line is `N passed, N failed`. A wire without types here is a failure.
"""

import json
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pydantic
import typing_extensions

Check = Callable[[dict[str, Any]], None]

PREFIX = "providers_golden__"
# What the golden requests carry beside the wire's own members, to show that a host's members are merged.
HOSTS_OWN = "extra_member"


def close(hint: Any, seen: set[int]) -> None:
    """Makes every TypedDict that can be reached refuse members it does not know."""
    if id(hint) in seen:
        return
    seen.add(id(hint))
    if isinstance(hint, typing_extensions.TypeAliasType):
        close(hint.__value__, seen)
        return
    for part in typing.get_args(hint):
        close(part, seen)
    origin = typing.get_origin(hint) or hint
    if typing_extensions.is_typeddict(origin):
        origin.__pydantic_config__ = pydantic.ConfigDict(
            extra="forbid", strict=True, arbitrary_types_allowed=True
        )
        for member in typing_extensions.get_type_hints(origin, include_extras=True).values():
            close(member, seen)


def consume(value: Any) -> None:
    """Runs the checks pydantic puts off: those of iterables are made while they are read."""
    if isinstance(value, Mapping):
        for member in value.values():
            consume(member)
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for item in value:
            consume(item)


def typed(hint: Any) -> Check:
    """A check against a TypedDict or a union of some."""
    close(hint, set())
    adapter = pydantic.TypeAdapter(hint)

    def check(body: dict[str, Any]) -> None:
        consume(adapter.validate_python(body))

    return check


def without(check: Check, *names: str) -> Check:
    """The check without members that are added to the body beside the SDK's types."""
    return lambda body: check({name: value for name, value in body.items() if name not in names})


def messages() -> Check:
    """The SDK no longer names the sampling knobs that models before Claude 4.7 still take."""
    from anthropic.types import message_create_params as params

    check = without(typed(params.MessageCreateParams), "temperature", "top_p")
    sampling = pydantic.TypeAdapter(typing.Annotated[float, pydantic.Field(ge=0, le=1)])

    def sampled(body: dict[str, Any]) -> None:
        for name in {"temperature", "top_p"} & set(body):
            sampling.validate_python(body[name])
        check(body)

    return sampled


def messages_vertex() -> Check:
    """The SDK's client for Vertex takes the same parameters, moves the model to the path and adds the version."""
    check = without(messages(), "anthropic_version")

    def vertex(body: dict[str, Any]) -> None:
        if body.get("anthropic_version") != "vertex-2023-10-16" or "model" in body:
            raise ValueError("expected anthropic_version and no model")
        check({**body, "model": "in-the-path"})

    return vertex


def responses() -> Check:
    from openai.types.responses import response_create_params as params

    return typed(params.ResponseCreateParams)


def chat() -> Check:
    from openai.types.chat import completion_create_params as params

    return typed(params.CompletionCreateParams)


def modelled(model: type[pydantic.BaseModel]) -> Check:
    """A check against a model that drops what it does not know: the names at the top are compared apart."""
    names = {field.alias or name for name, field in model.model_fields.items()}

    def check(body: dict[str, Any]) -> None:
        if unknown := set(body) - names:
            raise ValueError(f"unknown members {sorted(unknown)}")
        model.model_validate(body)

    return check


def chat_mistral() -> Check:
    from mistralai.client.models import ChatCompletionRequest

    return modelled(ChatCompletionRequest)


def chat_openrouter() -> Check:
    from openrouter.components import ChatRequest

    return modelled(ChatRequest)


def gemini() -> Check:
    """The SDK's models are the wire's parts; the request itself it assembles by hand."""
    from google.genai import types as genai

    parts: dict[str, Any] = {
        "contents": list[genai.Content],
        "systemInstruction": genai.Content,
        "generationConfig": genai.GenerationConfig,
        "safetySettings": list[genai.SafetySetting],
        "tools": list[genai.Tool],
        "toolConfig": genai.ToolConfig,
        "labels": dict[str, str],
        "serviceTier": genai.ServiceTier,
    }
    adapters = {name: pydantic.TypeAdapter(hint) for name, hint in parts.items()}

    def check(body: dict[str, Any]) -> None:
        if unknown := set(body) - set(parts):
            raise ValueError(f"unknown members {sorted(unknown)}")
        for name, value in body.items():
            adapters[name].validate_python(value)

    return check


def interactions() -> Check:
    from google.genai._gaos.types.interactions.createmodelinteraction import CreateModelInteractionParam

    return typed(CreateModelInteractionParam)


# By the whole word in a golden file's name, else by the wire before its underscore.
TYPES: Mapping[str, Callable[[], Check]] = types.MappingProxyType(
    {
        "messages": messages,
        "messages_vertex": messages_vertex,
        "responses": responses,
        "chat": chat,
        "chat_mistral": chat_mistral,
        "chat_openrouter": chat_openrouter,
        "gemini": gemini,
        "interactions": interactions,
    }
)


def body_of(file: Path) -> dict[str, Any]:
    """The body in a golden file, which follows two lines of dashes."""
    return json.loads(file.read_text("utf-8").split("---\n", 2)[2])["body"]


def refuses(check: Check, body: dict[str, Any]) -> bool:
    """Whether the check can fail at all: a member nobody knows must not pass."""
    try:
        check({**body, "no_such_member": 1})
    except ValueError:
        return True
    return False


def main() -> int:
    folder = Path(sys.argv[1])
    checks: dict[str, Check] = {}
    passed = failed = 0
    for file in sorted(folder.glob(f"{PREFIX}*.snap")):
        name = file.stem.removeprefix(PREFIX)
        speaker = name.split(".", 1)[0]
        kind = speaker if speaker in TYPES else speaker.split("_", 1)[0]
        try:
            if kind not in checks:
                checks[kind] = TYPES[kind]()
            body = {member: value for member, value in body_of(file).items() if member != HOSTS_OWN}
            checks[kind](body)
            if not refuses(checks[kind], body):
                raise ValueError("a member that does not exist is not noticed")
            passed += 1
        except KeyError:
            failed += 1
            print(f"{name}: no types are known for this wire")
        except ValueError as error:
            failed += 1
            print(f"{name}: {error}")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
