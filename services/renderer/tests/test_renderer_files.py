"""What lies in and beside the video: segments joined without a seam, subtitles, timeline, poster."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import opentimelineio as otio
import pytest
from av.video.stream import VideoStream

from reelwright.events.v1.requests_pb2 import RenderSettings
from reelwright_renderer.audio.aac import write_aac
from reelwright_renderer.captions.port import NoCaptions
from reelwright_renderer.encode import Encoder, EncoderFailed, encode_segment, opens
from reelwright_renderer.encoders import candidates
from reelwright_renderer.frames import Canvas, copy_planes, planes_of_bgr
from reelwright_renderer.join import Piece, SegmentsDiffer, join
from reelwright_renderer.otio import otio_file
from reelwright_renderer.poster import jpeg, liveliness, write_poster
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.subtitles import subtitle_files
from reelwright_renderer.testing import texture
from reelwright_renderer.timeline import (
    AudioClip,
    Clip,
    Drift,
    Format,
    FrameRange,
    Media,
    MediaKind,
    Play,
    Timeline,
    Transition,
    TransitionKind,
)

FORMAT = Format(90, 160, 30)
ENCODER = Encoder(preset="ultrafast")


@dataclass(frozen=True, slots=True)
class Group:
    start_s: float
    end_s: float
    lines: tuple[str, ...]


def frames(count: int, seed: int = 1) -> Iterator[Canvas]:
    canvas = Canvas(FORMAT)
    wide = texture(90, 160 + count, seed)
    for index in range(count):
        copy_planes(planes_of_bgr(wide[index : index + 160]), canvas.planes)
        yield canvas


def segment(folder: Path, count: int, seed: int = 1, encoder: Encoder = ENCODER) -> Piece:
    path = folder / f"{seed}.mp4"
    encode_segment(path, frames(count, seed), encoder, FORMAT)
    return Piece(path, count)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    write_aac(np.zeros((2, 48_000 * 3), np.float32), tmp_path / "sound.mp4")
    return tmp_path / "sound.mp4"


def test_joined_segments_are_one_stream_without_a_seam(tmp_path: Path, sound: Path) -> None:
    pieces = [segment(tmp_path, count, seed) for seed, count in ((1, 20), (2, 15), (3, 31), (4, 1))]
    join(pieces, sound, 30, tmp_path / "out.mp4", "A title")
    with av.open(str(tmp_path / "out.mp4")) as container:
        video = container.streams.video[0]
        assert container.metadata["title"] == "A title"
        assert video.frames == 67
        packets = [packet for packet in container.demux(video) if packet.pts is not None]
        assert {packet.duration for packet in packets} == {512}
    assert sorted(shown_at(packet) for packet in packets) == [Fraction(n, 30) for n in range(67)]
    assert len(set(np.diff([packet.dts or 0 for packet in packets]))) == 1
    with av.open(str(tmp_path / "out.mp4")) as container:
        decoded = [round(30 * (frame.time or 0), 6) for frame in container.decode(video=0)]
    assert decoded == list(range(67))


def shown_at(packet: "av.Packet[VideoStream]") -> Fraction:
    assert packet.pts is not None
    assert packet.time_base is not None
    return packet.pts * packet.time_base


def test_the_index_is_first_and_there_is_no_edit_list(tmp_path: Path, sound: Path) -> None:
    join([segment(tmp_path, 20)], sound, 30, tmp_path / "out.mp4")
    content = (tmp_path / "out.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    assert b"elst" not in content


def test_segments_are_closed_gops_of_half_a_second_in_high_profile(tmp_path: Path) -> None:
    with av.open(str(segment(tmp_path, 50, encoder=Encoder()).path)) as container:
        assert container.streams.video[0].codec_context.profile == "High"
        keys = [shown_at(packet) for packet in container.demux(video=0) if packet.is_keyframe]
    assert keys == [Fraction(n, 2) for n in range(4)]


def test_segments_with_other_headers_are_not_joined(tmp_path: Path, sound: Path) -> None:
    one, other = segment(tmp_path, 15, 1), segment(tmp_path, 15, 2, Encoder(preset="medium"))
    with pytest.raises(SegmentsDiffer):
        join([one, other], sound, 30, tmp_path / "out.mp4")


def test_an_encoder_that_is_not_there_is_found_out_before_and_during(tmp_path: Path) -> None:
    nowhere = Encoder(name="h264_nvenc")
    if opens(nowhere, FORMAT):
        pytest.skip("this machine has NVENC")
    with pytest.raises(EncoderFailed, match="h264_nvenc"):
        encode_segment(tmp_path / "a.mp4", frames(3), nowhere, FORMAT)
    assert [e.name for e in candidates(RenderSettings(), RendererSettings(), FORMAT)] == ["libx264"]


def test_the_request_chooses_preset_and_quality() -> None:
    (encoder,) = candidates(RenderSettings(preset="fast", crf=25), RendererSettings(encoder="libx264"), FORMAT)
    assert (encoder.preset, encoder.crf) == ("fast", 25)
    assert encoder.identity() != replace(encoder, crf=24).identity()


def test_subtitles_carry_lines_and_times() -> None:
    srt, vtt = subtitle_files([Group(0.5, 1.25, ("Ein Satz", "{zwei} Zeilen")), Group(61.0, 62.5, ("שלום",))])
    assert "00:00:00,500 --> 00:00:01,250\nEin Satz\n(zwei) Zeilen" in srt
    assert vtt.startswith("WEBVTT")
    assert "00:01:01.000 --> 00:01:02.500\nשלום" in vtt
    assert subtitle_files([])[1].strip() == "WEBVTT"


def a_timeline() -> Timeline:
    clips = (
        Clip("one", Media(MediaKind.CLIP, "ai-generated/a.mp4", "1"), Play(0.8), FrameRange(0, 90), 0, 8),
        Clip("two", Media(MediaKind.CARD, seed="two"), Drift(), FrameRange(90, 150), 7, 0),
    )
    audio = (AudioClip(0.0, 10.0, 2.0), AudioClip(2.5, 30.0, 2.5))
    cuts = (Transition(TransitionKind.FADE, 90, 7, 8),)
    return Timeline("A title", FORMAT, clips, cuts, audio, (), "highlight", "en")


def test_the_timeline_file_says_what_the_video_is() -> None:
    captions = NoCaptions(groups=(Group(1.0, 2.0, ("hello", "there")),))
    written = otio.adapters.read_from_string(otio_file(a_timeline(), captions, "audio-projects/p/audio"), "otio_json")
    picture, voice = written.tracks
    first, transition, second = picture
    assert written.duration() == otio.opentime.RationalTime(150, 30)
    assert first.media_reference.target_url == "ai-generated/a.mp4"
    assert first.effects[0].time_scalar == 0.8
    assert (transition.in_offset.value, transition.out_offset.value) == (7, 8)
    assert second.media_reference.generator_kind == "card"
    assert picture.markers[0].name == "hello there"
    assert [type(item).__name__ for item in voice] == ["Clip", "Gap", "Clip"]
    assert voice.duration().to_seconds() == pytest.approx(5.0)


def test_a_poster_is_the_liveliest_frame(tmp_path: Path) -> None:
    plain, lively = Canvas(FORMAT), next(frames(1))
    assert liveliness(lively.frame) > 5 * liveliness(plain.frame)
    dull = [Canvas(FORMAT)] * 30
    encode_segment(tmp_path / "a.mp4", [*dull, *frames(30)], ENCODER, FORMAT)
    write_poster(tmp_path / "a.mp4", tmp_path / "poster.jpg")
    poster = cv2.imread(str(tmp_path / "poster.jpg"))
    assert poster is not None
    assert poster.shape == (160, 90, 3)
    assert float(poster.std()) > 20


def test_a_jpeg_has_the_frames_colours() -> None:
    canvas = Canvas(FORMAT)
    copy_planes(planes_of_bgr(np.full((160, 90, 3), (40, 80, 200), np.uint8)), canvas.planes)
    picture = cv2.imdecode(np.frombuffer(io.BytesIO(jpeg(canvas.frame)).getvalue(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture[80, 45].tolist() == pytest.approx([40, 80, 200], abs=6)
