"""How work flows: throughput, how long each stage takes, what fails and why."""

from tools.monitoring.boards.spec import (
    Board,
    Kind,
    Panel,
    Query,
    Row,
    each_hour,
    each_second,
    quantiles,
    upper,
    within_an_hour,
)

BOARD = Board(
    "pipeline",
    "Pipeline",
    "Throughput, the time of each stage, success and its reasons.",
    (
        Row(
            "Projects",
            (
                Panel(
                    "Videos per hour",
                    "Finished videos.",
                    [each_hour("reelwright_videos_completed_total", legend="videos")],
                ),
                Panel(
                    "From the upload to the first video",
                    "What users waited for us; their own pauses are left out. 15 minutes are promised.",
                    quantiles("reelwright_project_duration_seconds", where='video="first"'),
                    "s",
                ),
                Panel(
                    "Objectives: part that misses",
                    "Over an hour. Allowed are 5 % of projects, 5 % of videos that are late, 0.1 % of answers.",
                    [Query("max by (slo) (reelwright:error_ratio:rate1h{NS})", "{{slo}}")],
                    "percentunit",
                ),
                Panel(
                    "Projects that ended, per hour",
                    "By how.",
                    [each_hour("reelwright_projects_ended_total", "state")],
                    stacked=True,
                ),
                Panel(
                    "Failures by reason",
                    "Within the last hour; docs/errors.md says of each code who can act.",
                    [Query("topk(10, sum by (stage, reason) (increase(reelwright_project_failures_total{NS}[1h])))")],
                    kind=Kind.TABLE,
                ),
                Panel(
                    "Changes of projects",
                    "Decisions of the directors per second, and those made again since two came at once.",
                    [
                        each_second("reelwright_director_decisions_total", legend="decisions"),
                        each_second("reelwright_director_conflicts_total", legend="made again"),
                    ],
                    "ops",
                ),
            ),
        ),
        Row(
            "Stages",
            (
                Panel(
                    "Work done per minute, by stage",
                    "Results that counted.",
                    [Query("sum by (stage) (reelwright:stage_done:rate10m{NS}) * 60", "{{stage}}")],
                ),
                Panel(
                    "Waiting for a first worker",
                    "95th percentile, from wanting a piece of work to its first lease.",
                    [upper("reelwright_request_wait_seconds", "stage")],
                    "s",
                ),
                Panel(
                    "From wanting to the result",
                    "95th percentile: queue, attempts and waits between them.",
                    [upper("reelwright_request_duration_seconds", "stage")],
                    "s",
                ),
                Panel(
                    "Wanted work, by stage",
                    "Asked for, running, or waiting for its next attempt.",
                    [
                        Query(
                            "sum by (stage) (max by (namespace, stage, status) (reelwright_requests_outstanding{NS}))",
                            "{{stage}}",
                        )
                    ],
                    stacked=True,
                ),
                Panel(
                    "Oldest unbegun request, by stage",
                    "The age of the queue. Five minutes wake somebody.",
                    [Query("max by (stage) (reelwright_request_oldest_unbegun_seconds{NS})", "{{stage}}")],
                    "s",
                ),
                Panel(
                    "Scenes that got less than planned",
                    "Within an hour, by the rung that gave them something.",
                    [within_an_hour("reelwright_asset_fallbacks_total", "rung")],
                    stacked=True,
                ),
            ),
        ),
    ),
)
