from pathlib import Path

import pytest

from reelwright.events.v1.media_pb2 import Transcript, Word
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_standalone.errors import InputError
from reelwright_standalone.transcriptfile import read_script, transcript_text


def test_a_sentence_a_line_and_a_gap_where_the_speaker_paused() -> None:
    words = [("Hold", 0.0), ("it", 0.4), ("up.", 0.7), ("Look", 1.0), ("closer.", 1.4), ("Then", 4.0), ("drink", 4.3)]
    transcript = Transcript(words=[Word(text=text, start_s=start, end_s=start + 0.3) for text, start in words])
    assert transcript_text(transcript) == "Hold it up.\nLook closer.\n\nThen drink\n"


def test_a_title_ends_no_sentence() -> None:
    transcript = Transcript(
        words=[Word(text=text, start_s=i, end_s=i + 0.9) for i, text in enumerate(["Mr.", "Hyde."])]
    )
    assert transcript_text(transcript) == "Mr. Hyde.\n"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.txt", GivenText.FORMAT_PLAIN), ("a.SRT", GivenText.FORMAT_SRT), ("a.vtt", GivenText.FORMAT_VTT)],
)
def test_a_script_is_read_by_its_ending(tmp_path: Path, name: str, kind: GivenText.Format.ValueType) -> None:
    (tmp_path / name).write_bytes(b"\xef\xbb\xbfHello there")
    script = read_script(tmp_path / name)
    assert script == GivenText(format=kind, text="Hello there")


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xff"])
def test_a_script_without_text_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(InputError, match="--script"):
        read_script(tmp_path / "a.txt")
