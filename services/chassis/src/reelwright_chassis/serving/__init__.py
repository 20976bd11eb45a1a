"""A service as a process of its own: settings, logs, probes, the parts it stands on, signals, exit status."""

from reelwright_chassis.serving.command import run_program
from reelwright_chassis.serving.needs import Need
from reelwright_chassis.serving.program import Built, Program

__all__ = ["Built", "Need", "Program", "run_program"]
