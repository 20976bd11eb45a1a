"""From times in the recording to times in the video. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from reelwright.events.v1.media_pb2 import Word
from reelwright_renderer.captions.port import CaptionWord
from reelwright_renderer.timeline import AudioClip

LEAST_AUDIBLE = 0.5
"""A word of which less than this share is heard (a span cut through it) gets no caption."""


def words_in_video(words: Sequence[Word], audio: Iterable[AudioClip]) -> tuple[CaptionWord, ...]:
    """The words that are heard, in playing order, with their times in the video, clipped to what is heard of them.

    A passage that is played twice gives its words twice.
    """
    return tuple(placed for clip in audio for placed in _words_of(clip, words))


def _words_of(clip: AudioClip, words: Sequence[Word]) -> Iterator[CaptionWord]:
    shift_s = clip.start_s - clip.source_start_s
    for word in words:
        start_s, end_s = max(word.start_s, clip.source_start_s), min(word.end_s, clip.source_end_s)
        heard_s, length_s = end_s - start_s, word.end_s - word.start_s
        if word.text.strip() and heard_s > 0 and heard_s >= LEAST_AUDIBLE * length_s:
            yield CaptionWord(text=word.text.strip(), start_s=start_s + shift_s, end_s=end_s + shift_s)
