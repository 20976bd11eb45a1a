"""Renders: how fast, by what, and how long from the queue to the video."""

from tools.monitoring.boards.spec import Board, Kind, Panel, Query, Row, quantiles

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
                    [
                        Query(
                            "sum by (encoder) (rate(reelwright_render_time_ratio_count{NS}[$__rate_interval])) * 3600",
                            "{{encoder}}",
                        )
                    ],
                    stacked=True, width=6,
                ),
                Panel(
                    "Segments per minute",
                    "Rendered, or used again after an edit or an interruption.",
                    [Query("sum by (how) (rate(reelwright_render_segments_total{NS}[$__rate_interval])) * 60", "{{how}}")],
                    stacked=True, width=6,
                ),
            ),
        ),
        Row(
            "From the queue to the video",
            (
                Panel(
                    "From the queue to done",
                    "From wanting a video to having it.",
                    quantiles("reelwright_request_duration_seconds", matchers=_RENDER),
                    "s",
                ),
                Panel(
                    "In the queue",
                    "From wanting a video to the first lease.",
                    quantiles("reelwright_request_wait_seconds", matchers=_RENDER),
                    "s",
                ),
                Panel(
                    "In the renderer",
                    "From the lease to the video.",
                    quantiles("reelwright_job_duration_seconds", matchers='worker=~"renderer.*",outcome="done"'),
                    "s",
                ),
                Panel(
                    "Renders: waiting and running",
                    "Running ones are all pods' together.",
                    [
                        Query("sum(reelwright:stage_queue{NS,stage=\"render\"})", "waiting"),
                        Query('sum by (worker) (reelwright_jobs_running{NS,worker=~"renderer.*"})', "{{worker}} running"),
                    ],
                    width=8,
                ),
                Panel(
                    "Time until it is done",
                    "What waits now, at the pace of the last ten minutes.",
                    [Query("max(reelwright:stage_eta_seconds{NS,stage=\"render\"})")],
                    "s", Kind.STAT, alarm=900, width=4,
                ),
                Panel(
                    "Renders by outcome",
                    "Per hour.",
                    [
                        Query(
                            'sum by (outcome) (rate(reelwright_jobs_total{NS,worker=~"renderer.*"}[$__rate_interval])) * 3600',
                            "{{outcome}}",
                        )
                    ],
                    stacked=True, width=6,
                ),
                Panel(
                    "Renders that an encoder failed at",
                    "Within an hour. Another encoder made them.",
                    [Query("sum by (encoder) (increase(reelwright_render_encoder_failures_total{NS}[1h]))", "{{encoder}}")],
                    width=6,
                ),
            ),
        ),
    ),
)  # fmt: skip
