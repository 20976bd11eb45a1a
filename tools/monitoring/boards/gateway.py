"""The API: rate, errors, duration; those who listen, and those who are told."""

from tools.monitoring.boards.spec import (
    Board,
    Kind,
    Panel,
    Query,
    Row,
    each_minute,
    each_second,
    quantiles,
    within_an_hour,
)

_HTTP = "reelwright_http_request_duration_seconds"

BOARD = Board(
    "gateway",
    "Gateway",
    "Requests, errors and times of the API; streams of events, webhooks.",
    (
        Row(
            "Requests",
            (
                Panel(
                    "Requests per second, by status",
                    "Streams of events are not among them.",
                    [
                        Query(
                            f"sum by (class) (label_replace(rate({_HTTP}_count{{NS}}[$__rate_interval]), "
                            '"class", "${1}xx", "status", "(.).*"))',
                            "{{class}}",
                        )
                    ],
                    "reqps",
                    stacked=True,
                ),
                Panel(
                    "Errors by route",
                    "5xx per minute. 503: the director cannot be reached; 500: a mistake of ours.",
                    [each_minute(f"{_HTTP}_count", "method, route, status", where='status=~"5.."')],
                ),
                Panel(
                    "Time of an answer",
                    "Uploads and downloads are among them.",
                    quantiles(_HTTP),
                    "s",
                ),
                Panel(
                    "Slowest routes",
                    "95th percentile within half an hour.",
                    [
                        Query(
                            "topk(10, histogram_quantile(0.95, sum by (le, method, route) "
                            f"(rate({_HTTP}_bucket{{NS}}[30m]))))"
                        )
                    ],
                    "s",
                    Kind.TABLE,
                ),
                Panel(
                    "Refused by a limit",
                    "Requests per minute, by class of route; and replicas that began to count for themselves.",
                    [
                        each_minute("reelwright_rate_limited_total", "route"),
                        within_an_hour("reelwright_rate_limits_alone_total", legend="began to count alone"),
                    ],
                ),
                Panel(
                    "Recordings taken in",
                    "Bytes per second.",
                    [each_second("reelwright_upload_bytes_total", legend="uploads")],
                    "Bps",
                ),
            ),
        ),
        Row(
            "Events",
            (
                Panel(
                    "Listeners",
                    "Open streams of events, of all replicas.",
                    [Query("sum(reelwright_event_listeners{NS})", "listeners")],
                ),
                Panel(
                    "From a change to its listeners",
                    "How late a replica tells of a project's change.",
                    quantiles("reelwright_event_delay_seconds"),
                    "s",
                ),
                Panel(
                    "Streams that could not follow",
                    "Per minute: begun anew with a snapshot, and ended, since nobody read them.",
                    [
                        each_minute("reelwright_event_resyncs_total", legend="begun anew"),
                        each_minute("reelwright_event_listeners_let_go_total", legend="ended"),
                    ],
                ),
            ),
        ),
        Row(
            "Webhooks",
            (
                Panel(
                    "Attempts by outcome",
                    "Per minute: taken, or why they did not count. One address that fails is its owner's to mend.",
                    [each_minute("reelwright_webhook_attempts_total", "outcome")],
                    stacked=True,
                ),
                Panel(
                    "Time of an attempt",
                    "How long addresses take to answer.",
                    quantiles("reelwright_webhook_attempt_duration_seconds"),
                    "s",
                ),
                Panel(
                    "Deliveries given up",
                    "Within an hour, after a day of attempts. Their owners can have them sent again.",
                    [within_an_hour("reelwright_webhook_deliveries_given_up_total", legend="given up")],
                ),
            ),
        ),
    ),
)
