"""What tests of services need: embedded parts in a temporary folder, a director to lease from, a clock to turn."""

from reelwright_chassis.testing.clock import FakeClock
from reelwright_chassis.testing.director import FakeDirector
from reelwright_chassis.testing.job import FakeJob
from reelwright_chassis.testing.parts import EmbeddedParts, ask, embedded_parts, running

__all__ = ["EmbeddedParts", "FakeClock", "FakeDirector", "FakeJob", "ask", "embedded_parts", "running"]
