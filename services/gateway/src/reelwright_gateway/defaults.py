"""What a new project gets where its client says nothing."""

from dataclasses import dataclass, field

from reelwright.events.v1.requests_pb2 import RenderSettings


@dataclass(frozen=True, slots=True)
class Defaults:
    """`render` is how videos are encoded here; unset, the renderer's own."""

    budget_usd: float = 2.0
    render: RenderSettings = field(default_factory=RenderSettings)
