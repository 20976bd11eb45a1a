from pathlib import Path

import pytest

from reelwright_standalone.errors import InputError
from reelwright_standalone.recording import open_recording, outputs_for


def test_results_lie_beside_the_recording() -> None:
    out = outputs_for(Path("in/talk.v2.mp3"), None)
    assert [path.name for path in out.all()] == [
        "talk.v2.short.mp4",
        "talk.v2.short.srt",
        "talk.v2.short.vtt",
        "talk.v2.short.jpg",
        "talk.v2.short.otio",
        "talk.v2.transcript.txt",
        "talk.v2.plan.yaml",
    ]
    assert {path.parent for path in out.all()} == {Path("in")}


def test_o_names_the_video_and_its_companions() -> None:
    out = outputs_for(Path("talk.mp3"), Path("out/my.short.mp4"))
    assert (out.video, out.plan) == (Path("out/my.short.mp4"), Path("out/my.plan.yaml"))


def test_o_may_be_a_folder(tmp_path: Path) -> None:
    assert outputs_for(Path("talk.mp3"), tmp_path).video == tmp_path / "talk.short.mp4"


def test_other_endings_and_the_recording_itself_are_refused() -> None:
    with pytest.raises(InputError, match=r"end in \.mp4"):
        outputs_for(Path("talk.mp3"), Path("short.mov"))
    with pytest.raises(InputError, match="the recording itself"):
        outputs_for(Path("talk.mp4"), Path("talk.mp4"))


def test_what_is_no_recording_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    with pytest.raises(InputError, match="is empty"):
        open_recording(tmp_path / "empty.mp3")
    with pytest.raises(InputError, match="does not exist"):
        open_recording(tmp_path / "none.mp3")
    with pytest.raises(InputError, match="is a folder"):
        open_recording(tmp_path)


def test_a_recording_is_named_by_its_bytes(tmp_path: Path) -> None:
    for name in ("a.mp3", "b.wav"):
        (tmp_path / name).write_bytes(b"the same")
    first, second = open_recording(tmp_path / "a.mp3"), open_recording(tmp_path / "b.wav")
    assert first.sha256 == second.sha256
    assert first.size_bytes == 8
