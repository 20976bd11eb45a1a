"""What language models charge, as published; data, so that a new price is one line. Read again before a release."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """USD per million tokens."""

    input_usd: float
    output_usd: float


TOKEN_PRICES = {
    "gpt-5.5": TokenPrice(5.00, 30.00),
    "gpt-5.4": TokenPrice(2.50, 15.00),
    "gpt-5.4-mini": TokenPrice(0.75, 4.50),
    "gpt-5.4-nano": TokenPrice(0.20, 1.25),
    "gpt-5.2": TokenPrice(1.75, 14.00),
    "gpt-5.1": TokenPrice(1.25, 10.00),
    "gpt-4.1": TokenPrice(2.00, 8.00),
    "gpt-4.1-mini": TokenPrice(0.40, 1.60),
}
"""By the beginning of the model's name, the longest that fits (published prices, June 2026)."""

UNKNOWN_MODEL_PRICE = TokenPrice(5.00, 30.00)
"""A model that the table lacks is booked dear rather than free."""


def token_cost_usd(model: str, *, input_tokens: int, output_tokens: int) -> float:
    """What one answer cost. Dated snapshots ("gpt-5.4-mini-2026-03-17") cost what their family costs."""
    family = max((name for name in TOKEN_PRICES if model.startswith(name)), key=len, default="")
    price = TOKEN_PRICES.get(family, UNKNOWN_MODEL_PRICE)
    return (input_tokens * price.input_usd + output_tokens * price.output_usd) / 1e6
