"""A provider for property tests: sells each asset once, remembers verdicts, and keeps the only true ledger."""

from dataclasses import dataclass, field

from google.protobuf.message import Message

from reelwright.events.v1 import requests_pb2 as requests
from reelwright_director.testing.messages import answer, failure


@dataclass
class Provider:
    """`bought` holds what each asset did cost. A verdict holds for ever, as a walked ladder does."""

    bought: dict[str, float] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def succeed(self, request: Message, attempt: int) -> Message:
        """What a worker tells when the work succeeds; an asset that was bought before costs nothing more."""
        if not isinstance(request, requests.AssetRequested):
            return answer(request, attempt=attempt)
        if request.asset_id in self.refused:
            return self.refuse(request, attempt)
        cost_usd = self.bought.setdefault(request.asset_id, request.cost_cap_usd)
        return answer(request, attempt=attempt, cost_usd=cost_usd)

    def refuse(self, request: Message, attempt: int) -> Message:
        """A verdict on the input. What was bought before the verdict was asked for is delivered instead."""
        if not isinstance(request, requests.AssetRequested):
            return failure(request, "plan_no_words", attempt=attempt)
        if request.asset_id in self.bought:
            return self.succeed(request, attempt)
        self.refused.add(request.asset_id)
        return failure(request, "prompt_refused", attempt=attempt)

    def stumble(self, request: Message, attempt: int, *, busy: bool) -> Message:
        """A mishap of one attempt: the provider is busy, or the worker made a mistake."""
        code = "kling_busy" if busy else "transient"
        return failure(request, code, attempt=attempt, retryable=True, retry_after_s=90.0 if busy else 1.0)
