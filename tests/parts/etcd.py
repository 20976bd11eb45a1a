"""etcd, which holds what an API server knows."""

from pathlib import Path

from parts import golang

NAME = "etcd-3.7.3"
_LOCK = Path(__file__).parent / "go" / "etcd"


def missing() -> str | None:
    return golang.why_not(NAME)


def install() -> None:
    program()


def program() -> Path:
    return golang.locked(NAME, _LOCK, ["go.etcd.io/etcd/server/v3"]) / "server"
