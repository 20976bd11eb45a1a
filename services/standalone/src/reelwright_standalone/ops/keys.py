"""`reelwright ops keys`: API keys for users and service accounts."""

import typer
from rich.console import Console

from reelwright.rpc.v1 import keys_pb2 as rpc
from reelwright_chassis.ids import new_id
from reelwright_chassis.rpc import call
from reelwright_standalone.ops import options, printing
from reelwright_standalone.ops.desk import open_desk
from reelwright_standalone.ops.telling import run


def create_key(console: Console, wish: rpc.CreateKeyRequest, *, as_json: bool) -> int:
    """The key alone goes to standard output, so that a script can catch it; the rest to `console`."""
    made = run(lambda: _create(wish))
    if as_json:
        printing.print_json(printing.as_dict(made))
        return 0
    record = made.record
    console.print(
        f"Key {record.key_id} for user {record.user_id} of tenant {record.tenant_id}, "
        f"with {printing.listed(record.scopes)}"
        f"{', until ' + printing.local(record.expires_at) if record.expires_at.seconds else ''}. "
        "It is shown this once and stored nowhere: keep it now.",
        markup=False,
        soft_wrap=True,
    )
    typer.echo(made.key)
    return 0


async def _create(wish: rpc.CreateKeyRequest) -> rpc.CreateKeyResponse:
    async with open_desk() as desk:
        wish.by, wish.idempotency_key = desk.by, new_id()
        return await call(desk.keys.CreateKey, wish)


def list_keys(console: Console, tenant: str, user: str, *, as_json: bool) -> int:
    keys = run(lambda: _list(tenant, user))
    if as_json:
        printing.print_json([printing.as_dict(key) for key in keys])
        return 0
    if not keys:
        console.print("No key fits. Make one: reelwright ops keys create --tenant T --user U")
        return 0
    rows = printing.table("key", "tenant", "user", "scopes", "label", "created", "last used", "state")
    for key in keys:
        used = f"{printing.ago(key.last_used_at)} ago" if key.last_used_at.seconds else "never"
        rows.add_row(
            key.key_id, printing.plain(key.tenant_id), printing.plain(key.user_id), printing.listed(key.scopes),
            printing.plain(key.label), printing.local(key.created_at), used, _state(key),
        )  # fmt: skip
    console.print(rows)
    return 0


async def _list(tenant: str, user: str) -> list[rpc.ApiKey]:
    async with open_desk() as desk:
        found: list[rpc.ApiKey] = []
        request = rpc.ListKeysRequest(tenant_id=tenant, user_id=user, limit=100)
        while True:
            page = await call(desk.keys.ListKeys, request)
            found += page.keys
            request.cursor = page.next_cursor
            if not page.next_cursor:
                return found


def _state(key: rpc.ApiKey) -> str:
    if key.revoked_at.seconds:
        return f"revoked {printing.ago(key.revoked_at)} ago by {printing.plain(key.revoked_by)}"
    if not key.expires_at.seconds:
        return "good"
    past = printing.seconds(key.expires_at) <= options.now_s()
    return "expired" if past else f"good until {printing.local(key.expires_at)}"


def revoke_keys(console: Console, key_ids: list[str]) -> int:
    for key in run(lambda: _revoke(key_ids)):
        console.print(f"Revoked {key.key_id} of {key.user_id}.", markup=False)
    console.print("[dim]A gateway may take a key for a few seconds more.[/]")
    return 0


async def _revoke(key_ids: list[str]) -> list[rpc.ApiKey]:
    async with open_desk() as desk:
        return [
            await call(desk.keys.RevokeKey, rpc.RevokeKeyRequest(key_id=_id(key_id), by=desk.by)) for key_id in key_ids
        ]


def _id(text: str) -> str:
    """Of a key's id, or of the key itself."""
    return text.removeprefix("rw_").partition("_")[0]
