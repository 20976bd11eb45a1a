"""A good frame of the finished video as a JPEG."""

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from reelwright_renderer.frames import views

QUALITY = 88
EARLY_S, EVERY_S = 10.0, 1.0
"""Candidates come from the video's first seconds: the poster promises what the viewer then sees."""


def write_poster(video: Path, target: Path) -> None:
    """The liveliest key frame near the start: sharp, with contrast and colour. Only key frames are decoded."""
    best = max(_key_frames(video), key=liveliness)
    target.write_bytes(jpeg(best))


def jpeg(frame: av.VideoFrame) -> bytes:
    """A BT.709 frame as JPEG bytes."""
    picture = frame.to_ndarray(format="bgr24", src_colorspace="ITU709", dst_colorspace="ITU601")
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ValueError("the frame cannot be written as a JPEG")
    return data.tobytes()


def liveliness(frame: av.VideoFrame) -> float:
    """A score by detail, contrast and colour; about 0 for a plain surface."""
    y, u, v = (plane[::4, ::4] for plane in views(frame))
    detail = float(cv2.Laplacian(y, cv2.CV_32F).std())
    colour = float(np.hypot(u.std(), v.std()) + np.hypot(u.mean() - 128, v.mean() - 128))
    return (1 + detail) * (1 + float(y.std())) * (8 + colour)


def _key_frames(video: Path) -> Iterator[av.VideoFrame]:
    """One key frame a second; always at least the first."""
    due_s = 0.0
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        for frame in container.decode(stream):
            time_s = frame.time or 0.0
            if due_s and time_s > EARLY_S:
                return
            if time_s >= due_s:
                yield frame
                due_s += EVERY_S
