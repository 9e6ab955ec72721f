"""After a fork new objects work and old ones refuse, with a debate in flight, fifty times."""

import subprocess
import sys

import pytest

FORKS = 50

CODE = """
import asyncio, os, sys, time, warnings
import aragora_core as ac
from aragora_core import errors

class Hangs(ac.Agent):
    def __init__(self, id): self.id = id
    async def respond(self, request):
        await asyncio.sleep(3600)
        return ""

class Says(ac.Agent):
    def __init__(self, id): self.id = id
    async def respond(self, request): return "FINAL ANSWER: yes"

class Plain(ac.Agent):
    id = "plain"
    def respond(self, request): return "FINAL ANSWER: yes"

async def anew():
    async with ac.Aragora.open() as aragora:
        decision = await aragora.debate("Ship?", [Says("ada"), Plain()], protocol="vote_only")
        assert list(decision.supporters) == ["ada", "plain"]

def child(aragora, debate):
    began = time.monotonic()
    for use in (lambda: debate.finished, lambda: aragora.activity(), lambda: debate.human.message("me", "hello")):
        try:
            use()
        except errors.InvalidStateError as error:
            assert "fork" in error.reason, error
        else:
            raise AssertionError("an old handle works in the child")
    assert time.monotonic() - began < 1
    asyncio.run(anew())
    ac.sync.Aragora.open().close()

async def main(forks):
    await anew()
    ac_sync = await asyncio.to_thread(ac.sync.Aragora.open)
    aragora = await ac.Aragora.open()
    debate = aragora.debate("Ship?", [Hangs("ada"), Hangs("bob")], protocol="vote_only")
    await debate.start()
    for number in range(forks):
        pid = os.fork()
        if pid == 0:
            # The child leaves the parent's loop behind, as after any fork inside a coroutine.
            asyncio.events._set_running_loop(None)
            try:
                child(aragora, debate)
            except BaseException as error:
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        began = time.monotonic()
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                assert os.waitstatus_to_exitcode(status) == 0, (number, status)
                break
            assert time.monotonic() - began < 20, f"child {number} hangs"
            await asyncio.sleep(0.002)
    # The parent's debate never noticed.
    assert not debate.finished
    debate.cancel("enough")
    try:
        await debate
    except errors.CancelledError:
        print("done")
    await aragora.close()
    await asyncio.to_thread(ac_sync.close)

asyncio.run(main(int(sys.argv[1])))
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="this system has no fork")
def test_fifty_forks_with_a_debate_in_flight() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(FORKS)], capture_output=True, text=True, timeout=240, check=False
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert done.stderr == ""


def test_multiprocessing_by_fork_and_by_spawn_works() -> None:
    code = """
import multiprocessing, sys
import aragora_core as ac

def work(_):
    with ac.sync.Aragora.open() as aragora:
        seats = [ac.ScriptedAgent(name, ["FINAL ANSWER: yes"], at_end="repeat") for name in ("ada", "bob")]
        return aragora.debate("Ship?", seats, protocol="vote_only").result(timeout=60).answer.value

if __name__ == "__main__":
    assert work(0) == "yes"
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(work, range(4)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "['yes', 'yes', 'yes', 'yes']\n"), done.stderr
    assert done.stderr == ""
