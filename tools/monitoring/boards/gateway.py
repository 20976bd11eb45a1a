"""The API: rate, errors, duration; those who listen, and those who are told."""

from tools.monitoring.boards.spec import Board, Kind, Panel, Query, Row, quantiles

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
                    "5xx per minute. 503: the director cannot be reached; 500: a mistake of ours, its id in the answer.",
                    [
                        Query(
                            f'sum by (method, route, status) (rate({_HTTP}_count{{NS,status=~"5.."}}[$__rate_interval])) * 60',
                            "{{method}} {{route}} {{status}}",
                        )
                    ],
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
                    "Requests per minute beyond a user's limit, by class of route; and replicas that began to count alone.",
                    [
                        Query(
                            "sum by (route) (rate(reelwright_rate_limited_total{NS}[$__rate_interval])) * 60",
                            "{{route}}",
                        ),
                        Query("sum(increase(reelwright_rate_limits_alone_total{NS}[1h]))", "began to count alone"),
                    ],
                ),
                Panel(
                    "Recordings taken in",
                    "Bytes per second.",
                    [Query("sum(rate(reelwright_upload_bytes_total{NS}[$__rate_interval]))", "uploads")],
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
                        Query("sum(rate(reelwright_event_resyncs_total{NS}[$__rate_interval])) * 60", "begun anew"),
                        Query("sum(rate(reelwright_event_listeners_let_go_total{NS}[$__rate_interval])) * 60", "ended"),
                    ],
                ),
            ),
        ),
        Row(
            "Webhooks",
            (
                Panel(
                    "Attempts by outcome",
                    "Per minute: taken, or why they did not count. What one address does not take is its owner's; all of them failing is ours.",
                    [
                        Query(
                            "sum by (outcome) (rate(reelwright_webhook_attempts_total{NS}[$__rate_interval])) * 60",
                            "{{outcome}}",
                        )
                    ],
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
                    [Query("sum(increase(reelwright_webhook_deliveries_given_up_total{NS}[1h]))", "given up")],
                ),
            ),
        ),
    ),
)
