"""A fresh instance for every test, closed at its end."""

from collections.abc import AsyncIterator

import aragora_core as ac
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def aragora() -> AsyncIterator[ac.Aragora]:
    async with ac.Aragora.open() as instance:
        yield instance


@pytest.fixture
def clock() -> ac.testing.ManualClock:
    return ac.testing.ManualClock()
