"""What operators see of renders: seconds per second of video, by encoder, where nothing was used again."""

import pytest
from prometheus_client import REGISTRY

from reelwright.events.v1.media_pb2 import Video
from reelwright_renderer.handler import count_render


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def ratios() -> list[float]:
    """How many there are, and their sum."""
    return [sample(f"reelwright_render_time_ratio_{what}", encoder="libx264") for what in ("count", "sum")]


def video(*, rendered: int, reused: int) -> Video:
    return Video(duration_s=30, encoder="libx264", segments_rendered=rendered, segments_reused=reused)


def test_a_whole_render_says_how_fast_this_machine_is() -> None:
    count, total = ratios()
    count_render(video(rendered=5, reused=0), 60.0)
    assert ratios() == pytest.approx([count + 1, total + 2.0])


def test_one_that_used_segments_again_only_counts_them() -> None:
    had, segments = ratios(), sample("reelwright_render_segments_total", how="reused")
    count_render(video(rendered=1, reused=4), 3.0)
    assert ratios() == had
    assert sample("reelwright_render_segments_total", how="reused") == segments + 4
