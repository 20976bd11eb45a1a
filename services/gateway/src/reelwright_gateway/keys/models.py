"""API keys as the API tells and takes them."""

from typing import Annotated, Literal

from pydantic import Field

from reelwright_gateway.schema import Body, Model, Moment

Scope = Annotated[
    Literal["projects:read", "projects:write", "act_as", "admin"],
    Field(
        description="projects:read, projects:write; act_as: in the name of other users of the tenant; admin: keys, and "
        "all of the tenant.",
        examples=["projects:read"],
    ),
]


class NewKey(Body):
    """A new key. It can do no more than whoever makes it."""

    user_id: str | None = Field(
        None,
        min_length=1,
        max_length=256,
        pattern=r"^[!-\"$-~]+$",
        description="The user or service account that it is for; left out: yourself.",
        examples=["batch"],
    )
    scopes: list[Scope] = Field(
        default=["projects:read", "projects:write"], min_length=1, max_length=4, description="What it may do."
    )
    label: str = Field("", max_length=100, description="What it is for, in your words.", examples=["nightly batch"])
    expires_at: Moment | None = Field(
        None, description="Until when it works; null: until it is revoked.", examples=["2027-11-26T00:00:00Z"]
    )


class Key(Model):
    """What is known of a key, the key itself apart."""

    id: str = Field(description="Names the key.", examples=["01JD9ZQ1S7M4V0F5X8C2K3N6PB"])
    user_id: str = Field(description="Whose it is.", examples=["batch"])
    scopes: list[str] = Field(description="What it may do.", examples=[["projects:read", "projects:write"]])
    label: str = Field(description="What it is for.", examples=["nightly batch"])
    created_at: Moment = Field(description="When it was made.", examples=["2026-11-26T16:58:00Z"])
    created_by: str = Field(description="Who made it.", examples=["7c9e6679"])
    expires_at: Moment | None = Field(description="Until when it works.", examples=["2027-11-26T00:00:00Z"])
    last_used_at: Moment | None = Field(
        description="When it was used last, exact to a minute.", examples=["2026-11-26T17:00:00Z"]
    )
    revoked_at: Moment | None = Field(description="When it was revoked.", examples=[None])
    revoked_by: str | None = Field(description="Who revoked it.", examples=[None])


class CreatedKey(Key):
    """A new key: the only time that it is shown."""

    key: str | None = Field(
        description="Send it as Authorization: Bearer ... It is never shown again; null when this answer repeats one "
        "that showed it.",
        examples=["rw_01JD9ZQ1S7M4V0F5X8C2K3N6PB_..."],
    )


class KeyPage(Model):
    """A page of keys, the newest first."""

    items: list[Key] = Field(description="The keys.")
    next_cursor: str | None = Field(
        description="For the next page, as ?cursor=; null: this was the last.", examples=["MDFKRDlaUTFTN00"]
    )
