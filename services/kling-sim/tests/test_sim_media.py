"""A9.9: signed media URLs that expire, byte ranges, sizes, deletion after the retention."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from reelwright_kling_sim.media import MediaLinks, drawn_size, media_names
from reelwright_kling_sim.testing import Bench, MakeBench

DAY_S = 86_400


async def _url(bench: Bench, task_id: str) -> str:
    (output,) = (await bench.task(task_id))["outputs"]
    return str(output["url"])


async def test_a_url_is_the_same_at_each_look_up_and_expires_after_thirty_days(bench: Bench) -> None:
    task_id = await bench.clip()
    await bench.sim.settle()
    url = await _url(bench, task_id)
    bench.clock.advance(60)
    assert await _url(bench, task_id) == url
    expires_s = int(parse_qs(urlsplit(url).query)["Expires"][0])
    assert expires_s == bench.clock.now_s() - 60 + 30 * DAY_S
    assert (await bench.client.get(url, headers={"Authorization": ""})).status_code == 200


async def test_after_expiry_the_answer_is_a_knob(bench_with: MakeBench) -> None:
    async with bench_with(media_url_ttl_s=100, expired_media_status=410) as bench:
        task_id = await bench.clip()
        await bench.sim.settle()
        url = await _url(bench, task_id)
        bench.clock.advance(99)
        assert (await bench.client.get(url)).status_code == 200
        bench.clock.advance(1)
        assert (await bench.client.get(url)).status_code == 410


@pytest.mark.parametrize(
    ("part", "other"),
    [("Expires=", "Expires=9"), ("Signature=", "Signature=0"), ("-0.mp4", "-1.mp4"), ("Expires=", "Expires=x")],
)
async def test_a_url_cannot_be_altered(bench: Bench, part: str, other: str) -> None:
    task_id = await bench.clip()
    await bench.sim.settle()
    url = (await _url(bench, task_id)).replace(part, other)
    assert (await bench.client.get(url)).status_code == 403


async def test_a_name_that_was_never_made_is_not_found(bench: Bench) -> None:
    url = bench.sim.simulator.links.url("http://kling-sim", "../ledger.sqlite3", bench.sim.simulator.now_ms())
    assert (await bench.client.get(url)).status_code == 404
    url = bench.sim.simulator.links.url("http://kling-sim", "1-0.mp4", bench.sim.simulator.now_ms())
    assert (await bench.client.get(url)).status_code == 404


def test_every_secret_signs_otherwise() -> None:
    one, other = (MediaLinks(secret, 60.0) for secret in ("one", "other"))
    query = parse_qs(urlsplit(one.url("http://x", "a.mp4", 0)).query)
    signed = {"expires": query["Expires"][0], "signature": query["Signature"][0]}
    assert one.is_genuine("a.mp4", **signed)
    assert not other.is_genuine("a.mp4", **signed)


async def test_byte_ranges_are_served(bench: Bench) -> None:
    task_id = await bench.clip()
    await bench.sim.settle()
    url = await _url(bench, task_id)
    whole = (await bench.client.get(url)).content
    part = await bench.client.get(url, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, whole[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(whole)}"
    assert part.headers["content-type"] == "video/mp4"


async def test_media_are_deleted_after_the_retention(bench_with: MakeBench) -> None:
    async with bench_with(media_retention_s=DAY_S) as bench:
        task_id = await bench.clip()
        await bench.sim.settle()
        url = await _url(bench, task_id)
        file = bench.sim.simulator.settings.state_dir / "media" / f"{task_id}-0.mp4"
        assert file.is_file()
        bench.clock.advance(DAY_S + 1)
        await bench.sim.simulator._room.purge(bench.sim.simulator.now_ms())
        assert not file.exists()
        assert (await bench.client.get(url)).status_code == 404
        assert (await bench.task(task_id))["status"] == "succeeded", "the task itself stays"


async def test_urls_name_the_host_by_which_we_were_reached_or_the_one_set(bench_with: MakeBench) -> None:
    async with bench_with() as bench:
        task_id = await bench.clip()
        await bench.sim.settle()
        assert (await _url(bench, task_id)).startswith("http://kling-sim/_media/")
    async with bench_with(public_url="https://sim.example.org/") as bench:
        assert (await _url(bench, task_id)).startswith("https://sim.example.org/_media/")


@pytest.mark.parametrize(
    ("max_height", "resolution", "ratio", "size"),
    [
        (1920, "720p", "9:16", (720, 1280)),
        (1920, "1080p", "9:16", (1080, 1920)),
        (480, "720p", "9:16", (270, 480)),
        (480, "1080p", "16:9", (854, 480)),
        (481, "720p", "1:1", (480, 480)),
    ],
)
async def test_pictures_are_drawn_no_higher_than_told(
    bench_with: MakeBench, max_height: int, resolution: str, ratio: str, size: tuple[int, int]
) -> None:
    async with bench_with(max_height=max_height) as bench:
        settings = {"resolution": resolution, "aspect_ratio": ratio}
        await bench.data("POST", "/text-to-video/kling-3.0-turbo", json={"prompt": "x", "settings": settings})
        await bench.sim.settle()
        (job,) = bench.drawing.jobs
        assert (job.width, job.height) == size
        (task,) = await bench.sim.simulator.select("1")
        assert drawn_size(task, max_height) == size
        assert media_names(task) == (f"{task.id}-0.mp4",)


async def test_each_result_has_a_seed_of_its_own_and_a_clip_is_at_most_fifteen_seconds(bench: Bench) -> None:
    await bench.data("POST", "/v1/images/generations", json={"prompt": "x", "n": 3})
    body = {"prompt": "x", "settings": {"duration": 15}}
    await bench.data("POST", "/text-to-video/kling-3.0-turbo", json=body)
    await bench.sim.settle()
    *pictures, clip = bench.drawing.jobs
    assert len({job.seed for job in pictures}) == 3
    assert clip.duration_s == 15.0
