"""`ETag` and `If-Match`: a project's version, which every edit may insist on."""

from typing import Annotated

from fastapi import Depends, Header

from reelwright_gateway.problems import Problem

_ANY = 0


def etag(version: int) -> str:
    """As the `ETag` header has it."""
    return f'"{version}"'


async def _if_match(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The ETag that was read: the edit is refused with 412 if the project has changed since.",
            examples=['"12"'],
            json_schema_extra={"pattern": r'^("[1-9][0-9]{0,18}"|\*)$'},
        ),
    ] = None,
) -> int:
    """The version that must be; 0 for any. Raises `Problem`: version_conflict for what no version can be."""
    if if_match is None or if_match.strip() == "*":
        return _ANY
    tag = if_match.strip()
    number = tag[1:-1] if len(tag) > 2 and tag[0] == tag[-1] == '"' else ""
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**63):
        raise Problem("version_conflict", "If-Match is none of this project's ETags.")
    return int(number)


IfMatch = Annotated[int, Depends(_if_match)]
