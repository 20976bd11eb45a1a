"""Picture, captions and sound of a rendered video, held against each other frame by frame and sample by sample."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.requests_pb2 import RenderSettings
from reelwright_chassis.blobs.folder import FolderBlobs
from reelwright_renderer.audio.recording import RATE, read_spans
from reelwright_renderer.render import render
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.testing import card, request, scene, words, write_recording

FPS = 30
SPOKEN_S = 11.3
"""Where in the recording the only word is spoken, with a burst of sound that begins as it does."""


def recording() -> NDArray[np.float32]:
    """A quiet hum, and the word."""
    time = np.arange(13 * RATE) / RATE
    sound = 0.002 * np.sin(2 * np.pi * 100 * time)
    begin = round(SPOKEN_S * RATE)
    sound[begin : begin + RATE // 2] += 0.3 * np.sin(2 * np.pi * 400 * time[: RATE // 2])
    return sound.astype(np.float32)


async def rendered(folder: Path, style: str) -> Path:
    """1 s of the recording from its beginning, then 1.5 s around the word: it is heard at 1.8 s."""
    blobs = FolderBlobs(folder / style)
    talk = write_recording(folder / f"{style}.wav", recording())
    audio = await blobs.put_file("audio-projects/project/recording", talk, content_type="audio/wav")
    scenes = [scene(0, 0.5, 1.0, media.TRANSITION_CUT), scene(1, 10.5, 1.5, media.TRANSITION_CUT)]
    settings = RenderSettings(width_px=180, height_px=320, fps=FPS, preset="veryfast", caption_style=style)
    spoken = words(["Now"], SPOKEN_S, each_s=0.5)
    asked = request(audio, scenes, [card(0), card(1)], spoken, settings)
    chosen = RendererSettings(encoder="libx264", processes=1)
    video = await render(asked, blobs, folder, lambda *_: None, lambda: False, settings=chosen)
    blobs.close()
    return folder / style / video.mp4.key


def frames(path: Path) -> list[NDArray[np.int64]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray").astype(np.int64) for frame in container.decode(video=0)]


async def test_a_caption_appears_with_its_word_to_the_frame(tmp_path: Path) -> None:
    bare, captioned = await rendered(tmp_path, "none"), await rendered(tmp_path, "highlight")
    changed = [
        float(np.abs(with_it - without).max()) > 60
        for with_it, without in zip(frames(captioned), frames(bare), strict=True)
    ]
    (sound,) = read_spans(captioned, [(0, round(2.5 * RATE))])
    loud = np.flatnonzero(np.abs(sound[0]) > 0.2)
    heard_s = int(loud[0]) / RATE
    assert abs(heard_s - 1.8) < 0.005
    assert abs(changed.index(True) / FPS - heard_s) <= 1 / FPS
    assert "Now" in (captioned.parent / "captions.srt").read_text()
    assert "00:00:01,800" in (captioned.parent / "captions.srt").read_text()
