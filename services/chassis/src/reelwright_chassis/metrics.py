"""Every metric that the Python services export, by name: `reelwright_<noun>_<unit>[_total]`."""

from prometheus_client import Counter, Gauge, Histogram

_JOB_BUCKETS_S = (0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 2400)
_CALL_BUCKETS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# The worker shell.
JOBS = Counter("reelwright_jobs", "Requests that a worker ended with, by what came of them.", ["worker", "outcome"])
JOB_SECONDS = Histogram(
    "reelwright_job_duration_seconds",
    "From the lease on a request to its fact, retries in place included.",
    ["worker", "outcome"],
    buckets=_JOB_BUCKETS_S,
)
JOBS_RUNNING = Gauge("reelwright_jobs_running", "Requests that are being worked on.", ["worker"])
JOB_RETRIES = Counter("reelwright_job_retries", "Retries in place, by reason code.", ["worker", "reason"])
PROGRESS_LOST = Counter("reelwright_progress_lost", "Progress messages that could not be sent.", ["worker"])

# Consumers.
LAST_POLL = Gauge("reelwright_consumer_last_poll_timestamp_seconds", "When a group's member last polled.", ["group"])
RECORDS = Counter("reelwright_records", "Records that a consumer ended with, by how.", ["group", "outcome"])
DEAD_LETTERS = Counter("reelwright_dead_letters", "Records put aside, by the topic they came from.", ["topic"])
OUTAGES = Gauge("reelwright_outage_calls", "Calls that wait for a part that is away.")

# The process.
READY = Gauge("reelwright_service_ready", "Whether this process is ready (1) or waits for something (0).")
LOOP_LAG = Gauge("reelwright_event_loop_lag_seconds", "How late the event loop came back to its heartbeat.")

# The kling-gateway.
KLING_POSTS = Counter(
    "reelwright_kling_posts", "Paid calls that were sent, by what came of them.", ["product", "outcome"]
)
KLING_CHARGED = Counter("reelwright_kling_charged_usd", "What the provider charged, in US dollars.", ["product"])
ASSETS_MADE = Counter(
    "reelwright_assets_made", "Assets by the rung that gave them; all but planned are fallbacks.", ["rung"]
)

# The director.
DECISIONS = Counter("reelwright_director_decisions", "Changes of projects, by what caused them.", ["input"])
CONFLICTS = Counter("reelwright_director_conflicts", "Decisions made again, because a project had changed meanwhile.")
PROJECTS_ENDED = Counter(
    "reelwright_projects_ended", "Projects that completed, failed, were canceled or deleted.", ["state", "reason"]
)
FALLBACKS = Counter("reelwright_asset_fallbacks", "Scenes that got less than was planned for them.", ["rung"])
OUTBOX_SWEPT = Counter("reelwright_outbox_swept", "Messages that their writer had not published.")

# The bus, the store and the blobs.
PUBLISHED = Counter("reelwright_bus_messages_published", "Messages that the bus has acknowledged.", ["topic"])
PUBLISH_SECONDS = Histogram(
    "reelwright_bus_publish_duration_seconds", "From a publish to its acknowledgement.", buckets=_CALL_BUCKETS_S
)
STORE_SECONDS = Histogram(
    "reelwright_store_call_duration_seconds",
    "Calls of the store, by operation.",
    ["operation"],
    buckets=_CALL_BUCKETS_S,
)
BLOBS_SECONDS = Histogram(
    "reelwright_blobs_call_duration_seconds",
    "Calls of the object storage, by operation.",
    ["operation"],
    buckets=_CALL_BUCKETS_S,
)
STORE_CONFLICTS = Counter("reelwright_store_conflicts", "Writes whose condition did not hold.", ["table"])
STORE_RETRIES = Counter("reelwright_store_retries", "Calls of the store that were made again, by why.", ["reason"])

# The gateway.
HTTP_SECONDS = Histogram(
    "reelwright_http_request_duration_seconds",
    "From a request's first byte to its answer's last, by route; streams of events apart.",
    ["method", "route", "status"],
    buckets=_CALL_BUCKETS_S,
)
UPLOADED = Counter("reelwright_upload_bytes", "Bytes of recordings that were taken in.")
RATE_LIMITED = Counter("reelwright_rate_limited", "Requests beyond a user's limit, by class of route.", ["route"])
RATE_LIMITS_ALONE = Counter(
    "reelwright_rate_limits_alone", "Times that Valkey was away, and a replica began to count for itself."
)
LISTENERS = Gauge("reelwright_event_listeners", "Open streams of events.")
LISTENERS_LET_GO = Counter("reelwright_event_listeners_let_go", "Streams that were ended, since nobody read them.")
LISTENERS_RESYNCED = Counter("reelwright_event_resyncs", "Streams that were too slow, and began anew with a snapshot.")
