"""The public surface: all there, typed, documented, and importing it does nothing."""

import ast
import importlib
import inspect
import os
import re
import subprocess
import sys
import textwrap
import typing
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import aragora_core as ac
import pytest
from aragora_core import _native

MODULES = ("errors", "sync", "testing")
FOLDER = Path(ac.__file__).parent


def public() -> Iterator[tuple[str, object]]:
    """Every public class and function, with the classes' own methods."""
    for owner in (ac, *(getattr(ac, name) for name in MODULES)):
        for name in getattr(owner, "__all__", [name for name in vars(owner) if not name.startswith("_")]):
            found = getattr(owner, name)
            if inspect.isclass(found) or inspect.isfunction(found):
                yield f"{owner.__name__}.{name}", found


def members(found: type) -> Iterator[tuple[str, object]]:
    for name, member in vars(found).items():
        if not name.startswith("_"):
            function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if inspect.isfunction(function):
                yield name, function


def test_every_name_is_there() -> None:
    assert len(ac.__all__) == len(set(ac.__all__))
    for name in ac.__all__:
        assert getattr(ac, name) is not None, name
    for name in ("Aragora", "Agent", "DebateProtocol", "Transcript", "Step", "Decision", "Limits", "Config", "sync"):
        assert name in ac.__all__, name


def test_no_public_annotation_is_any() -> None:
    found = []
    for name, thing in public():
        functions = [(name, thing)] if inspect.isfunction(thing) else list(members(thing))  # type: ignore[arg-type]
        for label, function in functions:
            source = inspect.getsource(function)  # type: ignore[arg-type]
            tree = ast.parse(textwrap.dedent(source))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                    hints = [argument.annotation for argument in arguments] + [node.returns]
                    found += [f"{name}.{label}" for hint in hints if hint and re.search(r"\bAny\b", ast.unparse(hint))]
                    break
    assert not found


def test_everything_public_is_documented() -> None:
    missing = [name for name, thing in public() if not (thing.__doc__ or "").strip()]
    for name, thing in public():
        if inspect.isclass(thing) and thing.__module__ not in ("aragora_core._values",):
            missing += [f"{name}.{label}" for label, function in members(thing) if not inspect.getdoc(function)]
    assert not missing


def test_types_are_shipped() -> None:
    assert (FOLDER / "py.typed").exists()
    assert (FOLDER / "_native.pyi").exists()


def test_one_version_everywhere() -> None:
    assert ac.__version__ == version("aragora-core") == _native.__version__


@pytest.mark.parametrize("name", ["Arena", "DebateConfig", "Vote", "DebateResult"])
def test_old_names_say_what_replaces_them(name: str) -> None:
    with pytest.raises(ImportError, match="no longer there; use"):
        getattr(ac, name)
    done = subprocess.run(
        [sys.executable, "-c", f"from aragora_core import {name}"], capture_output=True, text=True, check=False
    )
    assert "no longer there; use" in done.stderr


def test_unknown_names_are_unknown() -> None:
    assert not hasattr(ac, "nothing_of_that_name")


@pytest.mark.skipif(sys.platform != "linux", reason="threads and files are counted in /proc")
def test_importing_starts_opens_and_reads_nothing() -> None:
    code = """
import os, sys, logging, asyncio, ssl
def counted():
    return sorted(os.listdir("/proc/self/task")), sorted(os.readlink(f"/proc/self/fd/{fd}")
        for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}"))
read = []
class Watched(dict):
    def __getitem__(self, key):
        read.append(key)
        return super().__getitem__(key)
    def get(self, key, default=None):
        read.append(key)
        return super().get(key, default)
before, handlers = counted(), list(logging.root.handlers)
os.environ._data = Watched(os.environ._data)
import aragora_core
after = counted()
assert before == after, (before, after)
assert not [key for key in read if b"ARAGORA" in key or b"API" in key], read
assert logging.root.handlers == handlers
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_checks_the_environment() -> None:
    command = [sys.executable, "-m", "aragora_core"]
    bare = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
    fine = subprocess.run([*command, "validate-env"], capture_output=True, text=True, env=bare, check=False)
    assert (fine.returncode, fine.stderr) == (0, "")
    assert "Config" in fine.stdout
    wrong = subprocess.run(
        [*command, "validate-env"],
        capture_output=True,
        text=True,
        env={**bare, "ARAGORA_EVENT_BUFFER_SIZE": "many"},
        check=False,
    )
    assert wrong.returncode == 1
    assert "ARAGORA_EVENT_BUFFER_SIZE" in wrong.stderr
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_threads_are_configured_before_the_first_use_only() -> None:
    code = """
import asyncio, aragora_core as ac
from aragora_core import errors
try:
    ac.configure_runtime(threads=0)
except errors.InvalidRequestError as error:
    print(error.reason)
ac.configure_runtime(threads=1)
ac.sync.Aragora.open().close()
try:
    ac.configure_runtime(threads=2)
except errors.InvalidStateError as error:
    print(error.reason)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "0 threads, expected 1 to 64\nthe runtime already exists; configure it before the first call that needs it\n"
    )


def test_values_go_to_documents_and_back() -> None:
    limits = ac.Limits(rounds=2, deadline=1.5)
    assert limits.to_dict() == {"rounds": 2, "deadline_ms": 1500}
    assert ac.Limits.from_dict(limits.to_dict()) == limits
    assert ac.Limits.from_dict({}) == ac.Limits()
    with pytest.raises(AttributeError):
        limits.rounds = 3  # type: ignore[misc]


def test_an_event_of_an_unknown_type_is_kept() -> None:
    document: dict[str, typing.Any] = {
        "type": "comet_seen",
        "seq": 1,
        "class": "live",
        "debate_id": "deb_1",
        "run": 1,
        "time": "2026-01-01T00:00:00.000Z",
        "data": {"tail": 3},
    }
    event = ac.Event.from_dict(document)
    assert event.type == "comet_seen"
    assert isinstance(event.data, ac.UnknownEvent)
    assert event.to_dict() == document


def test_the_modules_of_the_package_can_be_imported_alone() -> None:
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem != "__main__":
            importlib.import_module(f"aragora_core.{path.stem}" if path.stem != "__init__" else "aragora_core")
