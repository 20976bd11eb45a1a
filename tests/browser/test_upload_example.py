"""docs/examples/upload.html in a browser: a file is uploaded in parts, its progress is shown, and the video plays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from apihouse import Issuer
from apihouse.serving import answering, issuing, served, start_serve
from e2e.recordings import opening
from fastapi import FastAPI
from fastapi.responses import FileResponse
from parts import children
from parts.background import in_background
from parts.ports import free_port
from playwright.async_api import Page

EXAMPLE = Path(__file__).parents[2] / "docs/examples/upload.html"
PARTS = 4
MADE_WITHIN_MS = 120_000
WATCH_THE_BAR = """() => {
    window.shown = [];
    const bar = document.querySelector("progress");
    new MutationObserver(() => window.shown.push(bar.value)).observe(bar, {attributes: true});
}"""


@asynccontextmanager
async def example(folder: Path, page: Page, **env: str) -> AsyncIterator[Issuer]:
    """The page is open, and the address of an API that allows it is filled in."""
    front_end, origin, port, issuer = FastAPI(), free_port(), free_port(), Issuer()

    @front_end.get("/")
    async def shown() -> FileResponse:
        return FileResponse(EXAMPLE)

    async with issuing(issuer) as keys, served(front_end, origin):
        allowed = {"REELWRIGHT_GATEWAY_CORS_ORIGINS": f"http://localhost:{origin}", **env}
        serving = await in_background(lambda: start_serve(folder, port, keys, **allowed))
        try:
            await answering(port)
            await page.goto(f"http://localhost:{origin}")
            await page.fill("[name=api]", f"http://127.0.0.1:{port}")
            yield issuer
        finally:
            await in_background(lambda: children.end(serving))


async def test_a_file_is_uploaded_with_progress_and_becomes_a_video(tmp_path: Path, page: Page) -> None:
    recording, _ = opening(tmp_path, 1)
    part_bytes = str(recording.stat().st_size // PARTS)
    async with example(tmp_path, page, REELWRIGHT_GATEWAY_UPLOAD_PART_BYTES=part_bytes) as issuer:
        await page.evaluate(WATCH_THE_BAR)
        await page.fill("[name=key]", issuer.token())
        await page.set_input_files("[name=file]", recording)
        await page.click("button")
        await page.wait_for_selector("video:not([hidden])", timeout=MADE_WITHIN_MS)
        assert await page.evaluate("document.querySelector('video').play().then(() => true)")
        await page.screenshot(path=tmp_path / "page.png")
        assert await page.inner_text("#state") == "completed"
        assert await page.inner_text("#problem") == ""
        shown = await page.evaluate("window.shown")
    uploading = shown[: shown.index(1) + 1]
    assert len(uploading) > PARTS
    assert uploading == sorted(uploading), "it only grows"
    assert any(0 < each < 1 for each in uploading)


async def test_what_is_wrong_is_said(tmp_path: Path, page: Page) -> None:
    recording, _ = opening(tmp_path, 1)
    async with example(tmp_path, page):
        await page.fill("[name=key]", "nobody's")
        await page.set_input_files("[name=file]", recording)
        await page.click("button")
        await page.wait_for_function("document.querySelector('#problem').textContent !== ''")
        said = await page.inner_text("#problem")
    assert "The token is not valid. Send a valid key or token" in said, said
