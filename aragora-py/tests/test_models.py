"""Models behind an address, a key and a callback of one's own, against a server on this machine."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, timedelta
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
PLAIN = {**REPLY, "usage": {"prompt_tokens": 10, "completion_tokens": 5}}
"""The same from a provider that does not say what it cost."""
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
                reply = PLAIN if "/plain/" in self.path else REPLY
                body = json.dumps(reply if accepted else {"error": {"message": "who are you?"}}).encode()
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


def seats(url: str, *ids: str) -> list[ac.ModelAgent]:
    """Models at this address, each a target of its own."""
    return [ac.ModelAgent(f"compatible/fake-{id}", id=id, base_url=url, config=WHOLE) for id in ids]


PRICE = ac.PriceRow(provider="*", model="*fake-*", input=1_000_000, output=2_000_000)
PRICES = ac.PriceTable(version="own", rows=[PRICE])
"""One micro-dollar per token of a prompt, two per token of an answer: `PLAIN` costs 20."""


async def failures(aragora: ac.Aragora, debate: str) -> list[ac.ErrorInfo]:
    """What the turns of a debate failed of."""
    return [event.data.error for event in await aragora.debates.events(debate) if event.type == "turn_failed"]


async def test_an_instance_says_which_providers_it_can_ask_and_no_key() -> None:
    config = ac.Config.load(env={"MISTRAL_API_KEY": "canary-key-12345"})
    async with ac.Aragora.open(config) as aragora:
        report = aragora.agents.check()
        assert aragora.agents.health() == aragora.agents.breakers() == aragora.agents.rate_limits() == []
    found = {status.provider: status for status in report.providers}
    assert (found["mistral"].configured, found["mistral"].reason) == (True, "a key is set")
    assert found["mistral"].default_model == "mistral-large-latest"
    assert (found["anthropic"].configured, found["anthropic"].reason) == (False, "ANTHROPIC_API_KEY is not set")
    assert "neither Anthropic nor OpenAI is configured" in report.warnings
    assert "canary" not in repr(report) + str(report.to_dict())


async def test_an_instance_says_how_its_models_fare() -> None:
    server = Vendor(lambda _: False)
    layers = ac.Layers(retries=0, breaker_failures=1, requests_per_minute=60, in_flight=3)
    try:
        async with ac.Aragora.open(layers=layers) as aragora:
            agents = [*seats(f"{server.url}/busy", "ada"), Says("bob", "yes"), Says("cyd", "yes")]
            await aragora.debate("Ship?", agents, protocol="vote_only")
            (health,) = aragora.agents.health()
            (breaker,) = aragora.agents.breakers()
            (limits,) = aragora.agents.rate_limits()
    finally:
        server.close()
    assert health.target == breaker.target == limits.target == "compatible/fake-ada"
    assert health.origin == server.url.removesuffix("/v1")
    assert (health.state, health.available, health.calls, health.errors) == (ac.BreakerState.OPEN, False, 1, 1)
    assert health.last_success is None
    assert health.last_error is not None
    assert (health.last_error.code, health.last_error.at.tzinfo) == ("overloaded", UTC)
    assert (breaker.state, breaker.failures, breaker.threshold) == (ac.BreakerState.OPEN, 1, 1)
    assert (breaker.opened_by, breaker.window) == ("overloaded", timedelta(seconds=60))
    assert timedelta() < breaker.retry_after <= timedelta(seconds=60)
    assert (limits.requests_per_minute, limits.most_in_flight, limits.in_flight) == (60, 3, 0)


async def test_a_call_beyond_a_budget_is_not_sent(vendor: Vendor) -> None:
    layers = ac.Layers(budgets=[ac.Budget(scope=ac.BudgetScopeCall(), limit_micros=10)])
    async with ac.Aragora.open(layers=layers, prices=PRICES) as aragora:
        agents = [*seats(vendor.url, "ada"), Says("bob", "yes"), Says("cyd", "yes")]
        decision = await aragora.debate("Ship?", agents, protocol="vote_only")
        assert decision.failed == ["ada"]
        (failed,) = await failures(aragora, decision.debate)
        assert (failed.code, failed.retryable) == ("budget_exceeded", False)
        # Where nobody else is there it is what the debate fails of.
        with pytest.raises(errors.AllAgentsFailedError) as refused:
            await aragora.debate("Ship?", seats(vendor.url, "ada", "eve"), protocol="vote_only")
    cause = refused.value.__cause__
    assert isinstance(cause, errors.BudgetExceededError)
    assert (cause.context["scope"], cause.context["limit"]) == ("call", "10")
    assert vendor.paths == []


async def test_a_tenants_budget_says_how_it_stands_and_nobody_elses_is_touched(vendor: Vendor) -> None:
    scope = ac.BudgetScopeTenant(period=ac.Period.MONTH)
    layers = ac.Layers(budgets=[ac.Budget(scope=scope, limit_micros=5_000_000)])
    async with ac.Aragora.open(layers=layers, prices=PRICES) as aragora:
        agents = [*seats(f"{vendor.url}/plain", "ada"), Says("bob", "yes")]
        decision = await aragora.debate("Ship?", agents, protocol="vote_only", tenant="acme")
        used = decision.usage.by_seat["ada"]
        assert (used.input, used.output, used.micros) == (10, 5, 20)
        assert await aragora.agents.budgets(tenant="acme") == [
            ac.BudgetUsage(name="tenant/month", spent_micros=20, reserved_micros=0, limit_micros=5_000_000)
        ]
        (other,) = await aragora.agents.budgets()
        assert other.spent_micros == 0


async def test_what_a_model_without_a_price_may_cost_is_the_hosts_to_say(vendor: Vendor) -> None:
    async def failed(unpriced: ac.Unpriced | None) -> list[str]:
        budget = ac.Budget(scope=ac.BudgetScopeDebate(), limit_micros=1_000_000, unpriced=unpriced)
        async with ac.Aragora.open(layers=ac.Layers(budgets=[budget])) as aragora:
            agents = [*seats(vendor.url, "ada"), Says("bob", "yes"), Says("cyd", "yes")]
            decision = await aragora.debate("Ship?", agents, protocol="vote_only")
            return [error.code for error in await failures(aragora, decision.debate)]

    assert await failed(None) == ["unpriced"]
    assert await failed(ac.UnpricedAllow()) == []
    assert await failed(ac.UnpricedAssume(input=1, output=1)) == []
    assert await failed(ac.UnpricedAssume(input=1_000_000_000_000, output=1)) == ["budget_exceeded"]


async def test_a_kept_reply_is_not_paid_for_again_until_it_is_forgotten(vendor: Vendor) -> None:
    layers = ac.Layers(cache=ac.ReplyCache(ttl=60, always=True))
    async with ac.Aragora.open(layers=layers) as aragora:

        async def asked() -> int:
            agents = [*seats(vendor.url, "ada"), Says("bob", "yes")]
            await aragora.debate("Ship?", agents, protocol="vote_only", seed=7)
            return len(vendor.paths)

        assert [await asked(), await asked()] == [1, 1]
        assert await aragora.agents.forget("ada", tenant="acme") == 0
        assert await aragora.agents.forget("ada") == 1
        assert await asked() == 2


async def test_settings_that_mean_nothing_are_refused() -> None:
    day = ac.Budget(scope=ac.BudgetScopeTenant(period=ac.Period.DAY), limit_micros=1)
    backwards = ac.PriceRow(provider="", model="m", input=1, output=1)
    for opening in (
        ac.Aragora.open(layers=ac.Layers(budgets=[day, day])),
        ac.Aragora.open(layers=ac.Layers(budgets=[day], bare=True)),
        ac.Aragora.open(layers=ac.Layers(cache=ac.ReplyCache(ttl=0))),
    ):
        with pytest.raises(errors.InvalidConfigError):
            await opening
    with pytest.raises(errors.InvalidRequestError):
        await ac.Aragora.open(prices=ac.PriceTable(version="own", rows=[backwards]))
    with pytest.raises(errors.InvalidRequestError):
        await ac.Aragora.open(layers={"budgets": [{"scope": "year", "limit_micros": 1}]})


def test_what_is_printed_holds_no_secret() -> None:
    document = ac.ProviderDocument(provider="mistral", headers={"x-team": "canary-field"})
    ada = ac.ModelAgent("compatible/fake-1", id="ada", api_key="canary-key", config=document)
    shown = [repr(document), str(document), f"{document}", repr(ada), str(ada), repr([document, ada])]
    shown += [repr(ac.Config.load(env={"MISTRAL_API_KEY": "canary-key-12345"}))]
    assert not [text for text in shown if "canary" in text]
    assert repr(document) == "ProviderDocument(provider='mistral', headers={'x-team': '***'})"
    assert document.headers == {"x-team": "canary-field"}
    assert ac.ProviderDocument.from_dict(document.to_dict()) == document


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
