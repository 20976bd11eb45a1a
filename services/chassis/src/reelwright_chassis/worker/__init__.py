"""The worker shell: `Worker` answers requests, `FactConsumer` takes in facts."""

from reelwright_chassis.worker.facts import FactConsumer
from reelwright_chassis.worker.job import Job
from reelwright_chassis.worker.retry import RetryPolicy
from reelwright_chassis.worker.shell import Worker

__all__ = ["FactConsumer", "Job", "RetryPolicy", "Worker"]
