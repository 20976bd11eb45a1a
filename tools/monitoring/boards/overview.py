"""Is all well, and if not: us or a provider, which stage, since when, and what it costs."""

from tools.monitoring.boards.spec import Board, Kind, Panel, Query, Row, each_hour, latest, within_an_hour

BOARD = Board(
    "overview",
    "Overview",
    "Whether users get their videos, what they wait for, and what it costs. Start here.",
    (
        Row(
            "Users",
            (
                Panel(
                    "Projects that succeed",
                    "Within half an hour, what users broke themselves left out. The objective is 95 %.",
                    [Query('1 - max(reelwright:error_ratio:rate30m{NS,slo="success"})')],
                    "percentunit",
                    Kind.STAT,
                    floor=0.95,
                    width=4,
                    height=5,
                ),
                Panel(
                    "Videos within 15 minutes",
                    "From the upload to the first video, users' own pauses left out. The objective is 95 %.",
                    [Query('1 - max(reelwright:error_ratio:rate30m{NS,slo="duration"})')],
                    "percentunit",
                    Kind.STAT,
                    floor=0.95,
                    width=4,
                    height=5,
                ),
                Panel(
                    "API answers without an error of ours",
                    "Answers that are no 5xx. The objective is 99.9 %.",
                    [Query('1 - max(reelwright:error_ratio:rate30m{NS,slo="api"})')],
                    "percentunit",
                    Kind.STAT,
                    floor=0.999,
                    width=4,
                    height=5,
                ),
                Panel(
                    "Videos in the last hour",
                    "All that were finished, degraded ones too.",
                    [within_an_hour("reelwright_videos_completed_total")],
                    kind=Kind.STAT,
                    width=4,
                    height=5,
                ),
                Panel(
                    "Dollars per hour",
                    "What providers charged within the last hour, by what was booked to projects.",
                    [Query("sum(reelwright:spend_usd:increase1h{NS})")],
                    "currencyUSD",
                    Kind.STAT,
                    width=4,
                    height=5,
                ),
                Panel(
                    "Ready gateways and directors",
                    "Processes that take requests. Zero of a kind is an outage.",
                    [latest("reelwright_service_ready", "service", where='service=~"gateway|director"')],
                    kind=Kind.STAT,
                    floor=1,
                    width=4,
                    height=5,
                ),
                Panel(
                    "Failures by fault",
                    "Us or a provider? Failed projects per hour, by where the cause lies.",
                    [each_hour("reelwright_projects_ended_total", "fault", where='state="failed"')],
                    stacked=True,
                    width=8,
                ),
                Panel(
                    "Providers",
                    "The part of their calls that bring something. A provider that is down explains much.",
                    [
                        Query(
                            "1 - max by (provider) (reelwright:provider_calls_failing:ratio_rate5m{NS})",
                            "{{provider}}",
                        )
                    ],
                    "percentunit",
                    width=8,
                ),
                Panel(
                    "What fires",
                    "Alerts, each with a runbook in its link. Empty is good.",
                    [
                        Query(
                            "sum by (alertname, severity, stage, provider, service) "
                            '(ALERTS{NS,alertname=~"Reelwright.*",alertstate="firing"})'
                        )
                    ],
                    kind=Kind.TABLE,
                    width=8,
                ),
            ),
        ),
        Row(
            "Waiting",
            (
                Panel(
                    "Queue by stage",
                    "Pieces of work that are wanted and that nobody has begun.",
                    [Query("sum by (stage) (reelwright:stage_queue{NS})", "{{stage}}")],
                    kind=Kind.BARS,
                    width=6,
                ),
                Panel(
                    "Time until it is done, by stage",
                    "At the pace of the last ten minutes. A stage that has work and gets none done is missing.",
                    [Query("max by (stage) (reelwright:stage_eta_seconds{NS})", "{{stage}}")],
                    "s",
                    Kind.BARS,
                    alarm=900,
                    width=6,
                ),
                Panel(
                    "Projects at work, by what they wait for",
                    "Not those that wait for their users.",
                    [
                        Query(
                            "sum by (on) (max by (namespace, stage, on) (reelwright_projects_waiting{NS}))",
                            "{{on}}",
                        )
                    ],
                    stacked=True,
                    width=6,
                ),
                Panel(
                    "Oldest waiting projects, and on what",
                    "`reelwright ops projects list` names them; `reelwright ops project show ID` says why.",
                    [Query("topk(8, max by (stage, on) (reelwright_project_oldest_wait_seconds{NS}))")],
                    "s",
                    Kind.TABLE,
                    width=6,
                ),
            ),
        ),
        Row(
            "Results and money",
            (
                Panel(
                    "Results",
                    "Videos per hour. Degraded ones have less in some scene than was planned.",
                    [
                        each_hour(
                            "reelwright_videos_completed_total",
                            "quality, simulated",
                            legend="{{quality}}, simulated: {{simulated}}",
                        )
                    ],
                    stacked=True,
                    width=8,
                ),
                Panel(
                    "Dollars per hour, by stage",
                    "What was booked to projects.",
                    [Query("sum by (stage) (reelwright:spend_usd:increase1h{NS})", "{{stage}}")],
                    "currencyUSD",
                    stacked=True,
                    width=8,
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
                    width=8,
                ),
            ),
        ),
    ),
)
