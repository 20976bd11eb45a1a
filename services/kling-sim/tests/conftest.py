"""Benches for the tests of this service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from reelwright_kling_sim.testing import Bench, MakeBench, open_bench


@pytest.fixture
def bench_with(tmp_path: Path) -> MakeBench:
    """A factory of benches on one state folder."""
    return partial(open_bench, tmp_path / "sim")


@pytest.fixture
async def bench(bench_with: MakeBench) -> AsyncIterator[Bench]:
    """A bench with the default knobs."""
    async with bench_with() as made:
        yield made
