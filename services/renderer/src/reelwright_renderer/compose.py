"""From a render request to a timeline: pure, and exact to the frame."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.requests_pb2 import RenderRequested, RenderSettings
from reelwright_chassis.errors import Reject
from reelwright_renderer.motion import choose_motion
from reelwright_renderer.timeline import (
    DEFAULT_FORMAT,
    AudioClip,
    Clip,
    Drift,
    Effect,
    Format,
    FrameRange,
    Media,
    MediaKind,
    Play,
    Timeline,
    Transition,
    TransitionKind,
)
from reelwright_renderer.words import words_in_video

DEFAULT_STYLE = "highlight"
SLOWEST = 0.8
"""The least speed of a clip that is too short for its scene: slower is seen as slow motion."""
SAME_PLACE_S = 1e-4
"""Two spans that meet within this (a fifth of a frame of audio at 48 kHz is 4e-6) are one stretch of the recording."""

_KINDS = {
    media.ASSET_KIND_CLIP: MediaKind.CLIP,
    media.ASSET_KIND_STILL: MediaKind.STILL,
    media.ASSET_KIND_CARD: MediaKind.CARD,
}
_TRANSITIONS = {
    media.TRANSITION_UNSPECIFIED: TransitionKind.CUT,
    media.TRANSITION_CUT: TransitionKind.CUT,
    media.TRANSITION_FADE: TransitionKind.FADE,
    media.TRANSITION_SLIDE: TransitionKind.SLIDE,
    media.TRANSITION_WIPE: TransitionKind.WIPE,
    media.TRANSITION_ZOOM: TransitionKind.ZOOM,
}


def compose(request: RenderRequested) -> Timeline:
    """The timeline that the request describes. Raises Reject("render_invalid") for a plan that no video can follow."""
    scenes = sorted(request.plan.scenes, key=lambda scene: scene.index)
    format_ = format_of(request.settings)
    cuts = _cuts(scenes, format_.fps)
    transitions = tuple(
        _transition(scene, before, after, format_.fps)
        for scene, (before, after) in zip(scenes[1:], pairwise(cuts), strict=True)
    )
    audio = tuple(_joined(_audio_clips(scenes)))
    return Timeline(
        name=request.plan.title,
        format=format_,
        clips=_clips(scenes, _assets_by_scene(request), cuts, transitions, format_.fps),
        transitions=transitions,
        audio=audio,
        words=words_in_video(request.words, audio),
        caption_style=request.settings.caption_style or DEFAULT_STYLE,
        language=request.language,
    )


def format_of(settings: RenderSettings) -> Format:
    """Zero values mean the defaults, 1080x1920 at 30 fps. Raises Reject for odd or absurd sizes."""
    wanted = Format(
        width=settings.width_px or DEFAULT_FORMAT.width,
        height=settings.height_px or DEFAULT_FORMAT.height,
        fps=settings.fps or DEFAULT_FORMAT.fps,
    )
    sizes_fit = all(16 <= size <= 4096 and size % 2 == 0 for size in (wanted.width, wanted.height))
    if not sizes_fit or not 1 <= wanted.fps <= 60:
        raise Reject("render_invalid", f"cannot render {wanted.width}x{wanted.height} at {wanted.fps} fps")
    return wanted


def _cuts(scenes: Sequence[media.Scene], fps: int) -> tuple[FrameRange, ...]:
    """Each scene's place: rounding the running sum, so that no error adds up and the total is exact."""
    ends, elapsed_s = [0], 0.0
    for scene in scenes:
        elapsed_s += scene.duration_s
        ends.append(round(elapsed_s * fps))
    places = tuple(FrameRange(first, end) for first, end in pairwise(ends))
    if not places or any(place.count < 1 for place in places):
        raise Reject("render_invalid", "the plan has no scenes, or one that is shorter than a frame")
    return places


def _transition(scene: media.Scene, before: FrameRange, after: FrameRange, fps: int) -> Transition:
    """Half a second centred on the cut; less where a neighbour is so short that it would hardly be seen alone."""
    kind = _TRANSITIONS.get(scene.transition, TransitionKind.CUT)
    length = min(max(fps // 2, 1), before.count // 2, after.count // 2)
    if kind is TransitionKind.CUT or length < 2:
        return Transition(TransitionKind.CUT, after.first)
    return Transition(kind, after.first, in_offset=length // 2, out_offset=length - length // 2)


def _assets_by_scene(request: RenderRequested) -> Mapping[str, media.Asset]:
    assets = {scene.scene_id: scene.uploaded for scene in request.plan.scenes if scene.HasField("uploaded")}
    return assets | {asset.scene_id: asset for asset in request.assets}


def _clips(
    scenes: Sequence[media.Scene],
    assets: Mapping[str, media.Asset],
    cuts: Sequence[FrameRange],
    transitions: Sequence[Transition],
    fps: int,
) -> tuple[Clip, ...]:
    heads = [0, *(transition.in_offset for transition in transitions)]
    tails = [*(transition.out_offset for transition in transitions), 0]
    clips = []
    for scene, place, head, tail in zip(scenes, cuts, heads, tails, strict=True):
        asset = assets.get(scene.scene_id)
        if asset is None:
            raise Reject("render_invalid", f"scene {scene.index + 1} has no picture")
        shown_s = (head + place.count + tail) / fps
        clips.append(Clip(scene.scene_id, _media(scene, asset), _effect(asset, shown_s), place, head, tail))
    return tuple(clips)


def _media(scene: media.Scene, asset: media.Asset) -> Media:
    kind = _KINDS.get(asset.kind)
    if kind is None or (kind is not MediaKind.CARD and not asset.blob.key):
        raise Reject("render_invalid", f"scene {scene.index + 1} has a picture of no known kind")
    if kind is MediaKind.CARD:
        return Media(kind, seed=scene.scene_id)
    return Media(kind, key=asset.blob.key, sha256=asset.blob.sha256)


def _effect(asset: media.Asset, shown_s: float) -> Effect:
    if asset.kind == media.ASSET_KIND_CARD:
        return Drift()
    if asset.kind == media.ASSET_KIND_STILL:
        return choose_motion(f"{asset.scene_id}/{asset.blob.sha256}", shown_s)
    if not 0 < asset.duration_s < shown_s:
        return Play()
    return Play(speed=round(max(asset.duration_s / shown_s, SLOWEST), 4))


def _audio_clips(scenes: Sequence[media.Scene]) -> Iterable[AudioClip]:
    """Every span at its place. A scene's sound never runs into the next scene, whatever its spans add up to."""
    scene_start_s = 0.0
    for scene in scenes:
        heard_s = 0.0
        for span in scene.audio:
            length_s = min(span.end_s - span.start_s, scene.duration_s - heard_s)
            if length_s > 0:
                yield AudioClip(scene_start_s + heard_s, span.start_s, length_s)
                heard_s += length_s
        scene_start_s += scene.duration_s


def _joined(clips: Iterable[AudioClip]) -> Iterable[AudioClip]:
    """Neighbours that follow each other in the recording too are one clip: there is no join to be heard."""
    pending: AudioClip | None = None
    for clip in clips:
        if pending is not None and _follows(pending, clip):
            pending = AudioClip(pending.start_s, pending.source_start_s, clip.source_end_s - pending.source_start_s)
            continue
        if pending is not None:
            yield pending
        pending = clip
    if pending is not None:
        yield pending


def _follows(before: AudioClip, after: AudioClip) -> bool:
    in_source_s = after.source_start_s - before.source_end_s
    in_video_s = after.start_s - (before.start_s + before.duration_s)
    return abs(in_source_s) < SAME_PLACE_S and abs(in_video_s) < SAME_PLACE_S
