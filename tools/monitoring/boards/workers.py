"""Those who do the work, and what they stand on."""

from tools.monitoring.boards.spec import (
    Board,
    Panel,
    Query,
    Row,
    each_hour,
    each_minute,
    each_second,
    upper,
    within_an_hour,
)

BOARD = Board(
    "workers",
    "Workers",
    "Queues, concurrency, retries and dead letters of all services, and the parts they stand on.",
    (
        Row(
            "Queues",
            (
                Panel(
                    "Unfinished records, by group",
                    "What KEDA scales by. A group without members shows too: the director looks at its offsets.",
                    [Query("max by (topic, group) (reelwright_consumer_lag_records{NS})", "{{topic}} / {{group}}")],
                ),
                Panel(
                    "Age of records when begun",
                    "95th percentile: what lay in a topic before a member began with it.",
                    [upper("reelwright_record_age_seconds", "group")],
                    "s",
                ),
                Panel(
                    "Members and rebalances",
                    "Members with partitions; and how often groups were put together anew, per hour.",
                    [
                        Query("count by (group) (reelwright_consumer_partitions{NS} > 0)", "{{group}} members"),
                        each_hour("reelwright_consumer_rebalances_total", "group", legend="{{group}} rebalances"),
                    ],
                ),
            ),
        ),
        Row(
            "Work",
            (
                Panel(
                    "Running jobs",
                    "Requests that are being worked on.",
                    [Query("sum by (worker) (reelwright_jobs_running{NS})", "{{worker}}")],
                    stacked=True,
                ),
                Panel(
                    "Jobs by outcome",
                    "Per minute: done, failed (tried again), rejected (for good), dropped (no longer wanted), stopped.",
                    [each_minute("reelwright_jobs_total", "worker, outcome")],
                    stacked=True,
                ),
                Panel(
                    "Time of a job",
                    "95th percentile of those that were done, from the lease to the result.",
                    [upper("reelwright_job_duration_seconds", "worker", where='outcome="done"')],
                    "s",
                ),
                Panel(
                    "Attempts by outcome",
                    "Per minute, as the director counts them; lost ones ended without a word.",
                    [each_minute("reelwright_attempts_ended_total", "stage, outcome")],
                    stacked=True,
                ),
                Panel(
                    "Retries in place",
                    "Within an hour, by reason: tried again by the same worker under the same lease.",
                    [within_an_hour("reelwright_job_retries_total", "worker, reason")],
                    stacked=True,
                ),
                Panel(
                    "Dead letters and requests given up",
                    "Within an hour. Each is worth a look: `reelwright ops dlq list`.",
                    [
                        within_an_hour("reelwright_dead_letters_total", "topic"),
                        within_an_hour("reelwright_requests_given_up_total", "stage", legend="{{stage}} given up"),
                    ],
                ),
            ),
        ),
        Row(
            "Processes",
            (
                Panel(
                    "Ready processes",
                    "By service. Workers may be at zero.",
                    [Query("sum by (service) (reelwright_service_ready{NS})", "{{service}}")],
                ),
                Panel(
                    "Calls that wait for a part that is away",
                    "The broker, the tables, the bucket or the director. They go on by themselves.",
                    [Query("sum by (service) (reelwright_outage_calls{NS})", "{{service}}")],
                    stacked=True,
                ),
                Panel(
                    "Event loops that come late",
                    "The latest of each service. Too little CPU, or something blocks.",
                    [Query("max by (service) (reelwright_event_loop_lag_seconds{NS})", "{{service}}")],
                    "s",
                ),
            ),
        ),
        Row(
            "Parts",
            (
                Panel(
                    "Calls of the tables and the bucket",
                    "95th percentile, by operation.",
                    [
                        upper("reelwright_store_call_duration_seconds", "operation"),
                        upper("reelwright_blobs_call_duration_seconds", "operation"),
                    ],
                    "s",
                ),
                Panel(
                    "Writes of the tables that were made again or refused",
                    "Per minute: conditions that did not hold, which is usual; and what throttling repeated.",
                    [
                        each_minute("reelwright_store_conflicts_total", legend="condition"),
                        each_minute("reelwright_store_retries_total", "reason"),
                    ],
                ),
                Panel(
                    "Publishing",
                    "95th percentile until the broker has a message.",
                    [upper("reelwright_bus_publish_duration_seconds", "service")],
                    "s",
                ),
                Panel(
                    "Messages published, by topic",
                    "Per second.",
                    [each_second("reelwright_bus_messages_published_total", "topic")],
                    stacked=True,
                ),
                Panel(
                    "Records of facts and changes",
                    "Per minute, by how consumers ended with them.",
                    [each_minute("reelwright_records_total", "group, outcome")],
                ),
                Panel(
                    "Messages that others sent or nobody got",
                    "Per minute: of directors that could not publish what they wrote, and progress that was not told.",
                    [
                        each_minute("reelwright_outbox_swept_total", legend="swept"),
                        each_minute("reelwright_progress_lost_total", "worker", legend="progress of {{worker}}"),
                    ],
                ),
            ),
        ),
    ),
)
