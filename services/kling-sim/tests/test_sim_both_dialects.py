"""A9.1, A9.4, A9.5, A9.7: both dialects over one task store, from the create to the bill."""

from __future__ import annotations

from reelwright_kling_sim.testing import Bench


async def test_a_new_clip_is_created_looked_up_and_downloaded(bench: Bench) -> None:
    task_id = await bench.clip(external_task_id="a1-0")
    assert len(task_id) == 18
    assert task_id.isdecimal()
    await bench.sim.settle()

    task = await bench.task(task_id)
    assert (task["status"], task["message"], task["external_id"]) == ("succeeded", "", "a1-0")
    (output,) = task["outputs"]
    assert (output["type"], output["duration"]) == ("video", "5.041")
    downloaded = await bench.client.get(output["url"])
    assert downloaded.status_code == 200
    assert downloaded.content.startswith(b"720x1280 5.042")
