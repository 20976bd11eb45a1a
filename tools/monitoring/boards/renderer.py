"""Renders: how fast, by what, and how long from the queue to the video."""

from tools.monitoring.boards.spec import (
    Board,
    Kind,
    Panel,
    Query,
    Row,
    each_hour,
    each_minute,
    latest,
    quantiles,
    within_an_hour,
)

_RENDER = 'stage="render"'

BOARD = Board(
    "renderer",
    "Renderer",
    "Seconds per second of video, encoders, and the way from the queue to the video.",
    (
        Row(
            "Speed",
            (
                Panel(
                    "Seconds per second of video",
                    "Of renders that could use nothing again. At full size four cores need about one.",
                    quantiles("reelwright_render_time_ratio", "encoder", legend="{{encoder}}"),
                    width=12,
                ),
                Panel(
                    "Renders per hour, by encoder",
                    "NVENC where a GPU answers, libx264 otherwise.",
                    [each_hour("reelwright_render_time_ratio_count", "encoder")],
                    stacked=True,
                    width=6,
                ),
                Panel(
                    "Segments per minute",
                    "Rendered, or used again after an edit or an interruption.",
                    [each_minute("reelwright_render_segments_total", "how")],
                    stacked=True,
                    width=6,
                ),
            ),
        ),
        Row(
            "From the queue to the video",
            (
                Panel(
                    "From the queue to done",
                    "From wanting a video to having it.",
                    quantiles("reelwright_request_duration_seconds", where=_RENDER),
                    "s",
                ),
                Panel(
                    "In the queue",
                    "From wanting a video to the first lease.",
                    quantiles("reelwright_request_wait_seconds", where=_RENDER),
                    "s",
                ),
                Panel(
                    "In the renderer",
                    "From the lease to the video.",
                    quantiles("reelwright_job_duration_seconds", where='worker=~"renderer.*",outcome="done"'),
                    "s",
                ),
                Panel(
                    "Renders: waiting and running",
                    "Running ones are all pods' together.",
                    [
                        Query('sum(reelwright:stage_queue{NS,stage="render"})', "waiting"),
                        latest(
                            "reelwright_jobs_running",
                            "worker",
                            where='worker=~"renderer.*"',
                            legend="{{worker}} running",
                        ),
                    ],
                    width=8,
                ),
                Panel(
                    "Time until it is done",
                    "What waits now, at the pace of the last ten minutes.",
                    [Query('max(reelwright:stage_eta_seconds{NS,stage="render"})')],
                    "s",
                    Kind.STAT,
                    alarm=900,
                    width=4,
                ),
                Panel(
                    "Renders by outcome",
                    "Per hour.",
                    [each_hour("reelwright_jobs_total", "outcome", where='worker=~"renderer.*"')],
                    stacked=True,
                    width=6,
                ),
                Panel(
                    "Renders that an encoder failed at",
                    "Within an hour. Another encoder made them.",
                    [within_an_hour("reelwright_render_encoder_failures_total", "encoder")],
                    width=6,
                ),
            ),
        ),
    ),
)
