"""Every metric that the Python services export, by name: `reelwright_<noun>_<unit>[_total]`."""

from prometheus_client import Counter, Gauge, Histogram

_JOB_BUCKETS_S = (0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 2400)
_CALL_BUCKETS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_PROVIDER_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45, 90, 180)
_WAIT_BUCKETS_S = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200)
"""With 15 minutes among them, which users are promised."""
_RENDER_BUCKETS = (0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 12, 20, 40)

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
REBALANCES = Counter("reelwright_consumer_rebalances", "Times that a member was given its partitions.", ["group"])
PARTITIONS = Gauge("reelwright_consumer_partitions", "Partitions that a member has now.", ["group"])
RECORD_AGE_SECONDS = Histogram(
    "reelwright_record_age_seconds",
    "How old a record was when a member began with it.",
    ["group"],
    buckets=_WAIT_BUCKETS_S,
)
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
KLING_TASK_SECONDS = Histogram(
    "reelwright_kling_task_duration_seconds",
    "How long a task was waited for, from its beginning (or our restart) to its end.",
    ["family", "outcome"],
    buckets=_JOB_BUCKETS_S,
)
KLING_SLOTS = Gauge("reelwright_kling_slots", "Tasks that the account may run at once.", ["family"])
KLING_SLOTS_USED = Gauge("reelwright_kling_slots_used", "Tasks that hold a slot now, of all processes.", ["family"])
ASSETS_MADE = Counter(
    "reelwright_assets_made", "Assets by the rung that gave them; all but planned are fallbacks.", ["rung"]
)

# Calls to whom we pay.
PROVIDER_SECONDS = Histogram(
    "reelwright_provider_call_duration_seconds",
    "Exchanges with providers: ok, declined (this request), busy, refused (a person must act) or unreachable.",
    ["provider", "call", "outcome"],
    buckets=_PROVIDER_BUCKETS_S,
)

# The renderer.
RENDER_RATIO = Histogram(
    "reelwright_render_time_ratio",
    "Seconds of rendering per second of video, where nothing could be used again.",
    ["encoder"],
    buckets=_RENDER_BUCKETS,
)
RENDER_SEGMENTS = Counter("reelwright_render_segments", "Segments of videos: rendered, or used again.", ["how"])
ENCODER_FAILURES = Counter("reelwright_render_encoder_failures", "Renders that an encoder failed at.", ["encoder"])

# The director.
DECISIONS = Counter("reelwright_director_decisions", "Changes of projects, by what caused them.", ["input"])
CONFLICTS = Counter("reelwright_director_conflicts", "Decisions made again, because a project had changed meanwhile.")
PROJECTS_ENDED = Counter(
    "reelwright_projects_ended",
    "Projects that completed, failed, were canceled or deleted; of failures, whose fault it was (user, provider, us).",
    ["state", "fault"],
)
PROJECT_FAILURES = Counter("reelwright_project_failures", "Projects that failed, by reason code.", ["stage", "reason"])
PROJECT_SECONDS = Histogram(
    "reelwright_project_duration_seconds",
    "How long users waited for us, from the upload to the first video, or for another one; their own pauses left out.",
    ["video"],
    buckets=_WAIT_BUCKETS_S,
)
VIDEOS = Counter(
    "reelwright_videos_completed",
    "Videos, by whether each scene got what was planned for it, and whether a simulator made any of them.",
    ["quality", "simulated"],
)
REQUEST_WAIT_SECONDS = Histogram(
    "reelwright_request_wait_seconds",
    "From wanting a piece of work to its first lease.",
    ["stage"],
    buckets=_WAIT_BUCKETS_S,
)
REQUEST_SECONDS = Histogram(
    "reelwright_request_duration_seconds",
    "From wanting a piece of work to its result.",
    ["stage"],
    buckets=_WAIT_BUCKETS_S,
)
ATTEMPTS_ENDED = Counter("reelwright_attempts_ended", "Attempts at pieces of work, by how.", ["stage", "outcome"])
REQUESTS_GIVEN_UP = Counter("reelwright_requests_given_up", "Pieces of work that were tried too often.", ["stage"])
COST = Counter("reelwright_cost_usd", "What providers charged and was booked to projects, in US dollars.", ["stage"])
FALLBACKS = Counter("reelwright_asset_fallbacks", "Scenes that got less than was planned for them.", ["rung"])
WEBHOOK_ATTEMPTS = Counter(
    "reelwright_webhook_attempts", "POSTs to webhooks: taken, or why they did not count.", ["outcome"]
)
WEBHOOK_SECONDS = Histogram(
    "reelwright_webhook_attempt_duration_seconds", "How long webhooks take to answer.", buckets=_CALL_BUCKETS_S
)
WEBHOOKS_GIVEN_UP = Counter("reelwright_webhook_deliveries_given_up", "Deliveries that nobody took within a day.")
OUTBOX_SWEPT = Counter("reelwright_outbox_swept", "Messages that their writer had not published.")
DISPATCH_REQUESTS = Gauge(
    "reelwright_dispatch_requests",
    "Pictures in the window's book: asked for, or ready and waiting for a place.",
    ["family", "status"],
)

# What the director's census finds: one replica counts for all of them, the others show nothing.
CENSUS_AT = Gauge("reelwright_census_timestamp_seconds", "When the census was taken.")
PROJECTS_WAITING = Gauge(
    "reelwright_projects_waiting", "Projects that we work on, by stage and what they wait for.", ["stage", "on"]
)
PROJECT_OLDEST_WAIT = Gauge(
    "reelwright_project_oldest_wait_seconds", "How long the first of them has waited for that.", ["stage", "on"]
)
REQUESTS_OUTSTANDING = Gauge("reelwright_requests_outstanding", "Pieces of work that are wanted.", ["stage", "status"])
REQUEST_OLDEST_UNBEGUN = Gauge(
    "reelwright_request_oldest_unbegun_seconds", "How long the oldest asked request lies there unbegun.", ["stage"]
)
CONSUMER_LAG = Gauge("reelwright_consumer_lag_records", "Records that a group has not finished.", ["topic", "group"])

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
EVENT_DELAY_SECONDS = Histogram(
    "reelwright_event_delay_seconds",
    "From a project's change to its being told to the listeners of a replica.",
    buckets=_CALL_BUCKETS_S,
)
LISTENERS_LET_GO = Counter("reelwright_event_listeners_let_go", "Streams that were ended, since nobody read them.")
LISTENERS_RESYNCED = Counter("reelwright_event_resyncs", "Streams that were too slow, and began anew with a snapshot.")
