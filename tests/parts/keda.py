"""KEDA's operator and its metrics adapter, which scale by the lag of Kafka groups."""

from pathlib import Path

from parts import golang

VERSION = "2.21.0"
NAME = f"keda-{VERSION}"
_MODULE = "github.com/kedacore/keda/v2"
_EVERYWHERE = 'fmt.Sprintf(":%v", metricsAPIServerPort)'


def missing() -> str | None:
    return golang.why_not(NAME)


def install() -> None:
    programs()


def programs() -> Path:
    """The folder that `operator` and `adapter` are in."""
    paths = ["cmd/operator", "cmd/adapter"]
    return golang.from_sources(NAME, _MODULE, f"v{VERSION}", paths, prepare=_keep_to_loopback, optimized=False)


def _keep_to_loopback(sources: Path, _folder: Path) -> None:
    """The adapter's port for its own metrics is open to everybody, and no flag changes that."""
    path = sources / "cmd" / "adapter" / "main.go"
    text = path.read_text(encoding="utf-8")
    if _EVERYWHERE not in text:
        raise RuntimeError(f"{path.name} of KEDA {VERSION} is not as it was: look at how its metrics are served")
    path.write_text(text.replace(_EVERYWHERE, _EVERYWHERE.replace('":%v"', '"127.0.0.1:%v"')), encoding="utf-8")
