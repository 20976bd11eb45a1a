"""Frames of a video file by number, decoded, fitted to the frame, within a bound of memory.

Forwards each frame is decoded once. Backwards a window of frames is decoded from the key frame before it and kept, so
memory does not grow with the clip and a clip of one long GOP costs a few more passes.
"""

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

import av
from av.error import FFmpegError, InvalidDataError

from reelwright_renderer.captions.port import Planes
from reelwright_renderer.frames import views
from reelwright_renderer.media import open_media
from reelwright_renderer.sources.clip_index import read_index, shown_at
from reelwright_renderer.sources.fit import Fit
from reelwright_renderer.sources.port import unreadable
from reelwright_renderer.timeline import Format

BACKWARD_BYTES = 96 * 2**20
"""What the frames kept for playing backwards may take: 32 of 1080x1920."""
FORWARD_FRAMES = 2
"""A frame and its neighbour: what a mix needs."""


class ClipReader:
    """Reads the first `needed_s` seconds of a file's first video stream (all of it where it is shorter)."""

    def __init__(self, path: Path, format_: Format, needed_s: float) -> None:
        self._format = format_
        try:
            self._container = open_media(path)
            self._stream = self._container.streams.video[0]
            self._stream.thread_type = "NONE"  # the render's processes are what fills the cores
            self._index = read_index(self._container, self._stream, needed_s)
        except (FFmpegError, IndexError) as error:
            raise unreadable("clip", str(error) or "it has no picture") from error
        if len(self._index.pts) < 2:
            raise unreadable("clip", "it has less than two frames")
        self.times_s = self._index.times_s
        self._numbers = {pts: number for number, pts in enumerate(self._index.pts)}
        self._fit = Fit(self._stream, format_)
        self._kept: dict[int, av.VideoFrame] = {}
        self._seek(0)

    def planes(self, number: int) -> Planes:
        """Frame `number`, to be read only. Raises Reject where the file is broken."""
        if number not in self._kept:
            backwards = number < self._next
            window = self._backward_window() if backwards else FORWARD_FRAMES
            try:
                if backwards or self._key_before(number - window + 1) > self._next:
                    self._seek(max(number - window + 1, 0))
                self._read_until(number, window)
            except FFmpegError as error:
                raise unreadable("clip", str(error)) from error
        return views(self._kept[number])

    def close(self) -> None:
        self._kept.clear()
        self._container.close()

    def _backward_window(self) -> int:
        frame_bytes = self._format.width * self._format.height * 3 // 2
        return max(BACKWARD_BYTES // frame_bytes, FORWARD_FRAMES)

    def _key_before(self, number: int) -> int:
        """The number of the last key frame at or before frame `number`."""
        keys = self._index.key_pts
        found = bisect_right(keys, self._index.pts[max(number, 0)]) - 1
        return self._numbers[keys[found]] if found >= 0 else 0

    def _seek(self, number: int) -> None:
        """Go to the last key frame at or before frame `number`."""
        self._container.seek(self._index.pts[number], stream=self._stream, backward=True)
        self._frames = self._decoded()
        self._next = 0
        self._skip_until = number

    def _read_until(self, number: int, window: int) -> None:
        """Decode on to frame `number`; keep the `window` frames up to it."""
        self._skip_until = number - window + 1
        latest: av.VideoFrame | None = None
        while self._next <= number:
            latest = next(self._frames, None)
            if latest is None:
                break
            found = self._number_of(latest)
            if found > number - window:
                self._keep(found, latest, window)
            self._next = found + 1
        self._fill(number)

    def _number_of(self, frame: av.VideoFrame) -> int:
        """A frame whose time is unknown to the index counts as the one after its predecessor."""
        return self._numbers.get(frame.pts if frame.pts is not None else -1, self._next)

    def _fill(self, number: int) -> None:
        """A frame that the decoder left out (broken, or dropped by an edit list) is shown by the nearest one kept."""
        if number in self._kept:
            return
        if not self._kept:
            raise unreadable("clip", "its frames cannot be decoded")
        nearest = min(self._kept, key=lambda kept: abs(kept - number))
        self._kept[number] = self._kept[nearest]
        self._next = max(self._next, number + 1)

    def _keep(self, number: int, frame: av.VideoFrame, window: int) -> None:
        for old in [kept for kept in self._kept if not number - window < kept <= number]:
            del self._kept[old]  # its memory goes back to the filters' pool
        self._kept[number] = self._fit(frame)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Frames in order of display from where the container stands. Frames nobody refers to are skipped unseen."""
        decoder = self._stream.codec_context
        for packet in self._container.demux(self._stream):
            time = shown_at(packet)
            unseen = time is not None and time < self._index.pts[max(self._skip_until, 0)]
            decoder.skip_frame = "NONREF" if unseen else "DEFAULT"
            try:
                yield from packet.decode()
            except InvalidDataError:
                continue
