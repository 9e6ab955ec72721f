"""What the library says, and that it says nothing unless asked. In processes of their own: a sink is set once."""

import subprocess
import sys

DEBATE = """
import asyncio, logging, sys, threading
import aragora_core as ac
from aragora_core import errors

async def debate():
    async with ac.Aragora.open() as aragora:
        seats = [ac.ScriptedAgent(name, ["FINAL ANSWER: yes"], at_end="repeat") for name in ("ada", "bob")]
        return await aragora.debate("Ship?", seats, protocol="vote_only", id="deb_logged")
"""


def run(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", DEBATE + code], capture_output=True, text=True, timeout=60, check=False
    )


def test_without_a_sink_nothing_is_said() -> None:
    done = run("asyncio.run(debate())\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_sink_gets_records_with_the_debate_id() -> None:
    done = run("""
got = threading.Event()
def sink(record):
    if record.fields.get("debate_id") == "deb_logged":
        ours = record.target.split("::")[0] in ("aragora", "aragora_core")
        print(record.level, ours, record.time.tzinfo is not None, bool(record.text))
        got.set()
ac.set_log_sink("debug", sink)
asyncio.run(debate())
assert got.wait(10)
""")
    assert done.returncode == 0, done.stderr
    assert "debug True True True" in done.stdout


def test_without_a_function_records_go_to_logging() -> None:
    done = run("""
got = threading.Event()
class Keep(logging.Handler):
    def emit(self, record):
        got.set()
logging.getLogger("aragora_core").addHandler(Keep())
logging.getLogger("aragora_core").setLevel(logging.DEBUG)
ac.set_log_sink("debug")
asyncio.run(debate())
assert got.wait(10)
""")
    assert done.returncode == 0, done.stderr


def test_a_second_sink_and_a_wrong_level_are_errors() -> None:
    done = run("""
try:
    ac.set_log_sink("loud")
except errors.InvalidRequestError as error:
    print(error.reason)
ac.set_log_sink("info", print)
try:
    ac.set_log_sink("info", print)
except errors.InvalidStateError as error:
    print(error.reason)
""")
    assert done.returncode == 0, done.stderr
    assert "expected error, warning, info" in done.stdout
    assert "once per process" in done.stdout


def test_a_sink_that_fails_changes_nothing() -> None:
    done = run("""
calls = []
got = threading.Event()
def sink(record):
    calls.append(record)
    if len(calls) > 1:
        got.set()
    raise ValueError("full")
logging.disable(logging.CRITICAL)
ac.set_log_sink("debug", sink)
print(asyncio.run(debate()).answer.value)
assert got.wait(10)
""")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "yes\n"
