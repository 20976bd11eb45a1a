"""docs/examples/upload.html in a real browser, on an origin of its own, for a user who is signed in."""

import asyncio
import hashlib
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from browser.front_end import Here, here
from e2e.recordings import cut
from playwright.async_api import CDPSession, Page, Request, expect

PAGE = Path(__file__).parents[2] / "docs/examples/upload.html"
PART_BYTES = 300_000
SLOW_BYTES_S = 150_000
"""So that the recording takes four seconds to upload, more than one for each part."""
NOTE = """() => {
    window.seen = {upload: [], making: [], says: []};
    for (const id of ["upload", "making"])
        new MutationObserver(() => window.seen[id].push(document.getElementById(id).value))
            .observe(document.getElementById(id), {attributes: true, attributeFilter: ["value"]});
    const says = document.getElementById("says");
    new MutationObserver(() => window.seen.says.push(says.textContent)).observe(says, {childList: true});
}"""
SENT = "(percent) => document.getElementById('upload').value > percent"
PLAYED = """async () => {
    const video = document.getElementById("video");
    video.muted = true;
    await video.play();
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    return [video.videoWidth, video.videoHeight];
}"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A megabyte."""
    return cut(tmp_path / "talk.wav", seconds=5.8, rate=44_100, layout="stereo")


@asynccontextmanager
async def example(folder: Path) -> AsyncIterator[Here]:
    parts = {"REELWRIGHT_GATEWAY_UPLOAD_PART_BYTES": str(PART_BYTES)}
    async with here(folder, PAGE.read_text(encoding="utf-8"), **parts) as it:
        yield it


async def opened(page: Page, it: Here, recording: Path) -> CDPSession:
    """The page filled in, on a slow line; the line, to change it."""
    await page.goto(it.allowed)
    await page.evaluate(NOTE)
    await page.get_by_label("API").fill(it.api)
    await page.get_by_label("Token").fill(it.token)
    await page.get_by_label("Recording").set_input_files(recording)
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    await set_line(line, SLOW_BYTES_S)
    return line


async def set_line(line: CDPSession, bytes_s: int, *, offline: bool = False) -> None:
    speed = {"downloadThroughput": -1, "uploadThroughput": bytes_s, "latency": 0}
    await line.send("Network.emulateNetworkConditions", {"offline": offline, **speed})


async def test_progress_is_seen_and_the_video_at_the_end(tmp_path: Path, page: Page, recording: Path) -> None:
    async with example(tmp_path) as it:
        await opened(page, it, recording)
        await page.get_by_role("button", name="Make the video").click()
        save = page.get_by_role("link", name="Save the video")
        await expect(save).to_be_visible(timeout=120_000)
        seen = await page.evaluate("window.seen")
        sent = seen["upload"]
        assert sent == sorted(sent)
        assert sent[-1] == 100
        assert len([percent for percent in sent if 0 < percent < 100]) >= 3
        assert seen["making"][-1] == 100
        assert any(0 < percent < 100 for percent in seen["making"])
        assert [seen["says"][0], seen["says"][-1]] == ["uploading", "completed"]
        (made,) = (await it.http.get("/v1/projects")).json()["items"]
        video = (await it.http.get(f"/v1/projects/{made['id']}")).json()["video"]
        assert await page.evaluate(PLAYED) == [video["width_px"], video["height_px"]]
        async with page.expect_download() as saving:
            await save.click()
        await (await saving.value).save_as(tmp_path / "saved.mp4")
        assert (tmp_path / "saved.mp4").stat().st_size == video["video"]["size_bytes"]


async def test_an_upload_goes_on_after_it_was_stopped_and_after_the_line_broke(
    tmp_path: Path, page: Page, recording: Path
) -> None:
    async with example(tmp_path) as it:
        line = await opened(page, it, recording)
        arrived: list[Request] = []
        page.on("requestfinished", lambda request: arrived.append(request) if request.method == "PUT" else None)
        make, says = page.get_by_role("button", name="Make the video"), page.get_by_role("status")
        await make.click()
        await page.wait_for_function(SENT, arg=30)
        await page.get_by_role("button", name="Stop").click()
        await expect(says).to_have_text("Stopped.")
        await make.click()
        await page.wait_for_function(SENT, arg=50)
        await set_line(line, SLOW_BYTES_S, offline=True)
        await expect(says).to_contain_text("It goes on when the line is back.")
        await set_line(line, -1)
        await expect(says).to_have_text("completed", timeout=120_000)
        (made,) = (await it.http.get("/v1/projects")).json()["items"]
        audio = (await it.http.get(f"/v1/projects/{made['id']}")).json()["audio"]
        headers = [await request.all_headers() for request in arrived]
    whole = await asyncio.to_thread(recording.read_bytes)
    assert audio["sha256"] == hashlib.sha256(whole).hexdigest()
    assert len(arrived) == math.ceil(len(whole) / PART_BYTES), "each part was sent to its end once"
    assert not any("authorization" in each for each in headers), "the links are signed"


async def test_what_is_wrong_is_said_in_the_words_of_the_api(tmp_path: Path, page: Page) -> None:
    letter = tmp_path / "letter.mp3"
    letter.write_text("Dear all, ")
    async with example(tmp_path) as it:
        await opened(page, it, letter)
        make, says = page.get_by_role("button", name="Make the video"), page.get_by_role("status")
        await make.click()
        await expect(says).to_contain_text("Send the recording itself as MP3")
        await page.get_by_label("Token").fill("no token")
        await page.get_by_label("Recording").set_input_files(letter)
        await make.click()
        await expect(says).not_to_contain_text("Send the recording itself")
        assert "token" in str(await says.text_content())
