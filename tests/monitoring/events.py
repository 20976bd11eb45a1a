"""Queries that only something out of the ordinary fills, by dashboard, panel and metric, each with what that is.

An empty panel is right where nothing of the kind happened. What the test beside this makes happen is not among them.
"""

EVENTS = {
    ("overview", "What fires", "ALERTS"): "an alert",
    ("workers", "Retries in place", "reelwright_job_retries_total"): "an attempt that failed and was repeated at once",
    (
        "workers",
        "Writes of the tables that were made again or refused",
        "reelwright_store_retries_total",
    ): "throttling, or an error of the tables",
    (
        "workers",
        "Messages that others sent or nobody got",
        "reelwright_progress_lost_total",
    ): "a broker that was away while somebody worked",
    ("gateway", "Errors by route", "reelwright_http_request_duration_seconds_count"): "an error of ours",
    ("gateway", "Refused by a limit", "reelwright_rate_limited_total"): "a caller beyond its limit",
}
