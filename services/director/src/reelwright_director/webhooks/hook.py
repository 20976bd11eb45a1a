"""One webhook: where it leads, what it hears of, and the secrets that sign what it is sent."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from reelwright_chassis.store.port import Value
from reelwright_director.codec import SCHEMA_VERSION
from reelwright_director.expect import number, typed
from reelwright_director.policy import DAY_S

KEPT_SECRET_S = DAY_S
"""How long the secret before a rotation signs, too."""
GONE = "gone"
"""Its address answered 410: it is disabled until its owner enables it."""
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secret:
    """`text` is "whsec_" and base64; the last one of a webhook has no end."""

    text: str
    until_s: float | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """`types` are those that it hears of, none: all."""

    webhook_id: str
    tenant_id: str
    user_id: str
    url: str
    secrets: tuple[Secret, ...]
    created_at_s: float
    updated_at_s: float
    types: tuple[str, ...] = ()
    description: str = ""
    all_users: bool = False
    enabled: bool = True
    disabled_reason: str = ""
    version: int = 1

    def hears(self, user_id: str, kind: str) -> bool:
        return self.enabled and (self.all_users or user_id == self.user_id) and (not self.types or kind in self.types)

    def signing(self, now_s: float) -> list[str]:
        """The secrets that sign now, the newest first."""
        return [secret.text for secret in reversed(self.secrets) if secret.until_s is None or secret.until_s > now_s]


def new_secret() -> Secret:
    return Secret("whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode())


def rotated(had: tuple[Secret, ...], now_s: float) -> tuple[Secret, ...]:
    """With a new secret; the newest of those there are signs on for a while, older ones no more."""
    return (Secret(had[-1].text, now_s + KEPT_SECRET_S), new_secret())


def hook_item(hook: Hook) -> dict[str, Value]:
    return {
        "tenant_id": hook.tenant_id,
        "webhook_id": hook.webhook_id,
        "schema_version": SCHEMA_VERSION,
        "version": hook.version,
        "user_id": hook.user_id,
        "url": hook.url,
        "secrets": [{"text": secret.text, "until": secret.until_s} for secret in hook.secrets],
        "types": list(hook.types),
        "description": hook.description,
        "all_users": hook.all_users,
        "enabled": hook.enabled,
        "disabled_reason": hook.disabled_reason,
        "created_at": hook.created_at_s,
        "updated_at": hook.updated_at_s,
    }


def item_hook(item: Mapping[str, Value]) -> Hook:
    return Hook(
        webhook_id=str(item["webhook_id"]),
        tenant_id=str(item["tenant_id"]),
        user_id=str(item["user_id"]),
        url=str(item["url"]),
        secrets=tuple(_secret(typed(dict, secret)) for secret in typed(list, item["secrets"])),
        created_at_s=number(item["created_at"]),
        updated_at_s=number(item["updated_at"]),
        types=tuple(str(kind) for kind in typed(list, item["types"])),
        description=str(item["description"]),
        all_users=typed(bool, item["all_users"]),
        enabled=typed(bool, item["enabled"]),
        disabled_reason=str(item["disabled_reason"]),
        version=typed(int, item["version"]),
    )


def _secret(item: Mapping[str, Value]) -> Secret:
    until = item["until"]
    return Secret(str(item["text"]), None if until is None else number(until))
