"""The command's own tables, beside those of the services in the same home."""

from reelwright_chassis.store.port import Index, Table

JOBS = Table("jobs", partition="job", indexes=(Index("by-audio", "audio", "used_at", numeric=True),))
"""Which project belongs to which recording and options."""
MADE = Table("made", partition="sha256")
"""The hash of every file that we put somewhere: how we know it again, wherever it was moved."""
CONSENT = Table("consent", partition="providers")
"""Which providers the user agreed to pay."""

OWN = (JOBS, MADE, CONSENT)
