"""A valid draft as the event that the other services know, with what could not be kept said in its notes."""

from collections.abc import Sequence

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.media_pb2 import Note, Scene, ScenePlan, Span
from reelwright_chassis.ids import content_id
from reelwright_planner.budget import Kind, alternate, within_budget
from reelwright_planner.draft import Draft, Order, Remark, SceneDraft, Transition
from reelwright_planner.passages import TOLERANCE_S, spans
from reelwright_planner.reading import Reading
from reelwright_planner.scenes import LONGEST_SCENE_S
from reelwright_planner.talk import Cut, Interval
from reelwright_planner.validate import merge, scene_text

_KINDS = {Kind.CLIP: media_pb2.ASSET_KIND_CLIP, Kind.STILL: media_pb2.ASSET_KIND_STILL}
_TRANSITIONS = {
    Transition.CUT: media_pb2.TRANSITION_CUT,
    Transition.FADE: media_pb2.TRANSITION_FADE,
    Transition.SLIDE: media_pb2.TRANSITION_SLIDE,
    Transition.WIPE: media_pb2.TRANSITION_WIPE,
    Transition.ZOOM: media_pb2.TRANSITION_ZOOM,
}


def to_scene_plan(draft: Draft, reading: Reading, order: Order) -> ScenePlan:
    """The plan of a repaired draft. Scenes follow one another without a gap; the duration is the sum of all spans."""
    scenes, start_s = [], 0.0
    texts: list[str] = []
    for index, (scene, intervals) in enumerate(zip(draft.scenes, _intervals(draft, reading), strict=True)):
        text = scene_text(reading.talk, scene.words)
        texts.append(text)
        found = _scene(scene, intervals, text, look=order.look)
        found.index, found.start_s = index, start_s
        found.scene_id = _scene_id(order.project_id, text, texts.count(text))
        start_s += found.duration_s
        scenes.append(found)
    remarks = [*draft.remarks, *_remarks(draft, reading, order, start_s)]
    return ScenePlan(
        title=draft.metadata.title,
        hashtags=draft.metadata.hashtags,
        hooks=draft.metadata.hooks,
        theme=draft.metadata.theme,
        audience=draft.metadata.audience,
        scenes=scenes,
        duration_s=start_s,
        notes=[Note(code=remark.code, message=remark.message) for remark in remarks],
        planner=draft.planner,
    )


def _intervals(draft: Draft, reading: Reading) -> list[list[Interval]]:
    """Each scene's stretches of the recording, those that touch made one."""
    pieces = iter(spans(reading.talk, draft.pieces))
    return [_joined([interval for _ in scene.words for interval in next(pieces)]) for scene in draft.scenes]


def _joined(intervals: Sequence[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for interval in intervals:
        if joined and joined[-1].end_s == interval.start_s:
            joined[-1] = Interval(joined[-1].start_s, interval.end_s)
        else:
            joined.append(interval)
    return joined


def _scene(scene: SceneDraft, intervals: Sequence[Interval], text: str, *, look: str) -> Scene:
    return Scene(
        audio=[Span(start_s=interval.start_s, end_s=interval.end_s) for interval in intervals],
        duration_s=sum(interval.length_s for interval in intervals),
        text=text,
        kind=_KINDS[scene.kind or Kind.STILL],
        visual_prompt=scene.prompt,
        transition=_TRANSITIONS[scene.transition or Transition.CUT],
        notes=[Note(message=scene.note)] if scene.note else [],
        look=look,
    )


def _scene_id(project_id: str, text: str, occurrence: int) -> str:
    """The same words in the same project are the same scene, whatever stands before them."""
    return content_id("scene", {"project": project_id, "text": text, "occurrence": occurrence})


def _remarks(draft: Draft, reading: Reading, order: Order, length_s: float) -> list[Remark]:
    """What could not be kept."""
    lengths_s = [sum(interval.length_s for interval in intervals) for intervals in _intervals(draft, reading)]
    remarks = [
        _length_remark(length_s, order.target_s),
        _cut_remark(draft, reading),
        _scene_remark(lengths_s),
        _budget_remark(draft, lengths_s, order),
    ]
    return [remark for remark in remarks if remark]


def _length_remark(length_s: float, target_s: float) -> Remark | None:
    if abs(length_s - target_s) <= TOLERANCE_S:
        return None
    cause = "there is not more speech to fill it" if length_s < target_s else "no place to cut came nearer"
    message = f"The video lasts {length_s:.1f} s instead of {target_s:.1f} s: {cause}."
    return Remark("plan_off_target", message)


def _cut_remark(draft: Draft, reading: Reading) -> Remark | None:
    """Passages that begin or end inside a sentence."""
    edges = [edge for passage in merge(draft.pieces) for edge in passage]
    inside = [cut for cut in (reading.talk.boundaries[edge].cut for edge in edges) if cut is not Cut.SENTENCE]
    if not inside:
        return None
    where = "between two words" if max(inside) > Cut.CLAUSE else "at a pause"
    what = "a sentence is" if len(inside) == 1 else f"{len(inside)} sentences are"
    return Remark("plan_sentence_cut", f"To meet the length, {what} cut {where}.")


def _scene_remark(lengths_s: Sequence[float]) -> Remark | None:
    if max(lengths_s) <= LONGEST_SCENE_S + 0.05:
        return None
    return Remark("plan_long_scene", f"A scene lasts {max(lengths_s):.1f} s: there is no pause to change it earlier.")


def _budget_remark(draft: Draft, lengths_s: Sequence[float], order: Order) -> Remark | None:
    wanted = alternate(len(draft.scenes))
    affordable = within_budget(wanted, lengths_s, order.budget_usd, order.clip_terms)
    if affordable == wanted:
        return None
    wished, clips = wanted.count(Kind.CLIP), sum(scene.kind is Kind.CLIP for scene in draft.scenes)
    message = f"The budget of {order.budget_usd:.2f} USD pays for {clips} of {wished} clips; the others are stills."
    return Remark("plan_stills_for_budget", message)
