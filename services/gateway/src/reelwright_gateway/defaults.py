"""What a new project gets where its client says nothing, and what there is to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reelwright.events.v1.requests_pb2 import RenderSettings


@dataclass(frozen=True, slots=True)
class Defaults:
    """`render` is how videos are encoded here; unset, the renderer's own."""

    budget_usd: float = 2.0
    render: RenderSettings = field(default_factory=RenderSettings)


@dataclass(frozen=True, slots=True)
class Choices:
    """Names with what they are, in a line; empty where this gateway was not told them."""

    caption_styles: Mapping[str, str] = field(default_factory=dict)
    looks: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
