"""Makes any draft a valid plan: the one place that both planners' drafts, and nothing else, pass through.

`repair` is pure, total and idempotent. What is right in a draft is kept: passages, scene changes, prompts and kinds are
only replaced where the replacement breaks fewer rules, the rules ranked as everywhere: never inside a word, then the
target, then whole sentences, then clauses.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from reelwright_planner.budget import Kind, alternate, within_budget
from reelwright_planner.draft import Draft, Order, SceneDraft, Transition
from reelwright_planner.metadata import (
    LONGEST_HOOK,
    LONGEST_TITLE,
    MOST_HOOKS,
    Metadata,
    clean_hashtags,
    describe,
)
from reelwright_planner.passages import TOLERANCE_S, choose_passages, spans
from reelwright_planner.prompts import with_direction, write_prompts
from reelwright_planner.reading import Reading
from reelwright_planner.scenes import (
    LONGEST_SCENE_S,
    SHORTEST_SCENE_S,
    Scenes,
    divide_into_scenes,
    scene_counts,
)
from reelwright_planner.talk import Cut, Talk, WordRange
from reelwright_planner.text import join_words, one_line

_KEEP_WORTH = 5.0
"""Per second, for words that the draft chose: it wins against any salience, and loses against any rule."""
_LONGEST_LINE = 200
_CHANGES = (Transition.FADE, Transition.SLIDE, Transition.ZOOM, Transition.WIPE)


def repair(draft: Draft, reading: Reading, order: Order) -> Draft:
    """A draft that plays, is as long as asked, and lacks nothing. The talk must have words."""
    scenes = _repair_scenes(_tidy_scenes(draft.scenes, reading.talk), reading, order)
    scenes = _complete(scenes, reading, order)
    passages = merge([piece for scene in scenes for piece in scene.words])
    found = describe(reading.talk, reading.terms, reading.sentence_worth, passages)
    return replace(draft, scenes=scenes, metadata=_repair_metadata(draft.metadata, found, order))


def merge(pieces: Sequence[WordRange]) -> list[WordRange]:
    """Pieces in order, those that touch made one."""
    merged: list[WordRange] = []
    for piece in pieces:
        if merged and merged[-1].end == piece.first:
            merged[-1] = WordRange(merged[-1].first, piece.end)
        else:
            merged.append(piece)
    return merged


def scene_lengths_s(talk: Talk, scenes: Sequence[SceneDraft]) -> list[float]:
    """How long each scene plays."""
    pieces = iter(spans(talk, [piece for scene in scenes for piece in scene.words]))
    return [sum(i.length_s for _ in scene.words for i in next(pieces)) for scene in scenes]


def _tidy_scenes(scenes: Sequence[SceneDraft], talk: Talk) -> tuple[SceneDraft, ...]:
    """Scenes in the talk's order, each word at most once, none empty."""
    tidy, used = [], 0
    ordered = sorted(scenes, key=lambda scene: min((piece.first for piece in scene.words), default=0))
    for scene in ordered:
        pieces = []
        for piece in sorted(scene.words):
            first, end = max(piece.first, used, 0), min(piece.end, len(talk.words))
            if first < end:
                pieces.append(WordRange(first, end))
                used = end
        if pieces:
            tidy.append(replace(scene, words=tuple(merge(pieces))))
    return tuple(tidy)


def _repair_scenes(scenes: tuple[SceneDraft, ...], reading: Reading, order: Order) -> tuple[SceneDraft, ...]:
    talk = reading.talk
    drafted = merge([piece for scene in scenes for piece in scene.words])
    passages = _repair_passages(drafted, reading, order.target_s)
    kept: Scenes = tuple(scene.words for scene in scenes)
    if passages == drafted and not any(_scene_faults(talk, kept)):
        return scenes
    wishes = {scene.words[0].first for scene in scenes[1:]}
    divided = divide_into_scenes(talk, passages, wishes=wishes)
    if passages == drafted and _scene_faults(talk, kept) <= _scene_faults(talk, divided):
        return scenes
    return _carry_over(scenes, divided)


def _repair_passages(drafted: list[WordRange], reading: Reading, target_s: float) -> list[WordRange]:
    if reading.whole:
        return [reading.talk.whole]
    worth = reading.word_worth()
    for piece in drafted:
        worth[piece.first : piece.end] = [_KEEP_WORTH] * (piece.end - piece.first)
    chosen = list(choose_passages(reading.talk, worth, target_s).passages)
    keep = bool(drafted) and _passage_faults(reading.talk, drafted, target_s) <= _passage_faults(
        reading.talk, chosen, target_s
    )
    return drafted if keep else chosen


def _passage_faults(talk: Talk, passages: Sequence[WordRange], target_s: float) -> tuple[bool, float, Cut]:
    """The rules broken, the gravest first."""
    cuts = [talk.boundaries[edge].cut for passage in passages for edge in passage]
    length_s = sum(interval.length_s for piece in spans(talk, passages) for interval in piece)
    off_s = max(0.0, abs(length_s - target_s) - TOLERANCE_S)
    return max(cuts) is Cut.NEVER, math.ceil(off_s * 10) / 10, max(cuts)


def _scene_faults(talk: Talk, scenes: Scenes) -> tuple[bool, int, float]:
    """Changes inside a word, scenes too many or too few, seconds outside 8..15."""
    lengths_s = scene_lengths_s(talk, [SceneDraft(words) for words in scenes])
    starts = [scene[0].first for scene in scenes[1:]]
    counts = scene_counts(sum(lengths_s))
    outside = sum(max(SHORTEST_SCENE_S - s, s - LONGEST_SCENE_S, 0.0) for s in lengths_s)
    inside_word = any(talk.boundaries[start].cut is Cut.NEVER for start in starts)
    return inside_word, max(counts.start - len(scenes), len(scenes) - counts.stop + 1, 0), round(outside, 1)


def _carry_over(scenes: Sequence[SceneDraft], divided: Scenes) -> tuple[SceneDraft, ...]:
    """The new scenes, each with the picture of the drafted one that shares most words with it; no picture twice."""
    left, result = list(scenes), []
    for words in divided:
        best = max(left, key=lambda scene: _shared(scene.words, words), default=None)
        if best is not None and _shared(best.words, words):
            left.remove(best)
            result.append(replace(best, words=words))
        else:
            result.append(SceneDraft(words))
    return tuple(result)


def _shared(one: Sequence[WordRange], other: Sequence[WordRange]) -> int:
    return sum(max(0, min(a.end, b.end) - max(a.first, b.first)) for a in one for b in other)


def _complete(scenes: Sequence[SceneDraft], reading: Reading, order: Order) -> tuple[SceneDraft, ...]:
    """Kinds within the budget, a prompt with the user's direction, a transition and a note for every scene."""
    wanted = [scene.kind or default for scene, default in zip(scenes, alternate(len(scenes)), strict=True)]
    kinds = within_budget(wanted, scene_lengths_s(reading.talk, scenes), order.budget_usd, order.clip_terms)
    prompts = _complete_prompts(scenes, kinds, reading, order)
    transitions = _complete_transitions(scenes, order.seed)
    return tuple(
        replace(scene, kind=kind, prompt=prompt, transition=transition, note=_line(scene.note, _LONGEST_LINE))
        for scene, kind, prompt, transition in zip(scenes, kinds, prompts, transitions, strict=True)
    )


def _complete_prompts(scenes: Sequence[SceneDraft], kinds: Sequence[Kind], reading: Reading, order: Order) -> list[str]:
    texts = [scene_text(reading.talk, scene.words) for scene in scenes]
    written = write_prompts(
        texts, kinds, direction=order.direction, terms=reading.terms, language=reading.talk.language, seed=order.seed
    )
    return [
        with_direction(scene.prompt, order.direction) if scene.prompt.strip() else prompt
        for scene, prompt in zip(scenes, written, strict=True)
    ]


def _complete_transitions(scenes: Sequence[SceneDraft], seed: int) -> list[Transition]:
    """The first scene begins with a cut; what is missing is varied, no two alike in a row."""
    transitions = [Transition.CUT]
    for index, scene in enumerate(scenes[1:], start=1):
        other = [change for change in _CHANGES if change is not transitions[-1]]
        transitions.append(scene.transition or other[(seed + index) % len(other)])
    return transitions[: len(scenes)]


def scene_text(talk: Talk, words: Sequence[WordRange]) -> str:
    """What is heard in a scene."""
    return join_words([talk.text(piece) for piece in words])


def _repair_metadata(metadata: Metadata, found: Metadata, order: Order) -> Metadata:
    """The user's title before the planner's; what is empty is filled from the talk."""
    return Metadata(
        title=_line(order.title, LONGEST_TITLE) or _line(metadata.title, LONGEST_TITLE) or found.title,
        hashtags=clean_hashtags(metadata.hashtags) or found.hashtags,
        hooks=tuple(hook for hook in (_line(h, LONGEST_HOOK) for h in metadata.hooks) if hook)[:MOST_HOOKS]
        or found.hooks,
        theme=_line(metadata.theme, _LONGEST_LINE) or found.theme,
        audience=_line(metadata.audience, _LONGEST_LINE) or found.audience,
    )


def _line(text: str, limit: int) -> str:
    return one_line(text, limit=limit)
