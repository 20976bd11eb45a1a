from pathlib import Path

import pytest

from reelwright.rpc.v1 import project_pb2
from reelwright.rpc.v1.project_pb2 import HistoryEntry, Project, SceneOutcome
from reelwright_standalone.deliver import made_again, remake_command, stage_seconds
from reelwright_standalone.recording import outputs_for


@pytest.mark.parametrize(
    ("recording", "output", "command"),
    [
        ("talk.mp3", None, "reelwright make talk.mp3 --plan talk.plan.yaml"),
        ("a talk's.mp3", None, """reelwright make 'a talk'"'"'s.mp3' --plan 'a talk'"'"'s.plan.yaml'"""),
        ("-x.mp3", None, "reelwright make ./-x.mp3 --plan ./-x.plan.yaml"),
        ("b\udcff.mp3", None, "reelwright make 'b�.mp3' --plan 'b�.plan.yaml'"),
        ("talk.mp3", "out/short.mp4", "reelwright make ../talk.mp3 --plan short.plan.yaml -o short.mp4"),
    ],
)
def test_the_plan_says_what_to_type_in_its_folder(recording: str, output: str | None, command: str) -> None:
    outputs = outputs_for(Path(recording), Path(output) if output else None)
    assert remake_command(Path(recording), outputs) == command


def entry(stage: project_pb2.Stage.ValueType, start_s: int, end_s: int, *, attempt: int = 1) -> HistoryEntry:
    found = HistoryEntry(stage=stage, attempt=attempt, outcome="done")
    found.started_at.FromSeconds(start_s)
    found.ended_at.FromSeconds(end_s)
    return found


def test_a_stage_lasts_from_its_first_start_to_its_last_end() -> None:
    history = [
        entry(project_pb2.STAGE_ASSET, 10, 14),
        entry(project_pb2.STAGE_ASSET, 12, 20),
        entry(project_pb2.STAGE_RENDER, 21, 24),
        entry(project_pb2.STAGE_PLAN, 3, 3, attempt=0),  # a command
    ]
    assert stage_seconds(history) == {"asset": 10.0, "render": 3.0}


def test_what_was_made_again_is_said_in_plain_words() -> None:
    kept, fresh = SceneOutcome(asset_id="a", index=0), SceneOutcome(asset_id="b", index=1, provider="kling-sim")
    own, later = SceneOutcome(asset_id="c", index=2, provider="user"), SceneOutcome(index=3)
    after = Project(scenes=[kept, fresh, own, later])
    after.video.segments_rendered, after.video.segments_reused = 2, 5
    history = [entry(project_pb2.STAGE_TRANSCRIPTION, 1, 2), entry(project_pb2.STAGE_RENDER, 2, 3)]
    assert made_again(Project(scenes=[kept]), after, history) == [
        "transcript",
        "pictures of scene 2",
        "video (2 of 7 segments)",
    ]
    assert made_again(after, after, []) == []
