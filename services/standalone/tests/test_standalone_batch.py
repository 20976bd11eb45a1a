import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from reelwright_standalone.batch import make_all
from reelwright_standalone.errors import InputError
from reelwright_standalone.options import MakeOptions


def attempt(
    *audio: Path, options: MakeOptions | None = None, output: Path | None = None, as_json: bool = False
) -> tuple[int, str]:
    """Exit status and what was said to people."""
    said = Console(file=io.StringIO(), width=200)
    code = make_all(audio, output, options or MakeOptions(), as_json=as_json, console=said)
    assert isinstance(said.file, io.StringIO)
    return code, said.file.getvalue()


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REELWRIGHT_HOME", str(tmp_path / "home"))
    path = tmp_path / "talk.mp3"
    path.write_bytes(b"not yet looked into")
    return path


def test_a_recording_that_is_none_starts_nothing(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording.write_bytes(b"")
    code, said = attempt(recording, as_json=True)
    assert (code, said) == (2, f"'{recording}' is empty; give a recording with speech in it.\n")
    report = json.loads(capsys.readouterr().out)
    assert report == {"recording": str(recording), "exit_code": 2, "error": said.strip()}
    assert not (recording.parent / "home").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (MakeOptions(caption_style="loud"), "--caption-style 'loud' is not known; choose one of: .*highlight"),
        (MakeOptions(look="moon"), "--look 'moon' is not known; choose one of: .*ocean"),
        (MakeOptions(duration_s=20.0), "30 to 60 seconds"),
    ],
)
def test_a_wrong_choice_is_refused_with_the_right_ones(recording: Path, options: MakeOptions, says: str) -> None:
    with pytest.raises(InputError, match=says):
        attempt(recording, options=options)
    assert not (recording.parent / "home").exists()


def test_a_choice_in_the_plan_is_checked_like_an_option(recording: Path) -> None:
    plan = recording.with_name("mine.yaml")
    plan.write_text("scenes:\n  - {audio: [[0, 9]], prompt: a sea, look: moon}\n", encoding="utf-8")
    with pytest.raises(InputError, match="'moon' is not known"):
        attempt(recording, options=MakeOptions(plan=plan))


def test_several_recordings_have_no_script_and_need_a_folder(recording: Path) -> None:
    other = recording.with_name("other.mp3")
    with pytest.raises(InputError, match="--script belongs to one recording"):
        attempt(recording, other, options=MakeOptions(script=recording))
    with pytest.raises(InputError, match="a folder that exists"):
        attempt(recording, other, output=recording.with_name("new.mp4"))


def test_two_recordings_may_not_become_one_video(recording: Path) -> None:
    with pytest.raises(InputError, match=r"talk\.short\.mp4"):
        attempt(recording, recording.with_suffix(".wav"))
