"""A fresh instance for every test, closed at its end."""

from collections.abc import AsyncIterator

import aragora_core as ac
import pytest
import pytest_asyncio
from corpus import exclusions


@pytest_asyncio.fixture
async def aragora() -> AsyncIterator[ac.Aragora]:
    async with ac.Aragora.open() as instance:
        yield instance


@pytest.fixture
def clock() -> ac.testing.ManualClock:
    return ac.testing.ManualClock()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The line every runner of the corpus ends with."""
    cases = {
        outcome: [report for report in terminalreporter.getreports(outcome) if "test_conformance.py" in report.nodeid]
        for outcome in ("passed", "failed")
    }
    if any(cases.values()):
        excluded = len(exclusions())
        passed = len(cases["passed"]) - excluded
        terminalreporter.write_line(f"conformance: {passed} passed, {len(cases['failed'])} failed, {excluded} excluded")
