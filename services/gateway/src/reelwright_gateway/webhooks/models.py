"""Webhooks and deliveries as the API tells and takes them."""

from typing import Annotated, Literal

from pydantic import Field

from reelwright_gateway.schema import Body, Model, Moment

EventType = Annotated[
    Literal[
        "project.created", "project.transcribed", "project.planned", "project.review_required", "project.completed",
        "project.failed", "project.canceled", "project.deleted", "asset.fallback", "budget.exceeded",
    ],
    Field(description="What happened.", examples=["project.completed"]),
]  # fmt: skip
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2_000,
        description="Where events are POSTed to: https, and an address on the public internet.",
        examples=["https://example.com/reelwright"],
    ),
]
Types = Annotated[
    list[EventType], Field(max_length=20, description="What it hears of; none: of everything.", examples=[[]])
]
Description = Annotated[
    str, Field(max_length=200, description="What it is for, in your words.", examples=["tells our shop"])
]


class NewWebhook(Body):
    """An address that is told what happens."""

    url: Url
    types: Types = Field(default_factory=list)
    description: Description = ""
    all_users: bool = Field(
        False, description="It hears of the projects of all users of your tenant; for administrators.", examples=[False]
    )


class WebhookPatch(Body):
    """What is left out stays as it is."""

    url: Url | None = None
    types: Types | None = None
    description: Description | None = None
    enabled: bool | None = Field(
        None, description="Whether it is told anything. What happens while it is not is never told.", examples=[True]
    )


class Webhook(Model):
    """An address that is told what happens."""

    id: str = Field(description="Names the webhook.", examples=["01JD9ZQ1S7M4V0F5X8C2K3N6PB"])
    user_id: str = Field(description="Whose it is.", examples=["7c9e6679"])
    url: str = Field(description="Where events are POSTed to.", examples=["https://example.com/reelwright"])
    types: list[str] = Field(description="What it hears of; none: of everything.", examples=[["project.completed"]])
    description: str = Field(description="What it is for.", examples=["tells our shop"])
    all_users: bool = Field(description="Whether it hears of the projects of all users.", examples=[False])
    enabled: bool = Field(description="Whether it is told anything.", examples=[True])
    disabled_reason: str | None = Field(
        description="gone: its address answered 410, so it was disabled. null otherwise.", examples=[None]
    )
    created_at: Moment = Field(description="When it was made.", examples=["2026-11-26T16:58:00Z"])
    updated_at: Moment = Field(description="When it was changed last.", examples=["2026-11-26T16:58:00Z"])


class CreatedWebhook(Webhook):
    """A new webhook: the only time that its secret is shown."""

    secret: str | None = Field(
        description="Verify signatures with it (Standard Webhooks). It is never shown again; null when this answer "
        "repeats one that showed it.",
        examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
    )


class RotatedSecret(Model):
    """A new secret: the only time that it is shown."""

    secret: str | None = Field(
        description="Signs from now on; null when this answer repeats one that showed it.",
        examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
    )
    previous_until: Moment | None = Field(
        description="Until when the secret before it signs, too: messages have both signatures.",
        examples=["2026-11-27T16:58:00Z"],
    )


class WebhookList(Model):
    """All webhooks within your reach, in the order of their making."""

    items: list[Webhook] = Field(description="The webhooks.")


class DeliveryAttempt(Model):
    """One POST."""

    at: Moment = Field(description="When.", examples=["2026-11-26T17:00:00Z"])
    status: int | None = Field(description="The answer's HTTP status; null: there was no answer.", examples=[503])
    error: str | None = Field(
        description="Why it did not count: refused (not 2xx), redirect (none is followed), timeout, unreachable, "
        "broken_off, address_not_public; null where it did.",
        examples=["refused"],
    )
    duration_s: float = Field(description="How long it took.", examples=[0.21])


class Delivery(Model):
    """An event on its way to a webhook."""

    id: str = Field(
        description="Sent as webhook-id: the same at each attempt.", examples=["01JD9ZQ1S7M4V0F5X8C2K3N6PB"]
    )
    type: str = Field(description="What happened.", examples=["project.completed"])
    project_id: str | None = Field(description="To which project; null for a test.", examples=["01JD9ZQ1S7M4V0F5X8"])
    status: Literal["pending", "delivered", "failed"] = Field(
        description="pending: to be sent, or sent again; delivered: it was taken; failed: given up."
    )
    attempts: list[DeliveryAttempt] = Field(description="What was tried, in order.")
    created_at: Moment = Field(description="When it happened.", examples=["2026-11-26T17:00:00Z"])
    next_attempt_at: Moment | None = Field(description="When it is tried next.", examples=["2026-11-26T17:05:00Z"])
    body: str = Field(description="What is sent, byte for byte.", examples=['{"type":"project.completed"}'])


class DeliveryPage(Model):
    """A page of deliveries, the newest first."""

    items: list[Delivery] = Field(description="The deliveries.")
    next_cursor: str | None = Field(
        description="For the next page, as ?cursor=; null: this was the last.", examples=["MDFKRDlaUTFTN00"]
    )
