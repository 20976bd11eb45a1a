"""Divides the passages into scenes: three to five of 8 to 15 s where the length allows, changing at good places."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from reelwright_planner.talk import Cut, Talk, WordRange

SHORTEST_SCENE_S = 8.0
LONGEST_SCENE_S = 15.0
FEWEST_SCENES = 3
MOST_SCENES = 5
_FEWEST_SCENES_FROM_S = 28.0
"""Shorter videos, which only short recordings make, may have fewer scenes."""

Scenes = tuple[tuple[WordRange, ...], ...]
"""For each scene the word ranges it plays, in order."""

_PLACE_COST = {Cut.SENTENCE: 0.0, Cut.CLAUSE: 3.0, Cut.WORD: 9.0}
_JOIN_GAIN = 2.0
"""Where two passages meet, the picture should change too."""
_WISH_GAIN = 6.0
_OUTSIDE_COST, _LENGTH_COST = 50.0, 30.0
"""For a length outside 8..15 s, and for each second of it; more than any place is worth."""
_UNEVEN_COST = 0.08
"""Per second squared off the even division."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a scene may end and the next begin: before word `boundary`, `at_s` into the video."""

    boundary: int
    at_s: float
    cost: float


def divide_into_scenes(talk: Talk, passages: Sequence[WordRange], *, wishes: Collection[int] = ()) -> Scenes:
    """The passages, cut where scenes change. `wishes` are boundaries at which a change is welcome."""
    places = scene_places(talk, passages, wishes)
    counts = scene_counts(places[-1].at_s)
    best = min((_best_division(places, count) for count in counts), key=lambda found: found[0])
    return cut_passages(passages, [places[i].boundary for i in best[1]])


def scene_counts(length_s: float) -> range:
    """How many scenes a video of this length may have: as many as give each 8 to 15 s, 3 to 5 where possible."""
    least = max(1, math.ceil(length_s / LONGEST_SCENE_S))
    most = max(1, int(length_s // SHORTEST_SCENE_S))
    least, most = min(least, most, MOST_SCENES), min(max(least, most), MOST_SCENES)
    return range(max(least, FEWEST_SCENES) if length_s >= _FEWEST_SCENES_FROM_S else least, most + 1)


def scene_places(talk: Talk, passages: Sequence[WordRange], wishes: Collection[int] = ()) -> list[Place]:
    """Every place where the scene could change, in playing order, between the video's start and its end."""
    places, played_s = [Place(passages[0].first, 0.0, 0.0)], 0.0
    for passage in passages:
        from_s = talk.boundaries[passage.first].in_s
        for index in range(passage.first + 1, passage.end):
            boundary = talk.boundaries[index]
            if boundary.shortened:
                played_s, from_s = played_s + boundary.out_s - from_s, boundary.in_s
            if boundary.cut is not Cut.NEVER:
                cost = _PLACE_COST[boundary.cut] - (_WISH_GAIN if index in wishes else 0.0)
                places.append(Place(index, played_s + boundary.middle_s - from_s, cost))
        played_s += talk.boundaries[passage.end].out_s - from_s
        gain = _JOIN_GAIN + (_WISH_GAIN if passage.end in wishes else 0.0)
        places.append(Place(passage.end, played_s, -gain))
    return places


def _best_division(places: Sequence[Place], count: int) -> tuple[float, tuple[int, ...]]:
    """Cost and places (without start and end) of the best division into `count` scenes."""
    last = len(places) - 1
    even_s = places[last].at_s / count

    @cache
    def best(scenes_left: int, start: int) -> tuple[float, tuple[int, ...]]:
        if scenes_left == 1:
            return _length_cost(places[last].at_s - places[start].at_s, even_s), ()
        options = [
            (cost + places[end].cost + _length_cost(places[end].at_s - places[start].at_s, even_s), (end, *rest))
            for end in range(start + 1, last)
            for cost, rest in [best(scenes_left - 1, end)]
        ]
        return min(options, default=(float("inf"), ()))

    return best(count, 0)


def _length_cost(length_s: float, even_s: float) -> float:
    outside_s = max(SHORTEST_SCENE_S - length_s, length_s - LONGEST_SCENE_S, 0.0)
    outside_cost = _OUTSIDE_COST + _LENGTH_COST * outside_s if outside_s > 0 else 0.0
    return outside_cost + _UNEVEN_COST * (length_s - even_s) ** 2


def cut_passages(passages: Sequence[WordRange], boundaries: Sequence[int]) -> Scenes:
    """The passages in as many groups as boundaries + 1, a passage cut in two where a boundary lies inside it."""
    scenes: list[tuple[WordRange, ...]] = []
    rest = list(passages)
    for boundary in boundaries:
        scene = [passage for passage in rest if passage.end <= boundary]
        rest = rest[len(scene) :]
        if rest and rest[0].first < boundary:
            scene.append(WordRange(rest[0].first, boundary))
            rest[0] = WordRange(boundary, rest[0].end)
        scenes.append(tuple(scene))
    return (*scenes, tuple(rest))
