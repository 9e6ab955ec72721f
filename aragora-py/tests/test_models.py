"""Models behind an address, a key and a callback of one's own, against a server on this machine."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import aragora_core as ac
import pytest
from aragora_core import _host, errors
from people import Says

MESSAGE = {"role": "assistant", "content": "FINAL ANSWER: yes"}
REPLY = {
    "id": "chat-1",
    "model": "acme/fake-1",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.000042},
}
WHOLE = ac.ProviderDocument(stream=ac.StreamMode.NEVER)


class Vendor:
    """A server that answers chat completions to whoever it accepts."""

    def __init__(self, accepts: Callable[[Mapping[str, str]], bool]) -> None:
        self.paths: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.bodies: list[Any] = []
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                vendor.paths.append(self.path)
                vendor.headers.append(headers)
                vendor.bodies.append(json.loads(self.rfile.read(int(headers["content-length"]))))
                accepted = accepts(headers)
                body = json.dumps(REPLY if accepted else {"error": {"message": "who are you?"}}).encode()
                self.send_response(200 if accepted else 503 if "/busy/" in self.path else 401)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """Accepts everybody."""
    server = Vendor(lambda _: True)
    yield server
    server.close()


@pytest.fixture
def strict() -> Iterator[Vendor]:
    """Accepts the new token only."""
    server = Vendor(lambda headers: headers.get("authorization") == "Bearer new")
    yield server
    server.close()


async def test_a_model_has_an_address_a_key_and_a_configuration_of_its_own(aragora: ac.Aragora, vendor: Vendor) -> None:
    config = ac.ProviderDocument(stream=ac.StreamMode.NEVER, headers={"x-team": "core"})
    ada = ac.ModelAgent("openrouter/acme/fake-1", id="ada", base_url=vendor.url, api_key="canary-key", config=config)
    decision = await aragora.debate("Ship?", [ada, Says("bob", "yes")], protocol="vote_only")
    assert list(decision.supporters) == ["ada", "bob"]
    assert vendor.paths == ["/v1/chat/completions"]
    assert vendor.headers[0]["authorization"] == "Bearer canary-key"
    assert vendor.headers[0]["x-team"] == "core"
    assert vendor.bodies[0]["model"] == "acme/fake-1"
    used = decision.usage.by_seat["ada"]
    assert (used.input, used.output, used.micros) == (10, 5, 42)
    assert "canary-key" not in await aragora.debates.log(decision.debate)
    assert "canary-key" not in repr(ada)


@pytest.mark.parametrize("plain", [False, True])
async def test_a_credentials_callback_signs_and_is_asked_again_after_a_refusal(
    aragora: ac.Aragora, strict: Vendor, plain: bool
) -> None:
    asked: list[ac.SigningRequest] = []

    def sign(request: ac.SigningRequest) -> dict[str, str]:
        asked.append(request)
        return {"Authorization": "Bearer new" if request.refresh else "Bearer old"}

    async def later(request: ac.SigningRequest) -> dict[str, str]:
        await asyncio.sleep(0)
        return sign(request)

    ada = ac.ModelAgent(
        "compatible/fake-1", id="ada", base_url=strict.url, credentials=sign if plain else later, config=WHOLE
    )
    decision = await aragora.debate("Ship?", [ada, Says("bob", "yes")], protocol="vote_only")
    assert list(decision.supporters) == ["ada", "bob"]
    assert [request.refresh for request in asked] == [False, True]
    assert (asked[0].method, asked[0].url) == ("POST", f"{strict.url}/chat/completions")
    assert json.loads(asked[0].body) == strict.bodies[0]
    assert [headers["authorization"] for headers in strict.headers] == ["Bearer old", "Bearer new"]


async def test_a_credentials_callback_that_fails_keeps_its_words(aragora: ac.Aragora, vendor: Vendor) -> None:
    async def broken(request: ac.SigningRequest) -> dict[str, str]:
        raise LookupError("token canary-token has expired")

    def wrong(request: ac.SigningRequest) -> dict[str, str]:
        return {"Authorization": b"canary-token"}  # type: ignore[dict-item]

    seats = [
        ac.ModelAgent("compatible/fake-1", id="ada", base_url=vendor.url, credentials=broken, config=WHOLE),
        ac.ModelAgent("compatible/fake-2", id="eve", base_url=vendor.url, credentials=wrong, config=WHOLE),
    ]
    debate = aragora.debate("Ship?", [*seats, Says("bob", "yes"), Says("cyd", "yes")], protocol="vote_only")
    decision = await debate
    assert sorted(decision.failed) == ["ada", "eve"]
    failed = [event.data.error for event in await aragora.debates.events(debate.id) if event.type == "turn_failed"]
    assert {error.code for error in failed} == {"unauthenticated"}
    assert {error.reason for error in failed} == {"the credentials callback failed"}
    assert "canary-token" not in await aragora.debates.log(debate.id)
    assert vendor.paths == []


async def test_layers_say_how_often_a_model_is_asked_again() -> None:
    async def asked(layers: ac.Layers) -> tuple[list[str], int]:
        first = iter([False])
        server = Vendor(lambda _: next(first, True))
        try:
            ada = ac.ModelAgent("compatible/fake-1", id="ada", base_url=f"{server.url}/busy", config=WHOLE)
            seats = [ada, Says("bob", "yes"), Says("cyd", "yes")]
            async with ac.Aragora.open(layers=layers) as aragora:
                decision = await aragora.debate("Ship?", seats, protocol="vote_only")
        finally:
            server.close()
        return list(decision.failed), len(server.paths)

    assert await asked(ac.Layers(retries=1, retry_first=timedelta(milliseconds=1))) == ([], 2)
    assert await asked(ac.Layers(retries=0)) == (["ada"], 1)
    assert await asked(ac.Layers(bare=True)) == (["ada"], 1)
    with pytest.raises(errors.InvalidRequestError):
        await asked(ac.Layers(fallback=["nobody/fake-1"]))


async def test_options_that_contradict_each_other_are_refused(aragora: ac.Aragora, vendor: Vendor) -> None:
    def sign(request: ac.SigningRequest) -> dict[str, str]:
        return {}

    named = ac.ProviderDocument(provider="mistral")
    for ada in (
        ac.ModelAgent("compatible/fake-1", id="ada", base_url=vendor.url, api_key="canary-key", credentials=sign),
        ac.ModelAgent("compatible/fake-1", id="ada", base_url=vendor.url, config=named),
        ac.ModelAgent("nobody/fake-1", id="ada", credentials=sign),
    ):
        with pytest.raises(errors.InvalidRequestError) as refused:
            await aragora.debate("Ship?", [ada, Says("bob", "yes")], protocol="vote_only")
        assert "canary-key" not in str(refused.value)
    while _host.counts()["participants"]:
        await asyncio.sleep(0.001)
    assert vendor.paths == []
    with pytest.raises(TypeError, match="credentials is str, expected a function"):
        ac.ModelAgent("compatible/fake-1", credentials="canary-key")  # type: ignore[arg-type]
