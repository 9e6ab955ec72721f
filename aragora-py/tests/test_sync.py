"""The facade without `await`."""

import os
import signal
import threading
import time

import aragora_core as ac
import pytest
from aragora_core import errors
from people import Does, Hangs, Plainly, Says, three


def test_a_debate_without_a_loop() -> None:
    with ac.sync.Aragora.open() as aragora:
        debate = aragora.debate(
            "Ship?", [*three(), Plainly("joe", lambda _: "FINAL ANSWER: yes")], protocol="vote_only"
        )
        types = [event.type for event in debate.events()]
        decision = debate.result(timeout=60)
        assert list(decision.dissenters) == ["eve"]
        assert types[0] == "debate_start"
        assert types[-1] == "debate_end"
        assert aragora.debates.replay(aragora.debates.log(debate.id)).matches
        assert aragora.debates.get(debate.id).state == "finished"
        assert debate.finished


def test_leaving_the_events_early_lets_the_debate_go_on() -> None:
    with ac.sync.Aragora.open() as aragora:
        debate = aragora.debate("Ship?", three(), protocol="vote_only")
        with debate.events() as events:
            assert next(iter(events)).type == "debate_start"
        assert list(debate.result(timeout=60).dissenters) == ["eve"]


def test_a_timeout_cancels_the_debate() -> None:
    with ac.sync.Aragora.open() as aragora:
        ada = Hangs("ada")
        debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only").start()
        with pytest.raises(errors.DeadlineExceededError):
            debate.result(timeout=0.05)
        end = time.monotonic() + 10
        while not ada.cancelled.is_set():
            assert time.monotonic() < end
            time.sleep(0.001)


def test_errors_are_the_same() -> None:
    with ac.sync.Aragora.open() as aragora, pytest.raises(errors.InvalidRequestError):
        aragora.debate("", three()).result()


def test_called_from_its_own_loop_it_refuses() -> None:
    caught: list[BaseException] = []

    with ac.sync.Aragora.open() as aragora:

        async def reenters(request: ac.AgentRequest) -> str:
            try:
                aragora.close()
            except errors.InvalidStateError as error:
                caught.append(error)
            return "FINAL ANSWER: yes"

        aragora.debate("Ship?", [Does("ada", reenters), Says("bob", "yes")], protocol="vote_only").result(timeout=60)
    assert "own event loop" in str(caught[0])


async def test_called_while_another_loop_runs_it_warns() -> None:
    with pytest.warns(RuntimeWarning, match="blocks the event loop"):
        ac.sync.Aragora.open().close()


def test_a_plain_agent_may_use_it() -> None:
    """On a thread of the pool nothing waits for itself."""
    with ac.sync.Aragora.open() as aragora:

        def asks(request: ac.AgentRequest) -> str:
            seats = [Says("ann", "yes"), Says("ben", "yes")]
            inner = aragora.debate("Inner?", seats, protocol="vote_only").result(timeout=60)
            assert inner.answer is not None
            return f"FINAL ANSWER: {inner.answer.value}"

        outer = aragora.debate("Outer?", [Plainly("ada", asks), Says("bob", "yes")], protocol="vote_only")
        assert list(outer.result(timeout=60).supporters) == ["ada", "bob"]


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals of POSIX")
def test_ctrl_c_cancels_the_debate() -> None:
    ada = Hangs("ada")
    with ac.sync.Aragora.open() as aragora:
        debate = aragora.debate("Ship?", [ada, Hangs("bob")], protocol="vote_only").start()

        def interrupt() -> None:
            time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            debate.result()
        thread.join()
        end = time.monotonic() + 10
        while not ada.cancelled.is_set():
            assert time.monotonic() < end
            time.sleep(0.001)
