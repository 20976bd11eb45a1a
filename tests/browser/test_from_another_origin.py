"""A front end on an origin of its own, where callers are known by tokens, which `<video>` and the like cannot send."""

from pathlib import Path
from typing import Any

from apihouse.serving import completed, created, recorded
from browser.front_end import here
from e2e.recordings import SCRIPT
from playwright.async_api import Page, Response

FOLLOW = """async ({api, token, id}) => {
    const headers = {Authorization: `Bearer ${token}`};
    const {ticket} = await (await fetch(`${api}/v1/stream-tickets`, {method: "POST", headers})).json();
    window.states = [];
    const source = new EventSource(`${api}/v1/projects/${id}/events?ticket=${ticket}`);
    for (const kind of ["snapshot", "change"])
        source.addEventListener(kind, (event) => window.states.push(JSON.parse(event.data).state));
    await new Promise((resolve) => source.addEventListener("snapshot", resolve));
}"""
WITHOUT_A_TICKET = """({api, id}) => new Promise((resolve) => {
    const source = new EventSource(`${api}/v1/projects/${id}/events`);
    source.onerror = () => resolve(source.readyState);
})"""
PLAY_AND_SEEK = """async (url) => {
    const video = document.createElement("video");
    video.muted = true;
    video.src = url;
    document.body.append(video);
    await video.play();
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    const played = video.currentTime;
    video.pause();
    const seeked = new Promise((resolve) => video.addEventListener("seeked", resolve, {once: true}));
    video.currentTime = video.duration * 0.8;
    await seeked;
    return {played, at: video.currentTime / video.duration, width: video.videoWidth, height: video.videoHeight};
}"""
SHOW = """async (url) => {
    const image = document.createElement("img");
    image.src = url;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
}"""
LINK = """(url) => {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = "Save";
    document.body.append(link);
}"""
FETCH = """({api, token}) => fetch(`${api}/v1/projects`, {headers: {Authorization: `Bearer ${token}`}})
    .then((answer) => answer.status, (error) => error.name)"""


async def test_a_front_end_follows_plays_shows_and_saves(tmp_path: Path, page: Page) -> None:
    async with here(tmp_path) as it:
        await page.goto(it.allowed)
        script = SCRIPT.read_text(encoding="utf-8").split("\n\n")[0]
        project_id = await created(it.http, {"title": "In a browser", "script": script})
        known = {"api": it.api, "token": it.token, "id": project_id}
        await page.evaluate(FOLLOW, known)
        await recorded(it.http, project_id, tmp_path)
        await page.wait_for_function('window.states.at(-1) === "completed"')
        states = await page.evaluate("window.states")
        assert states[0] == "created"
        assert {"transcribing", "planning", "compiling"} <= set(states)
        assert await page.evaluate(WITHOUT_A_TICKET, known) == 2, "closed for good"
        done = await completed(it.http, project_id)
        await _media(page, done["video"], tmp_path)


async def _media(page: Page, made: dict[str, Any], folder: Path) -> None:
    """By the links alone: no header goes with them."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it hangs names on what it is given
    seen = await page.evaluate(PLAY_AND_SEEK, made["video"]["url"])
    assert seen["played"] >= 0
    assert 0.75 < seen["at"] < 0.85
    assert (seen["width"], seen["height"]) == (made["width_px"], made["height_px"])
    assert {answer.status for answer in answers if answer.url == made["video"]["url"]} == {206}
    assert await page.evaluate(SHOW, made["poster"]["url"]) == [made["width_px"], made["height_px"]]
    await page.evaluate(LINK, made["video"]["download_url"])
    async with page.expect_download() as saving:
        await page.click("text=Save")
    saved = await saving.value
    assert saved.suggested_filename == "short.mp4"
    await saved.save_as(folder / "saved.mp4")
    assert (folder / "saved.mp4").stat().st_size == made["video"]["size_bytes"]


async def test_a_page_elsewhere_is_kept_out(tmp_path: Path, page: Page) -> None:
    async with here(tmp_path) as it:
        known = {"api": it.api, "token": it.token}
        await page.goto(it.allowed)
        assert await page.evaluate(FETCH, known) == 200
        await page.goto(it.other)
        assert await page.evaluate(FETCH, known) == "TypeError"
