"""What is checked at the door, and nowhere else."""

import pytest

from reelwright.events.v1 import media_pb2 as media
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_director import from_rpc
from reelwright_director.decision import Refused
from reelwright_director.once import asked_digest
from reelwright_director.state import ProjectSettings
from reelwright_director.terms import Review, Stage
from reelwright_director.testing.messages import blob, transcript

CALLER = rpc.Caller(tenant_id="t", user_id="u")


def test_nothing_said_means_the_defaults() -> None:
    made = from_rpc.create(rpc.CreateProjectRequest(caller=CALLER), "p1")
    assert made.settings == ProjectSettings()
    assert (made.autostart, made.script) == (True, None)
    assert made.settings.budget_usd == 2.0
    assert made.settings.lowest_rung == media.RUNG_STILL


def test_what_is_said_is_kept() -> None:
    asked = rpc.ProjectSettings(review=rpc.REVIEW_BOTH, budget_usd=0.0, aspect="1:1", caption_style="pop")
    made = from_rpc.settings(asked)
    assert (made.review, made.budget_usd, made.aspect, made.caption_style) == (Review.BOTH, 0.0, "1:1", "pop")


@pytest.mark.parametrize(
    "request_",
    [
        rpc.CreateProjectRequest(caller=rpc.Caller(tenant_id="t")),
        rpc.CreateProjectRequest(caller=CALLER, client_reference="x" * 257),
        rpc.CreateProjectRequest(caller=CALLER, labels={"x" * 129: ""}),
        rpc.CreateProjectRequest(caller=CALLER, labels={str(n): "" for n in range(33)}),
    ],
)
def test_names_are_short(request_: rpc.CreateProjectRequest) -> None:
    with pytest.raises(Refused) as refused:
        from_rpc.create(request_, "p1")
    assert refused.value.reason_code == "settings_invalid"


@pytest.mark.parametrize(
    "asked",
    [
        rpc.ProjectSettings(budget_usd=float("nan")),
        rpc.ProjectSettings(budget_usd=float("inf")),
        rpc.ProjectSettings(target_duration_s=0.5),
        rpc.ProjectSettings(lowest_rung=99),  # type: ignore[arg-type]
        rpc.ProjectSettings(direction="x" * 1_001),
    ],
)
def test_numbers_and_texts_have_their_bounds(asked: rpc.ProjectSettings) -> None:
    with pytest.raises(Refused) as refused:
        from_rpc.settings(asked)
    assert refused.value.reason_code == "settings_invalid"


def test_a_recording_lies_in_its_projects_folder() -> None:
    stored = blob("audio-projects/p1/audio")
    assert from_rpc.audio(stored, "p1") == stored
    for wrong in (blob("audio-projects/p2/audio"), media.BlobRef(key="audio-projects/p1/audio")):
        with pytest.raises(Refused) as refused:
            from_rpc.audio(wrong, "p1")
        assert refused.value.reason_code == "audio_invalid"


def words(*times: tuple[float, float]) -> media.Transcript:
    return media.Transcript(words=[media.Word(text="x", start_s=start, end_s=end) for start, end in times])


@pytest.mark.parametrize(
    "edited",
    [
        words(),
        words((2.0, 1.0)),
        words((2.0, 3.0), (1.0, 2.0)),
        media.Transcript(words=[media.Word(text=" ", end_s=1.0)]),
        words(*((float(n), float(n)) for n in range(3_001))),
    ],
)
def test_words_follow_one_another(edited: media.Transcript) -> None:
    assert from_rpc.transcript(transcript()) == transcript()
    with pytest.raises(Refused) as refused:
        from_rpc.transcript(edited)
    assert refused.value.reason_code == "transcript_invalid"


def test_stages_are_those_that_we_know() -> None:
    assert from_rpc.stage(rpc.STAGE_PLAN) is Stage.PLAN
    for wrong in (rpc.STAGE_UNSPECIFIED, 99):
        with pytest.raises(Refused):
            from_rpc.stage(wrong)  # type: ignore[arg-type]


def test_a_command_is_the_same_whatever_its_key() -> None:
    one, other = (rpc.CommandRequest(caller=CALLER, project_id="p", idempotency_key=key) for key in "ab")
    assert asked_digest(one) == asked_digest(other)
    assert asked_digest(one) != asked_digest(rpc.CommandRequest(caller=CALLER, project_id="q"))
