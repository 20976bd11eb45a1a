"""The captions as files beside the video: SRT and WebVTT."""

from collections.abc import Iterable

from pysubs2 import SSAEvent, SSAFile, make_time

from reelwright_renderer.captions.port import CaptionGroup


def subtitle_files(groups: Iterable[CaptionGroup]) -> tuple[str, str]:
    """(SRT, VTT), one cue per group, its lines as they stand in the picture."""
    events = [
        SSAEvent(make_time(s=group.start_s), make_time(s=group.end_s), text=r"\N".join(map(_plain, group.lines)))
        for group in groups
    ]
    file = SSAFile()
    file.events = events
    return file.to_string("srt"), file.to_string("vtt")


def _plain(line: str) -> str:
    """Braces would be read as styling."""
    return line.replace("{", "(").replace("}", ")").replace("\\", "/")
