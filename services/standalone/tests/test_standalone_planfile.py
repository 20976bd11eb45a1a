from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.media_pb2 import Scene, ScenePlan, Span
from reelwright_standalone.errors import InputError
from reelwright_standalone.planfile import read_plan, write_plan

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)


def plan_with(
    prompt: str = "A calm sea at dusk", title: str = "Water", text: str = "Hold a glass: up # to the light."
) -> ScenePlan:
    scenes = [
        Scene(
            scene_id=f"s{index}",
            index=index,
            audio=[Span(start_s=index * 10.0, end_s=index * 10.0 + 9.5)],
            start_s=index * 9.5,
            duration_s=9.5,
            text=text,
            kind=media_pb2.ASSET_KIND_CLIP if index % 2 == 0 else media_pb2.ASSET_KIND_STILL,
            visual_prompt=prompt,
            transition=media_pb2.TRANSITION_SLIDE,
            look="ocean",
        )
        for index in range(2)
    ]
    return ScenePlan(title=title, hashtags=["water"], hooks=["Who drank it before?"], scenes=scenes, duration_s=19.0)


def written(path: Path, plan: ScenePlan, own: dict[int, str] | None = None) -> Path:
    command = "reelwright make talk.mp3 --plan talk.plan.yaml"
    write_plan(path, plan, job="job-1", caption_style="pop", command=command, own=own or {})
    return path


def test_a_plan_that_was_written_reads_back_the_same(tmp_path: Path) -> None:
    plan = plan_with()
    found = read_plan(written(tmp_path / "talk.plan.yaml", plan))
    assert (found.job, found.caption_style, found.own_assets) == ("job-1", "pop", {})
    plan.planner = "given"
    assert found.plan == plan


@given(prompt=TEXTS.filter(str.strip), title=TEXTS, text=TEXTS)
def test_any_words_survive_the_file(
    tmp_path_factory: pytest.TempPathFactory, prompt: str, title: str, text: str
) -> None:
    path = written(tmp_path_factory.mktemp("plan") / "p.yaml", plan_with(prompt, title, text))
    found = read_plan(path).plan
    assert found.title == title
    assert found.scenes[0].visual_prompt.split() == prompt.split()


def test_the_file_explains_itself(tmp_path: Path) -> None:
    text = written(tmp_path / "talk.plan.yaml", plan_with()).read_text(encoding="utf-8")
    assert "#     reelwright make talk.mp3 --plan talk.plan.yaml" in text
    assert "# " in text.splitlines()[0]
    assert "my-picture.jpg" in text
    assert "audio: [[0.0, 9.5]]" in text


def test_an_own_picture_is_found_beside_the_plan(tmp_path: Path) -> None:
    (tmp_path / "sea.jpg").write_bytes(b"\xff\xd8\xff")
    found = read_plan(written(tmp_path / "talk.plan.yaml", plan_with(), own={1: "sea.jpg"}))
    assert found.own_assets == {1: tmp_path / "sea.jpg"}


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("kind: clip", "kind: film", "scenes[0].kind"),
        ("transition: slide", "transition: explode", "scenes[0].transition"),
        ("audio: [[0.0, 9.5]]", "audio: [[9.5, 0.0]]", "start before end"),
        ("audio: [[0.0, 9.5]]", "audio: []", "scenes[0].audio"),
        ("audio: [[0.0, 9.5]]", "audio: [[0.0, 9.5]]\n    colour: red", "scenes[0].colour"),
        ("look: ocean", "look: ocean\n    asset: nowhere.jpg", "is not a file beside the plan"),
        ("scenes:", "scenes: [", "line"),
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    path = written(tmp_path / "talk.plan.yaml", plan_with())
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_plan(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"just words", b"\xff\xfe\x00", b"- a\n- b\n"])
def test_what_is_no_plan_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_plan(path)
