"""One repair for both planners: total, idempotent, and everything it lets through plays."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from reelwright_planner.budget import ClipTerms, Kind
from reelwright_planner.draft import Draft, Order, SceneDraft, Transition
from reelwright_planner.metadata import Metadata
from reelwright_planner.plan import draft_extractively
from reelwright_planner.reading import Reading, read
from reelwright_planner.talk import TimedWord, WordRange
from reelwright_planner.testing import speak
from reelwright_planner.validate import repair, scene_lengths_s

EMPTY = Metadata("", (), (), "", "")
TEXT = " ".join(
    f"Sentence {name} tells of the sea, the old keeper and his lamp."
    for name in ["one", "two", "three", "four", "five", "six", "seven"] * 4
)


def order_for(target_s: float, **changes: object) -> Order:
    fields: dict[str, object] = {
        "project_id": "p", "target_s": target_s, "title": "", "direction": "in watercolour", "look": "auto",
        "budget_usd": 2.0, "clip_terms": ClipTerms(), "seed": 5,
    }  # fmt: skip
    return Order(**(fields | changes))  # type: ignore[arg-type]


def reading_of(words: list[TimedWord], target_s: float) -> Reading:
    return read(words, duration_s=max(word.end_s for word in words) + 1, language="en", target_s=target_s)


ranges = st.builds(WordRange, st.integers(-5, 340), st.integers(-5, 340))
scenes = st.builds(
    SceneDraft,
    words=st.lists(ranges, max_size=3).map(tuple),
    kind=st.sampled_from([None, *Kind]),
    prompt=st.text(max_size=30),
    transition=st.sampled_from([None, *Transition]),
    note=st.text(max_size=30),
)
metadata = st.builds(
    Metadata,
    title=st.text(max_size=100),
    hashtags=st.lists(st.text(max_size=12), max_size=4).map(tuple),
    hooks=st.lists(st.text(max_size=200), max_size=5).map(tuple),
    theme=st.text(max_size=20),
    audience=st.text(max_size=20),
)
drafts = st.builds(
    Draft, metadata=metadata, scenes=st.lists(scenes, max_size=6).map(tuple), planner=st.just("openai/x")
)


@settings(max_examples=25, deadline=None)
@given(drafts, st.sampled_from([30.0, 41.5, 60.0]), st.floats(0, 4))
def test_any_draft_becomes_a_plan_that_plays_and_is_then_left_alone(
    draft: Draft, target_s: float, budget_usd: float
) -> None:
    reading, order = reading_of(speak(TEXT), target_s), order_for(target_s, budget_usd=budget_usd)
    plan = repair(draft, reading, order)
    pieces = plan.pieces
    assert all(0 <= piece.first < piece.end <= len(reading.talk.words) for piece in pieces)
    assert all(one.end <= two.first for one, two in pairwise(pieces))
    lengths = scene_lengths_s(reading.talk, plan.scenes)
    assert abs(sum(lengths) - target_s) <= 1.5
    assert 3 <= len(plan.scenes) <= 5
    assert all(7.9 <= length <= 15.1 for length in lengths)
    assert plan.scenes[0].transition is Transition.CUT
    assert all("in watercolour" in scene.prompt and scene.kind for scene in plan.scenes)
    assert plan.metadata.title
    assert plan.metadata.hashtags
    assert plan.metadata.hooks
    assert repair(plan, reading, order) == plan


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 90), st.floats(0, 4)), min_size=1, max_size=50),
    st.floats(1, 60),
    st.lists(scenes, max_size=3).map(tuple),
)
def test_it_is_total_and_idempotent_on_any_words(
    times: list[tuple[float, float]], target_s: float, drafted: tuple[SceneDraft, ...]
) -> None:
    words = [TimedWord("word." if i % 7 == 0 else "word", at, at + length) for i, (at, length) in enumerate(times)]
    reading, order = reading_of(words, target_s), order_for(target_s)
    plan = repair(Draft(EMPTY, drafted, "openai/x"), reading, order)
    assert plan.scenes
    assert repair(plan, reading, order) == plan


def test_a_valid_draft_is_kept_as_it_is() -> None:
    reading, order = reading_of(speak(TEXT), 45), order_for(45)
    good = repair(draft_extractively(reading, order), reading, order)
    edited = Draft(good.metadata, tuple(SceneDraft(s.words, Kind.STILL, f"My picture {i}", Transition.FADE) for i, s in
                                        enumerate(good.scenes)), "given")  # fmt: skip
    kept = repair(edited, reading, order)
    assert [scene.words for scene in kept.scenes] == [scene.words for scene in good.scenes]
    assert [scene.prompt for scene in kept.scenes] == [
        f"My picture {i} in watercolour." for i in range(len(good.scenes))
    ]
    assert {scene.kind for scene in kept.scenes} == {Kind.STILL}
    assert [scene.transition for scene in kept.scenes[1:]] == [Transition.FADE] * (len(good.scenes) - 1)


def test_the_users_title_wins() -> None:
    reading = reading_of(speak(TEXT), 45)
    draft = Draft(Metadata("Theirs", (), (), "", ""), (), "openai/x")
    assert repair(draft, reading, order_for(45, title="  My\ntitle ")).metadata.title == "My title"
    assert repair(draft, reading, order_for(45)).metadata.title == "Theirs"


def test_pictures_go_with_their_words_when_scenes_are_divided_anew() -> None:
    reading, order = reading_of(speak(TEXT), 45), order_for(45)
    good = repair(draft_extractively(reading, order), reading, order)
    first, second, *rest = (SceneDraft(scene.words, None, f"Picture {i}") for i, scene in enumerate(good.scenes))
    joined = SceneDraft((*first.words, *second.words), None, "Picture of both")
    repaired = repair(Draft(EMPTY, (joined, *rest), "openai/x"), reading, order)
    prompts = [scene.prompt for scene in repaired.scenes]
    assert sum(prompt.startswith("Picture of both") for prompt in prompts) == 1
    assert [prompt[:9] for prompt in prompts[2:]] == [f"Picture {i}" for i in range(2, len(good.scenes))]
