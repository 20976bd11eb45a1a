"""Ids, reason codes, and the fakes that ship with the chassis."""

import multiprocessing
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from reelwright_chassis.errors import Stopped
from reelwright_chassis.ids import _spelled, content_id, new_id
from reelwright_chassis.reasons import Actor, reason, registry
from reelwright_chassis.testing import FakeJob


def test_new_ids_are_ulids() -> None:
    ids = [new_id() for _ in range(100)]
    assert len(set(ids)) == 100
    assert [str(ULID.from_str(each)) for each in ids] == ids


@given(st.integers(0, 2**128 - 1))
def test_they_are_spelled_as_the_standard_has_it(number: int) -> None:
    assert _spelled(number) == str(ULID.from_int(number))


def test_ids_sort_by_the_order_they_were_made_in(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [new_id() for _ in range(100)]
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)  # a clock that was set back stands still
    ids += [new_id() for _ in range(100)]
    assert ids == sorted(set(ids))


def test_a_forked_child_makes_ids_of_its_own() -> None:
    new_id()
    with multiprocessing.get_context("fork").Pool(2) as children:
        made = [each for several in children.map(_ten_ids, range(8), chunksize=1) for each in several]
    assert len({*made, *_ten_ids(0)}) == 90


def _ten_ids(_: int) -> list[str]:
    return [new_id() for _ in range(10)]


def test_the_same_parts_have_the_same_id() -> None:
    one = content_id("asset", {"prompt": "Ein Fluß", "take": 1, "sizes": [1.5, None]})
    assert one == content_id("asset", {"take": 1, "sizes": [1.5, None], "prompt": "Ein Fluß"})
    assert one.startswith("asset-")
    assert len(one) == len("asset-") + 32
    assert one != content_id("asset", {"prompt": "Ein Fluß", "take": 2, "sizes": [1.5, None]})
    assert one != content_id("clip", {"prompt": "Ein Fluß", "take": 1, "sizes": [1.5, None]})


@pytest.mark.parametrize("value", [float("nan"), object(), b"bytes"])
def test_what_json_does_not_know_has_no_id(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        content_id("x", {"a": value})


def test_every_reason_says_what_its_reader_needs() -> None:
    for code, entry in registry().items():
        assert code == entry.code
        assert entry.message.endswith((".", "?"))
        assert entry.remedy
        assert entry.stage in {"fetch", "transcription", "plan", "asset", "render", "director", "api", "cli", "any"}


def test_an_unknown_reason_keeps_its_name() -> None:
    assert reason("from_the_future").code == "from_the_future"
    assert reason("from_the_future").actor is Actor.OPERATOR
    assert reason("stalled").retryable


async def test_a_fake_job_tells_what_was_done_with_it(tmp_path: Path) -> None:
    job = FakeJob(tmp_path)
    job.progress(50, "half")
    await job.confirm()
    job.raise_if_stopped()
    assert (job.told, job.confirms) == ([(50, "half")], 1)
    job.stopped = True
    with pytest.raises(Stopped):
        await job.confirm()
