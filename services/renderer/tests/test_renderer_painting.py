"""Painting units: pieces of a scene show what the whole would, and only what is seen is open."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.media_pb2 import BlobRef
from reelwright.events.v1.requests_pb2 import RenderRequested, RenderSettings
from reelwright_chassis.errors import Reject
from reelwright_renderer import bench, work
from reelwright_renderer.captioning import painter_of, plan_of
from reelwright_renderer.captions.port import NoCaptions, NullPainter
from reelwright_renderer.compose import compose
from reelwright_renderer.encode import Encoder
from reelwright_renderer.painting import OPEN_SOURCES, Painter, Studio
from reelwright_renderer.preview import frame_at, paint_jpeg
from reelwright_renderer.testing import ClipShape, card, request, scene, words, write_clip, write_still
from reelwright_renderer.timeline import FrameRange, Timeline
from reelwright_renderer.units import Unit, cut_units


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("media")
    clip = write_clip(folder / "a.mp4", ClipShape(frames=36))
    return {"clip": clip, "still": write_still(folder / "b.png", 120, 200)}


def asked(caption_style: str = "none") -> RenderRequested:
    scenes = [
        scene(0, 0.0, 5.0, media.TRANSITION_CUT),
        scene(1, 5.0, 1.0, media.TRANSITION_FADE),
        scene(2, 6.0, 1.0, media.TRANSITION_CUT),
        scene(3, 7.0, 1.0, media.TRANSITION_WIPE),
    ]
    assets = [
        media.Asset(scene_id="scene-0", kind=media.ASSET_KIND_CLIP, blob=BlobRef(key="clip"), duration_s=1.5),
        media.Asset(scene_id="scene-1", kind=media.ASSET_KIND_STILL, blob=BlobRef(key="still")),
        card(2),
        media.Asset(scene_id="scene-3", kind=media.ASSET_KIND_STILL, blob=BlobRef(key="still")),
    ]
    settings = RenderSettings(width_px=90, height_px=160, fps=15, caption_style=caption_style)
    return request(BlobRef(key="talk"), scenes, assets, words(["one", "two"], 2.0), settings)


def painter(timeline: Timeline, files: dict[str, Path]) -> Painter:
    return Painter(Studio(timeline.format, files, NoCaptions()), lambda *_: NullPainter())


def painted(painter: Painter, units: tuple[Unit, ...]) -> Iterator[NDArray[np.uint8]]:
    for unit in units:
        for canvas in painter.frames(unit):
            yield canvas.planes[0].copy()


def test_pieces_show_what_the_whole_scene_would(files: dict[str, Path]) -> None:
    """Also when every piece is painted by a process that has painted nothing before."""
    timeline = compose(asked())
    clip = timeline.clips[0]
    units = [unit for unit in cut_units(timeline) if [layer.media for layer in unit.layers] == [clip.media]]
    assert len(units) > 1
    whole = Unit(FrameRange(units[0].frames.first, units[-1].frames.end), units[0].layers)
    expected = list(painted(painter(timeline, files), (whole,)))
    pieces = [frame for unit in units for frame in painted(painter(timeline, files), (unit,))]
    assert len(pieces) == len(expected)
    assert all((one == other).all() for one, other in zip(pieces, expected, strict=True))


def test_no_more_is_open_than_what_is_seen(files: dict[str, Path]) -> None:
    timeline = compose(asked())
    hand = painter(timeline, files)
    count = sum(1 for _ in painted(hand, cut_units(timeline)))
    assert count == timeline.frames
    assert len(hand._sources) <= OPEN_SOURCES
    hand.close()
    assert not hand._sources


def test_a_process_keeps_its_painter_for_one_video_and_no_longer(files: dict[str, Path], tmp_path: Path) -> None:
    timeline, other = compose(asked()), compose(asked("highlight"))
    first, second = (Studio(one.format, files, plan_of(one)) for one in (timeline, other))
    unit = cut_units(timeline)[-1]
    for studio in (first, first, second):
        work.render_unit(studio, unit, Encoder(preset="ultrafast"), tmp_path / "unit.mp4")
        kept = work._painter
        assert kept is not None
        assert kept.studio == studio
    assert (tmp_path / "unit.mp4").stat().st_size > 0


def test_captions_are_painted_in_their_style_and_none_in_none(files: dict[str, Path]) -> None:
    none, highlight = asked("none"), asked("highlight")
    assert paint_jpeg(none, 2.2, files) != paint_jpeg(highlight, 2.2, files)
    assert paint_jpeg(none, 4.0, files) == paint_jpeg(highlight, 4.0, files)
    assert plan_of(compose(none)).groups == plan_of(compose(highlight)).groups
    assert isinstance(painter_of(plan_of(compose(none)), 15), NullPainter)
    with pytest.raises(Reject, match="comic"):
        plan_of(compose(asked("comic")))


def test_a_time_names_a_frame_of_a_unit() -> None:
    timeline = compose(asked())
    for time_s, number in ((-1.0, 0), (0.0, 0), (1.0, 15), (4.9999, 74), (7.99, 119), (99.0, 119)):
        unit, index = frame_at(timeline, time_s)
        assert unit.frames.first + index == number


def test_the_bench_runs(tmp_path: Path) -> None:
    """Small: that it measures, not what."""
    settings = RenderSettings(width_px=90, height_px=160, fps=15, preset="ultrafast", caption_style="highlight")
    result = bench.run(1.0, pairs=1, settings=settings)
    assert set(result) >= {"render_to_encode_ratio", "ratio_of_each_pair", "stages", "compose_cpu_ms_per_frame"}
    assert result["job"] == {"duration_s": 1.0, "frames": 15}
    ratio = result["render_to_encode_ratio"]
    assert isinstance(ratio, float)
    assert ratio > 0
