"""The process ends when the host wants it to, with its status and without noise, whatever is in flight.

`ARAGORA_EXIT_RUNS` says how often each way is tried; the default is small because each is a process of its own. The
specification asks for 100.
"""

import os
import signal
import subprocess
import sys
import time

import pytest

RUNS = int(os.environ.get("ARAGORA_EXIT_RUNS", "3"))
AT_ONCE = 5

BEGIN = """
import asyncio, os, signal, sys, threading, time
import aragora_core as ac

class Hangs(ac.Agent):
    def __init__(self, id): self.id = id
    async def respond(self, request):
        await asyncio.sleep(3600)
        return ""

class Blocks(ac.Agent):
    id = "blocks"
    def respond(self, request):
        time.sleep(3600)
        return ""

class Talks(ac.Agent):
    id = "talks"
    async def respond(self, request):
        while True:
            request.output.text("words ")
            await asyncio.sleep(0)

async def begin():
    aragora = await ac.Aragora.open()
    debates = [aragora.debate("Ship?", [Hangs("ada"), Blocks(), Talks()], protocol="vote_only") for _ in range(4)]
    for debate in debates:
        await debate.start()
        debate.detach()
    streams = [asyncio.create_task(anext(debate.events(from_seq=2))) for debate in debates]
    await asyncio.gather(*streams)
    return aragora, debates
"""

WAYS = {
    "end": ("asyncio.run(begin())", 0, ""),
    "sys.exit": ("asyncio.run(begin()); sys.exit(3)", 3, ""),
    "sys.exit in the loop": (
        "async def main():\n    await begin()\n    sys.exit(4)\nasyncio.run(main())",
        4,
        "",
    ),
    "exception": ("asyncio.run(begin()); raise SystemError('mine')", 1, "SystemError: mine\n"),
    "sync": (
        "with ac.sync.Aragora.open() as a:\n"
        "    d = a.debate('Ship?', [Hangs('ada'), Blocks()], protocol='vote_only').start()\n"
        "    d.detach()\n    os.write(1, b'x')\n    sys.exit(5)",
        5,
        "",
    ),
    "nothing awaited": ("import aragora_core", 0, ""),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_status_is_the_host_own_and_nothing_is_printed(way: str) -> None:
    code, status, last = WAYS[way]
    command = [sys.executable, "-X", "faulthandler", "-c", BEGIN + code]
    for started in range(0, RUNS, AT_ONCE):
        began = time.monotonic()
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(min(AT_ONCE, RUNS - started))
        ]
        for process in running:
            _, noise = process.communicate(timeout=60)
            assert process.returncode == status, noise
            assert noise == "" if not last else noise.endswith(last), noise
            assert "Fatal" not in noise
        # Two seconds for participants that cannot be stopped, five for closing, and the start of the interpreters.
        assert time.monotonic() - began < 30


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_it(tmp_path: object) -> None:
    code = BEGIN + (
        "async def main():\n    await begin()\n    print('ready', flush=True)\n    await asyncio.sleep(3600)\n"
        "try:\n    asyncio.run(main())\nexcept KeyboardInterrupt:\n    sys.exit(130)\n"
    )
    for _ in range(RUNS):
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            child.send_signal(signal.SIGINT)
            _, noise = child.communicate(timeout=60)
            assert (child.returncode, noise) == (130, "")


def test_a_loop_that_is_closed_while_the_core_calls_fails_the_call() -> None:
    """The second loop finds out within a second that the participant's own loop is gone."""
    code = (
        BEGIN
        + """
go = threading.Event()

class Waits(ac.Agent):
    id = "waits"
    def respond(self, request):
        go.wait()
        return "FINAL ANSWER: yes"

class Second(ac.DebateProtocol):
    name = "second"
    def next(self, transcript):
        if transcript.round == 0:
            return transcript.ask("answer", "First?", ["waits"])
        if transcript.round == 1:
            return transcript.ask("answer", "Second?", ["ada", "bob"], round=2)
        return ac.Step.finish()

kept = []

async def first():
    aragora = await ac.Aragora.open()
    debate = aragora.debate("Ship?", [Waits(), Hangs("ada"), Hangs("bob")], protocol=Second())
    await debate.start()
    kept.append((aragora, debate))

async def second():
    aragora, debate = kept[0]
    go.set()
    began = time.monotonic()
    try:
        await debate.result()
    except ac.AragoraError:
        pass
    assert time.monotonic() - began < 5
    failed = [e for e in await aragora.debates.events(debate.id) if e.type == "turn_failed"]
    print(sorted({e.data.error.code for e in failed}))
    print(failed[0].data.error.reason)
    await aragora.close()

asyncio.run(first())
asyncio.run(second())
"""
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == "['invalid_state']"
    assert "is closed" in done.stdout
