"""Whom we pay: do they answer, how fast, how much at once, and for how many dollars."""

from tools.monitoring.boards.spec import Board, Panel, Query, Row, each_minute, quantiles, upper, within_an_hour

_CALLS = "reelwright_provider_call_duration_seconds"

BOARD = Board(
    "providers",
    "Providers and cost",
    "Kling and OpenAI: latency, errors, slots; and dollars.",
    (
        Row(
            "Calls",
            (
                Panel(
                    "Calls by outcome",
                    "Per second. Declined: this request; refused: our key, rights or balance; unreachable: no answer.",
                    [
                        Query(
                            "sum by (provider, outcome) (reelwright:provider_calls:rate5m{NS})",
                            "{{provider}} {{outcome}}",
                        )
                    ],
                    "ops",
                    stacked=True,
                ),
                Panel(
                    "Part of the calls that bring nothing",
                    "Busy, refused and unreachable ones. Half of them unreachable wakes somebody.",
                    [Query("max by (provider) (reelwright:provider_calls_failing:ratio_rate5m{NS})", "{{provider}}")],
                    "percentunit",
                ),
                Panel(
                    "Time of a call",
                    "95th percentile, by what is called.",
                    [upper(_CALLS, "provider, call")],
                    "s",
                ),
            ),
        ),
        Row(
            "Pictures",
            (
                Panel(
                    "How long a task takes",
                    "From its beginning to its end, as we waited for it.",
                    quantiles("reelwright_kling_task_duration_seconds", "family", legend="{{family}}"),
                    "s",
                ),
                Panel(
                    "Slots in use",
                    "Of those that the account has. All taken: more pods make no picture sooner.",
                    [
                        Query("max by (family) (reelwright_kling_slots_used{NS})", "{{family}} used"),
                        Query("max by (family) (reelwright_kling_slots{NS})", "{{family}} slots"),
                    ],
                ),
                Panel(
                    "Pictures that wait for a place",
                    "Asked for and not done, and those that wait for a place.",
                    [
                        Query(
                            "max by (family, status) (reelwright_dispatch_requests{NS})",
                            "{{family}} {{status}}",
                        )
                    ],
                ),
                Panel(
                    "When what waits is begun",
                    "The pictures that wait for a place now, at the pace of the last quarter of an hour.",
                    [Query("max by (family) (reelwright:pictures_clearing_seconds{NS})", "{{family}}")],
                    "s",
                ),
                Panel(
                    "Paid calls by outcome",
                    "Orders at Kling per minute.",
                    [each_minute("reelwright_kling_posts_total", "product, outcome")],
                    stacked=True,
                ),
                Panel(
                    "Assets by rung",
                    "Within an hour. All but planned are fallbacks, each after a try that may have been charged.",
                    [within_an_hour("reelwright_assets_made_total", "rung")],
                    stacked=True,
                ),
            ),
        ),
        Row(
            "Dollars",
            (
                Panel(
                    "Dollars per hour, by stage",
                    "Booked to projects: pictures, and what OpenAI was asked.",
                    [Query("sum by (stage) (reelwright:spend_usd:increase1h{NS})", "{{stage}}")],
                    "currencyUSD",
                    stacked=True,
                ),
                Panel(
                    "Dollars per video",
                    "Over six hours, with all that failed in it.",
                    [
                        Query(
                            "sum(increase(reelwright_cost_usd_total{NS}[6h]))"
                            " / (sum(increase(reelwright_videos_completed_total{NS}[6h])) > 0)",
                            "per video",
                        )
                    ],
                    "currencyUSD",
                ),
                Panel(
                    "Charged by Kling",
                    "Dollars within an hour, by product.",
                    [within_an_hour("reelwright_kling_charged_usd_total", "product")],
                    "currencyUSD",
                    stacked=True,
                ),
            ),
        ),
    ),
)
