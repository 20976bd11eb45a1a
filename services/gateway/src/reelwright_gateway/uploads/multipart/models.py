"""Uploads in parts as the API tells and takes them."""

from typing import Annotated

from pydantic import Field

from reelwright_gateway.schema import Body, Model, Moment

Sha256 = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the bytes, in lower-case hex.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]


class NewUpload(Body):
    """A recording that will come in parts."""

    size_bytes: int = Field(ge=1, description="Of the whole file.", examples=[48_000_000])


class CompletedUpload(Body):
    """What the parts must be together."""

    sha256: Sha256 | None = Field(
        None, description="Of the whole file: another one is refused. null: the size alone is checked."
    )


class UploadPart(Model):
    """A piece of the file, and where it goes."""

    number: int = Field(description="Its place, from 1.", examples=[1])
    size_bytes: int = Field(description="Exactly so many bytes.", examples=[8_388_608])
    arrived: bool = Field(description="Whether it is here already.", examples=[False])
    url: str = Field(
        description="PUT its bytes here, without an Authorization header: the address is signed.",
        examples=["https://api.example.com/upload-parts/eyJhbGciOi..."],
    )


class Upload(Model):
    """An upload in parts: send them in any order, side by side, and again where one failed."""

    id: str = Field(description="Names the upload.", examples=["01JD9ZQ1S7M4V0F5X8C2K3N6PC"])
    size_bytes: int = Field(description="Of the whole file.", examples=[48_000_000])
    part_size_bytes: int = Field(description="Of every part but the last.", examples=[8_388_608])
    parts: list[UploadPart] = Field(description="All of them.")
    expires_at: Moment = Field(
        description="Until when the addresses are good; GET has new ones.", examples=["2026-11-26T18:00:00Z"]
    )
