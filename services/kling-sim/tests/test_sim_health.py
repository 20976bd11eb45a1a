"""What the simulator does when it is itself at fault, and that its README names every knob and marker."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NoReturn

import pytest

from reelwright_kling_sim import http_shape
from reelwright_kling_sim.errors import KlingError
from reelwright_kling_sim.faults import MARKERS
from reelwright_kling_sim.pictures_in import picture_aspect
from reelwright_kling_sim.settings import SimSettings
from reelwright_kling_sim.testing import Bench

README = Path(__file__).parents[1] / "README.md"


async def _break(*_: object) -> NoReturn:
    raise OSError("the disk is gone")


async def test_a_fault_of_ours_is_an_internal_error_in_the_vendors_shape(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.sim.simulator, "select", _break)
    response = await bench.client.get("/tasks", params={"task_ids": "1"})
    assert (response.status_code, response.json()["code"]) == (500, 5000)
    assert "disk" not in response.text
    with pytest.raises(AssertionError, match="answered 500"):
        await bench.data("GET", "/tasks", params={"task_ids": "1"})


@pytest.mark.parametrize("path", ["/_sim/healthz", "/livez", "/readyz"])
async def test_a_loop_that_dies_shows_in_the_health(bench: Bench, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    simulator = bench.sim.simulator
    assert (await bench.client.get(path)).status_code == 200
    monkeypatch.setattr(simulator._sender, "send_due", _break)
    simulator._send_nudge.set()
    await asyncio.wait(simulator._loops, return_when=asyncio.FIRST_COMPLETED)
    assert (await bench.client.get(path)).status_code == 503


async def test_a_body_beyond_all_bounds_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_shape, "MAX_BODY_BYTES", 10)
    response = await bench.post("/text-to-video/kling-3.0", {"prompt": "longer than that"})
    assert (response.status_code, response.json()["code"]) == (400, 1200)


def test_a_picture_beyond_all_bounds_is_refused() -> None:
    with pytest.raises(KlingError, match="size cannot exceed 0MB"):
        picture_aspect("AAAA", "image", size_limit_mb=0)


@pytest.mark.parametrize("name", [*SimSettings.model_fields, *MARKERS])
def test_the_readme_names_every_knob_and_marker(name: str) -> None:
    assert f"| `{name}`" in README.read_text()
