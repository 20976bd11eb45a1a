"""Media and requests made of nothing, for tests and measurements: moving pictures, stills, a voice, a plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.requests_pb2 import RenderRequested, RenderSettings
from reelwright_chassis.blobs.port import Blobs
from reelwright_renderer.captions.port import Plane, Planes
from reelwright_renderer.encode import NVENC, Encoder, configure
from reelwright_renderer.frames import copy_planes, planes_of_bgr, views
from reelwright_renderer.plan import Plan, plan_renders
from reelwright_renderer.timeline import Format, Timeline

RATE = 48_000


def texture(width: int, height: int, seed: int) -> Plane:
    """A BGR picture with structure at every size, like a photograph's, and some grain."""
    generator = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for cells in (3, 8, 24, 70):
        coarse = generator.random((cells * 2, cells, 3), np.float32) - 0.5
        picture += np.float32(200 / cells**0.5) * cv2.resize(coarse, (width, height)).astype(np.float32)
    picture += generator.normal(128, 3, (height, width, 1)).astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)


def empty_planes(width: int, height: int) -> Planes:
    """Unset memory for one frame of even size."""
    half = (height // 2, width // 2)
    return np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)


def write_still(path: Path, width: int, height: int, seed: int = 1) -> Path:
    cv2.imwrite(str(path), texture(width, height, seed))
    return path


@dataclass(frozen=True, slots=True)
class ClipShape:
    """How a test clip is made; the picture moves by `step` pixels in every frame."""

    width: int = 90
    height: int = 160
    fps: int = 24
    frames: int = 48
    step: int = 2
    gop: int = 250
    options: tuple[tuple[str, str], ...] = (("preset", "ultrafast"), ("crf", "18"))


def write_clip(path: Path, shape: ClipShape | None = None, seed: int = 1) -> Path:
    """An H.264 MP4 of a texture in steady motion."""
    shape = shape or ClipShape()
    around = shape.step * 40
    wide = texture(shape.width + around, shape.height + around, seed)
    pictures = (
        np.ascontiguousarray(wide[y : y + shape.height, x : x + shape.width])
        for x, y in (_place(shape.step * index, around) for index in range(shape.frames))
    )
    return write_pictures(path, pictures, shape)


def _place(distance: int, around: int) -> tuple[int, int]:
    """Round a circle, so that a clip of any length keeps moving."""
    angle = distance / around * 2
    return round(around / 2 * (1 + np.cos(angle))), round(around / 2 * (1 + np.sin(angle)))


def write_pictures(path: Path, pictures: Iterable[Plane], shape: ClipShape) -> Path:
    """BGR pictures as an H.264 MP4."""
    with av.open(str(path), "w", format="mp4") as container:
        options = {**dict(shape.options), "g": str(shape.gop)}
        stream = container.add_stream("libx264", rate=shape.fps, options=options)
        configure(stream.codec_context, Format(shape.width, shape.height, shape.fps), threads=1)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame(shape.width, shape.height, "yuv420p")
            copy_planes(planes_of_bgr(picture), views(frame))
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def voice(duration_s: float, seed: int = 1) -> NDArray[np.float32]:
    """Something with speech's syllables, pauses and peaks: one channel at 48 kHz."""
    generator = np.random.default_rng(seed)
    time = np.arange(round(duration_s * RATE)) / RATE
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * time), 0, None) * (np.sin(2 * np.pi * 0.23 * time) > -0.8)
    tone = sum(np.sin(2 * np.pi * 140 * harmonic * time) / harmonic for harmonic in range(1, 8))
    noise = generator.normal(0, 0.3, time.size)
    return (0.06 * syllables * (tone + noise)).astype(np.float32)


def write_recording(path: Path, samples: NDArray[np.float32], rate: int = RATE) -> Path:
    """One channel as 16 bit WAV, or as what the path's suffix says."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mp3" if path.suffix == ".mp3" else "pcm_s16le", rate=rate, layout="mono")
        pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16)[np.newaxis]
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def scene(index: int, start_s: float, duration_s: float, transition: media.Transition.ValueType) -> media.Scene:
    """Scene `index` of `duration_s`, which hears the recording from `start_s` on."""
    heard = media.Span(start_s=start_s, end_s=start_s + duration_s)
    return media.Scene(
        scene_id=f"scene-{index}", index=index, duration_s=duration_s, transition=transition, audio=[heard]
    )


def words(texts: Sequence[str], start_s: float, each_s: float = 0.4) -> list[media.Word]:
    """The texts, one after another."""
    return [
        media.Word(text=text, start_s=start_s + index * each_s, end_s=start_s + (index + 0.9) * each_s, confidence=1)
        for index, text in enumerate(texts)
    ]


async def stored_asset(blobs: Blobs, index: int, path: Path, duration_s: float = 0.0) -> media.Asset:
    """The file, stored, as the asset of scene `index`; a clip when it has a duration."""
    kind = media.ASSET_KIND_CLIP if duration_s else media.ASSET_KIND_STILL
    content_type = "video/mp4" if duration_s else "image/png"
    blob = await blobs.put_file(f"ai-generated/{path.name}", path, content_type=content_type)
    return media.Asset(asset_id=path.stem, scene_id=f"scene-{index}", kind=kind, blob=blob, duration_s=duration_s)


def card(index: int) -> media.Asset:
    return media.Asset(asset_id=f"card-{index}", scene_id=f"scene-{index}", kind=media.ASSET_KIND_CARD)


def request(
    audio: media.BlobRef,
    scenes: Sequence[media.Scene],
    assets: Sequence[media.Asset],
    spoken: Sequence[media.Word] = (),
    settings: RenderSettings | None = None,
) -> RenderRequested:
    """A whole request; without settings it is small and quick."""
    duration_s = sum(scene.duration_s for scene in scenes)
    quick = RenderSettings(width_px=90, height_px=160, fps=15, preset="ultrafast", caption_style="none")
    return RenderRequested(
        tenant_id="local",
        user_id="local",
        project_id="project",
        request_id="request",
        audio=audio,
        plan=media.ScenePlan(title="A title", scenes=scenes, duration_s=duration_s),
        assets=assets,
        words=spoken,
        language="en",
        settings=settings or quick,
        revision=1,
    )


def plans_with_a_lost_gpu(timeline: Timeline, sha256: str, encoders: Sequence[Encoder]) -> tuple[Plan, ...]:
    """As where a GPU answered when encoders were looked for, and is gone by the time it is to encode."""
    working = plan_renders(timeline, sha256, encoders)
    gone = [replace(plan, encoder=Encoder(NVENC), names=tuple(f"gpu-{n}" for n in plan.names)) for plan in working]
    return (*gone, *working)
