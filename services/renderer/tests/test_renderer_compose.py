"""Timelines and units: every frame once, transitions on their cuts, sound and words in their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.requests_pb2 import RenderRequested, RenderSettings
from reelwright_chassis.errors import Reject
from reelwright_renderer.compose import compose
from reelwright_renderer.testing import card, request, scene, words
from reelwright_renderer.timeline import Drift, KenBurns, MediaKind, Play, TransitionKind

AUDIO = media.BlobRef(key="audio-projects/project/recording", sha256="a" * 64)
STILL = media.BlobRef(key="ai-generated/still.png", sha256="b" * 64)
CLIP = media.BlobRef(key="ai-generated/clip.mp4", sha256="c" * 64)

durations = st.lists(st.floats(0.2, 15.0, allow_nan=False), min_size=1, max_size=12)
transitions = st.sampled_from(list(media.Transition.values()))


def plan(lengths: list[float], kinds: list[int], fps: int = 30) -> RenderRequested:
    scenes, start_s = [], 0.0
    for index, (length, kind) in enumerate(zip(lengths, kinds, strict=False)):
        scenes.append(scene(index, start_s, length, media.Transition.ValueType(kind)))
        start_s += length + 1
    settings = RenderSettings(width_px=90, height_px=160, fps=fps)
    return request(AUDIO, scenes, [card(index) for index in range(len(scenes))], settings=settings)


@given(durations, st.lists(transitions, min_size=12, max_size=12), st.sampled_from([15, 24, 25, 30, 60]))
def test_places_partition_the_video_and_the_total_is_exact(lengths: list[float], kinds: list[int], fps: int) -> None:
    timeline = compose(plan(lengths, kinds, fps))
    assert timeline.frames == round(sum(lengths) * fps)
    assert timeline.clips[0].place.first == 0
    for before, after in zip(timeline.clips, timeline.clips[1:], strict=False):
        assert before.place.end == after.place.first


@given(durations, st.lists(transitions, min_size=12, max_size=12))
def test_transitions_lie_on_their_cuts_with_handles_on_both_sides(lengths: list[float], kinds: list[int]) -> None:
    timeline = compose(plan(lengths, kinds))
    assert len(timeline.transitions) == len(timeline.clips) - 1
    for index, transition in enumerate(timeline.transitions):
        before, after = timeline.clips[index], timeline.clips[index + 1]
        assert transition.at == after.place.first
        assert transition.place.count <= timeline.format.gop
        assert abs(transition.in_offset - transition.out_offset) <= 1
        assert before.seen.end == transition.place.end
        assert after.seen.first == transition.place.first
    for left, right in zip(timeline.transitions, timeline.transitions[1:], strict=False):
        assert left.place.end <= right.place.first


def test_a_cut_has_no_length_and_a_first_scene_no_transition() -> None:
    timeline = compose(plan([3, 3], [media.TRANSITION_ZOOM, media.TRANSITION_CUT]))
    assert [transition.kind for transition in timeline.transitions] == [TransitionKind.CUT]
    assert timeline.clips[0].head == timeline.clips[0].tail == 0


def test_scenes_come_in_the_order_of_their_index() -> None:
    asked = plan([3, 4], [1, 1])
    asked.plan.scenes.sort(key=lambda scene: -scene.index)
    assert [clip.place.count for clip in compose(asked).clips] == [90, 120]


def test_spans_that_follow_each_other_in_the_recording_are_one_clip() -> None:
    scenes = [scene(0, 10.0, 4.0, media.TRANSITION_CUT), scene(1, 14.0, 4.0, media.TRANSITION_FADE)]
    (clip,) = compose(request(AUDIO, scenes, [card(0), card(1)])).audio
    assert (clip.start_s, clip.source_start_s, clip.duration_s) == (0.0, 10.0, 8.0)


def test_a_scenes_sound_stays_within_the_scene() -> None:
    long, after = scene(0, 0.0, 4.0, media.TRANSITION_CUT), scene(1, 20.0, 4.0, media.TRANSITION_CUT)
    long.audio[0].end_s = 9.0
    first, second = compose(request(AUDIO, [long, after], [card(0), card(1)])).audio
    assert first.duration_s == 4.0
    assert second.start_s == 4.0


def test_words_are_heard_where_their_span_is_placed_and_cut_words_are_dropped() -> None:
    scenes = [scene(0, 10.0, 2.0, media.TRANSITION_CUT), scene(1, 30.0, 2.0, media.TRANSITION_CUT)]
    spoken = [
        *words(["before", "kept"], start_s=9.7, each_s=0.5),
        *words(["half"], start_s=11.75, each_s=0.4),
        *words(["gone"], start_s=11.95, each_s=0.4),
        *words(["second"], start_s=30.5),
        *words([" "], start_s=31.0),
    ]
    heard = compose(request(AUDIO, scenes, [card(0), card(1)], spoken)).words
    assert [word.text for word in heard] == ["kept", "half", "second"]
    assert heard[0].start_s == pytest.approx(0.2)
    assert heard[1].end_s == pytest.approx(2.0)
    assert heard[2].start_s == pytest.approx(2.5)


def test_effects_follow_from_the_kind_of_asset() -> None:
    scenes = [scene(index, 0, 10.0, media.TRANSITION_CUT) for index in range(5)]
    clips = [
        media.Asset(scene_id=f"scene-{index}", kind=media.ASSET_KIND_CLIP, blob=CLIP, duration_s=duration_s)
        for index, duration_s in ((1, 9.0), (2, 5.0), (3, 12.0))
    ]
    still = media.Asset(scene_id="scene-4", kind=media.ASSET_KIND_STILL, blob=STILL)
    timeline = compose(request(AUDIO, scenes, [card(0), *clips, still]))
    assert [clip.media.kind for clip in timeline.clips] == [
        MediaKind.CARD,
        *[MediaKind.CLIP] * 3,
        MediaKind.STILL,
    ]
    assert [clip.effect for clip in timeline.clips[:4]] == [Drift(), Play(0.9), Play(0.8), Play(1.0)]
    assert isinstance(timeline.clips[4].effect, KenBurns)


def test_an_own_picture_serves_where_no_asset_came() -> None:
    own = scene(0, 0, 5.0, media.TRANSITION_CUT)
    own.uploaded.CopyFrom(media.Asset(scene_id="scene-0", kind=media.ASSET_KIND_STILL, blob=STILL))
    assert compose(request(AUDIO, [own], [])).clips[0].media.key == STILL.key


def without_assets() -> RenderRequested:
    return request(AUDIO, [scene(0, 0, 5.0, media.TRANSITION_CUT)], [])


def with_asset(asset: media.Asset) -> RenderRequested:
    return request(AUDIO, [scene(0, 0, 5.0, media.TRANSITION_CUT)], [asset])


def of_size(width: int, height: int, fps: int) -> RenderRequested:
    asked = with_asset(card(0))
    asked.settings.CopyFrom(RenderSettings(width_px=width, height_px=height, fps=fps))
    return asked


@pytest.mark.parametrize(
    "asked",
    [
        request(AUDIO, [], []),
        plan([0.001], [1]),
        without_assets(),
        with_asset(media.Asset(scene_id="scene-0", kind=media.ASSET_KIND_CLIP)),
        with_asset(media.Asset(scene_id="scene-0", blob=STILL)),
        of_size(91, 160, 30),
        of_size(90, 8000, 30),
        of_size(90, 160, 240),
    ],
)
def test_what_no_video_can_follow_is_rejected(asked: RenderRequested) -> None:
    with pytest.raises(Reject) as rejected:
        compose(asked)
    assert rejected.value.reason_code == "render_invalid"


def test_defaults_are_a_vertical_full_hd_video() -> None:
    asked = with_asset(card(0))
    asked.settings.CopyFrom(RenderSettings())
    timeline = compose(asked)
    assert (timeline.format.width, timeline.format.height, timeline.format.fps) == (1080, 1920, 30)
    assert timeline.caption_style == "highlight"
    assert timeline.duration_s == 5.0
