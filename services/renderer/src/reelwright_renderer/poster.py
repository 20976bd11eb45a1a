"""A good frame of the finished video as a JPEG."""

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from reelwright_renderer.frames import views

QUALITY = 88
EARLY_S = 12.0
"""The poster comes from the video's first seconds: it promises what the viewer then sees."""
SETTLED_S = 0.5


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
    y, u, v = (plane[::2, ::2] for plane in views(frame))
    detail = float(cv2.Laplacian(y, cv2.CV_32F).std())
    colour = float(np.hypot(u.std(), v.std()) + np.hypot(u.mean() - 128, v.mean() - 128))
    return (1 + detail) * (1 + float(y.std())) * (8 + colour)


def _key_frames(video: Path) -> Iterator[av.VideoFrame]:
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        for number, frame in enumerate(container.decode(stream)):
            if number and (frame.time or 0.0) > EARLY_S:
                return
            if number == 0 or (frame.time or 0.0) >= SETTLED_S:
                yield frame
