"""The metrics of one worker, found once."""

from functools import cache

from prometheus_client import Counter, Histogram

from reelwright_chassis import metrics


class Meters:
    def __init__(self, worker: str) -> None:
        self.running = metrics.JOBS_RUNNING.labels(worker=worker)
        self.jobs = cache(lambda outcome: _jobs(worker, outcome))
        self.seconds = cache(lambda outcome: _seconds(worker, outcome))


def _jobs(worker: str, outcome: str) -> Counter:
    return metrics.JOBS.labels(worker=worker, outcome=outcome)


def _seconds(worker: str, outcome: str) -> Histogram:
    return metrics.JOB_SECONDS.labels(worker=worker, outcome=outcome)
