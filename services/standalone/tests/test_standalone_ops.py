"""`reelwright ops` on this machine's own home, and what it says to whoever mistypes."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from reelwright.events.v1.facts_pb2 import WorkFailed
from reelwright.events.v1.media_pb2 import ASSET_KIND_CLIP, BlobRef, Scene, ScenePlan, Transcript, Word
from reelwright.events.v1.requests_pb2 import PlanRequested, TranscriptionRequested
from reelwright.rpc.v1 import project_pb2
from reelwright_chassis.bus.port import Message
from reelwright_chassis.envelope import encode
from reelwright_chassis.home import open_home
from reelwright_chassis.letters import death_headers
from reelwright_director import inputs
from reelwright_director.service import Director
from reelwright_director.settings import DirectorSettings
from reelwright_director.state import ProjectSettings
from reelwright_standalone import cli
from reelwright_standalone.errors import InputError
from reelwright_standalone.ops import options, pace, projects
from reelwright_standalone.ops.reading import shown
from reelwright_standalone.ops.settings import OpsSettings

FAILED = project_pb2.STATE_FAILED


class Said(NamedTuple):
    """Exit status, standard output and standard error of a command."""

    code: int
    out: str
    err: str


class Shell:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Said:
        self._monkeypatch.setattr(sys, "argv", ["reelwright", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = self._capsys.readouterr()
        return Said(int(ended.value.code or 0), printed.out, printed.err)

    def ops(self, *arguments: str) -> Said:
        return self("ops", *arguments)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Shell:
    monkeypatch.setenv("REELWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REELWRIGHT_OPS_BY", "anna")
    return Shell(monkeypatch, capsys)


async def prepare(home_path: Path) -> None:
    """One project that failed, and one dead letter of its request."""
    async with open_home(home_path) as home:
        director = Director(
            bus=home.bus, store=home.store, blobs=home.blobs, instance="test", settings=DirectorSettings()
        )
        await director.prepare()
        await director.workflow.create(inputs.Create("p1", "local", "local", ProjectSettings()), None)
        audio = BlobRef(key="audio-projects/p1/audio", sha256="s", size_bytes=1)
        uploaded = await director.workflow.apply("p1", inputs.CompleteUpload(audio))
        (request,) = uploaded.project.requests
        await director.workflow.apply("p1", inputs.Begin(request.request_id, "w1"))
        await director.workflow.apply(
            "p1", WorkFailed(project_id="p1", request_id=request.request_id, reason_code="audio_silent")
        )
        asked = encode(TranscriptionRequested(project_id="p1", request_id=request.request_id), source="test")
        headers = death_headers(
            topic=asked.topic, group="transcription", attempts=3, failed_at_s=1_700_000_000.0, error="builtins.KeyError"
        )
        await home.bus.publish([Message(f"{asked.topic}.dlq", asked.key, asked.value, {**asked.headers, **headers})])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    asyncio.run(prepare(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.usefixtures("home")
def test_this_machines_own_projects_are_operated_too(shell: Shell) -> None:
    first = shell.ops("project", "show", "p1").out.splitlines()[0]
    assert " ago in its transcription stage: " in first
    assert first.endswith("(audio_silent).")
    assert "1 failed (audio_silent 1)" in shell.ops("projects", "list").out
    assert shell.ops("project", "retry", "p1").out == "p1 is transcribing again.\n"
    again = shell.ops("project", "retry", "p1")
    assert (again.code, again.err.count("\n")) == (2, 1)
    lags = json.loads(shell.ops("topics", "lag", "--json").out)
    assert {(lag["group"], lag["lag"]) for lag in lags} >= {("transcription", 2), ("renderer", 0)}


@pytest.mark.usefixtures("home")
def test_this_machines_own_dead_letters_are_sent_again_once(shell: Shell) -> None:
    (letter,) = json.loads(shell.ops("dlq", "list", "--json").out)
    assert (letter["error"], letter["project_id"], letter["partition"]) == ("builtins.KeyError", "p1", None)
    listed = shell.ops("dlq", "list").out
    assert "KeyError" in listed
    assert "director" in listed
    assert shell.ops("dlq", "redrive", "--error", "keyerror").out == "Sent 1 of 1 dead letter again.\n"
    assert shell.ops("dlq", "redrive", "--all").out.startswith("Sent 0 of 1 dead letter again.\n1 were sent again")
    assert shell.ops("dlq", "list", "--project", "other").out == "No dead letters.\n"
    assert shell.ops("dlq", "list", "--since", "1h").out == "No dead letters.\n"


@pytest.mark.usefixtures("shell")
def test_a_home_in_use_is_said_to_be(home: Path) -> None:
    def operate() -> "subprocess.CompletedProcess[str]":
        command = [str(Path(sys.executable).with_name("reelwright")), "ops", "status"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    async def busy() -> "subprocess.CompletedProcess[str]":
        async with open_home(home):
            return await asyncio.to_thread(operate)

    done = asyncio.run(busy())
    assert done.returncode == 2
    assert "is in use by process" in done.stderr


def test_where_nothing_is_there_is_nothing_to_operate(shell: Shell) -> None:
    for arguments in (("status",), ("topics", "lag"), ("dlq", "redrive", "--all")):
        said = shell.ops(*arguments)
        assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
        assert "nothing was made on this machine yet" in said.err
    said = shell.ops("check")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "reelwright doctor" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("ops", "projects", "list", "--since", "yesterday"),
        ("ops", "projects", "list", "--status", "sad"),
        ("ops", "projects", "list", "--status", "deleted"),
        ("ops", "projects", "retry", "--status", "completed"),
        ("ops", "projects", "cancel"),
        ("ops", "projects", "cancel", "--tenant", "t"),
        ("ops", "pause", "everything"),
        ("ops", "check", "--part", "weather"),
        ("ops", "dlq", "redrive"),
        ("ops", "keys", "create", "--tenant", "t", "--user", "u", "--expires", "soon"),
        ("provision", "--part", "weather"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(shell: Shell, arguments: tuple[str, ...]) -> None:
    said = shell(*arguments)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1), said


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("topic", ["nothing", "project.changes"])
def test_a_topic_without_dead_letters_is_named(shell: Shell, topic: str) -> None:
    said = shell.ops("dlq", "list", "--topic", topic)
    assert said.code == 2
    assert f"{topic!r} is no topic with dead letters; there are fetch.requests, transcription.requests," in said.err


def test_nothing_heavy_is_imported_to_operate(home: Path) -> None:
    """Neither engines nor what a cluster's services alone need."""
    code = (
        "import sys; sys.argv = ['reelwright', 'ops', 'status']\n"
        "from reelwright_standalone.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print([name for name in ('faster_whisper', 'ctranslate2', 'av', 'cv2', 'pyvips', 'numpy', 'boto3', 'aiokafka',"
        " 'reelwright_renderer', 'reelwright_transcription', 'reelwright_planner') if name in sys.modules])"
    )
    environment = {"REELWRIGHT_HOME": str(home), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1_800), ("1.5h", 5_400), ("3d", 259_200), (" 2h ", 7_200)]
)
def test_lengths_of_time_are_read(text: str, seconds: float) -> None:
    now_s = options.now_s()
    assert options.past(text) == pytest.approx(now_s - seconds, abs=5)
    assert options.future(text, "--expires") == pytest.approx(now_s + seconds, abs=5)


def test_dates_are_read_and_mean_utc() -> None:
    assert options.past("1970-01-02") == 86_400
    assert options.past("1970-01-01T01:00:00+01:00") == 0
    assert (options.past(""), options.future("", "--expires")) == (None, None)


def test_stages_go_by_their_usual_names() -> None:
    assert [options.stage(text) for text in ("assets", "Render", "all")] == [3, 4, 0]
    assert options.state("ready-for-compilation") == project_pb2.STATE_READY_FOR_COMPILATION


def test_what_fails_after_the_command_began_is_not_retried() -> None:
    chosen = projects.to_retry(FAILED, "", "", None)
    assert chosen.until_s == pytest.approx(options.now_s(), abs=5)


def test_a_cancel_without_a_choice_is_refused_even_when_sure() -> None:
    with pytest.raises(InputError, match="every project"):
        projects.to_cancel(project_pb2.STATE_UNSPECIFIED, "", "", None, sure=True)


def test_a_tally_is_told_in_sentences() -> None:
    tally = projects.Tally(found=5, done=2, over=1)
    tally.refused["budget_exceeded"] += 2
    assert projects.sentences("retry", tally, dry_run=False) == [
        "Retried 2 of 5 projects.",
        "1 had changed meanwhile and were left alone.",
        "2 refused: budget_exceeded.",
    ]
    assert projects.sentences("cancel", projects.Tally(found=1), dry_run=True) == [
        "Would cancel 1 project. Nothing was changed."
    ]


def test_peoples_words_are_left_out_of_a_message() -> None:
    transcript = Transcript(language="en", words=[Word(text="secret", start_s=1.5)] * 20)
    message = PlanRequested(project_id="p1", request_id="r1", transcript=transcript, direction="secret", look="ocean")
    hidden = shown(message, reveal=False)
    assert "secret" not in json.dumps(hidden)
    assert (hidden["project_id"], hidden["look"], hidden["direction"]) == ("p1", "ocean", "(6 characters)")
    assert hidden["transcript"] == {"language": "en", "words": "(20 entries)"}
    assert shown(message, reveal=True)["direction"] == "secret"
    scenes = ScenePlan(scenes=[Scene(scene_id="s1", kind=ASSET_KIND_CLIP, visual_prompt="secret", text="secret words")])
    assert shown(scenes, reveal=False)["scenes"] == [
        {"scene_id": "s1", "text": "(12 characters)", "kind": "ASSET_KIND_CLIP", "visual_prompt": "(6 characters)"}
    ]


async def test_a_pace_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first step goes at once, and time that was lost is not made up for."""
    now_s, slept = [100.0], list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now_s[0] += seconds

    monkeypatch.setattr("asyncio.sleep", sleep)
    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    steps = pace.Pace(10)
    for _ in range(3):
        await steps.next()
    now_s[0] += 60
    for _ in range(3):
        await steps.next()
    assert slept == [0.1, 0.1, 0.1]


def test_an_operator_has_a_name_also_where_its_user_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid 1000")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert OpsSettings.load().by
