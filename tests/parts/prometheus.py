"""Prometheus with promtool, and the Alertmanager, out of Debian's packages."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import yaml
from parts import children, debian
from parts.ports import free_port

NAME = "prometheus-debian-1"
_PACKAGES = ("prometheus", "prometheus-alertmanager")
_TOOLS = ("prometheus", "promtool", "prometheus-alertmanager", "amtool")
_PATIENCE_S = 60.0


def missing() -> str | None:
    return debian.why_not(NAME, *_TOOLS)


def install() -> None:
    for each in _TOOLS:
        tool(each)


def start(folder: Path) -> "Prometheus":
    return Prometheus(folder)


def tool(name: str) -> Path:
    """prometheus, promtool, prometheus-alertmanager or amtool."""
    return debian.program(NAME, name, *_PACKAGES)


def promtool(*arguments: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Runs it; what it found is in its exit status and its output."""
    command = [str(tool("promtool")), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


class Prometheus:
    """One server that scrapes once a second what `watch` names, and evaluates `rules` as often."""

    def __init__(self, folder: Path, rules: Sequence[Path] = ()) -> None:
        self._port = free_port()
        self._targets = folder / "targets.json"
        self.watch()
        config = folder / "prometheus.yaml"
        config.write_text(yaml.safe_dump(_config(self._targets, rules)), encoding="utf-8")
        log = folder / "prometheus.log"
        self._process = children.start(self._command(folder, config), log=log, cwd=folder)
        self._client = httpx.Client(base_url=self.url, trust_env=False)
        await_ready(self._process, f"{self.url}/-/ready", log)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def address(self) -> dict[str, str]:
        """`targets`: a file of Prometheus' file_sd, read again within a second of its change."""
        return {"url": self.url, "targets": str(self._targets)}

    def watch(self, *targets: str, **labels: str) -> None:
        """Scrape `HOST:PORT` of these from now on, and nothing else."""
        self._scrape([{"targets": list(targets), "labels": labels}])

    def watch_services(self, targets: Mapping[str, str]) -> None:
        """Scrape these, `HOST:PORT` with the name of its service, from now on, and nothing else."""
        self._scrape([{"targets": [at], "labels": {"service": service}} for at, service in targets.items()])

    def _scrape(self, groups: Sequence[Mapping[str, Any]]) -> None:
        written = self._targets.with_suffix(".new")
        written.write_text(json.dumps(groups), encoding="utf-8")
        written.replace(self._targets)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The result of an instant query now. Raises AssertionError with what Prometheus says of a wrong one."""
        answer = self._client.get("/api/v1/query", params={"query": expression}).json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def exemplars(self, selector: str) -> list[dict[str, str]]:
        """The labels of every exemplar that it has of these series."""
        window = {"start": str(time.time() - 3600), "end": str(time.time() + 60)}
        answer = self._client.get("/api/v1/query_exemplars", params={"query": selector, **window}).json()
        assert answer["status"] == "success", f"{selector}: {answer.get('error')}"
        return [each["labels"] for series in answer["data"] for each in series["exemplars"]]

    def stop(self) -> None:
        self._client.close()
        children.end(self._process)

    def _command(self, folder: Path, config: Path) -> list[str | Path]:
        return [
            tool("prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
            "--enable-feature=exemplar-storage",
        ]


def _config(targets: Path, rules: Sequence[Path]) -> dict[str, Any]:
    found = {"files": [str(targets)], "refresh_interval": "1s"}
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(path) for path in rules],
        "scrape_configs": [{"job_name": "reelwright", "file_sd_configs": [found]}],
    }


def await_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Returns when it answers with success. Raises RuntimeError with its last words."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None or time.monotonic() > until:
            children.kill(process)
            raise RuntimeError(f"{log.stem} did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


class Alertmanager:
    """One server with this configuration, which it notifies nobody by unless that names somebody."""

    def __init__(self, folder: Path, config: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        log = folder / "alertmanager.log"
        program, where = _relocated_alertmanager(folder)
        command: list[str | Path] = [
            program,
            f"--config.file={config}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address={self.url.removeprefix('http://')}",
            "--cluster.listen-address=",  # alone
        ]
        self._process = children.start(command, log=log, cwd=where)
        await_ready(self._process, f"{self.url}/-/ready", log)

    def tell(self, *alerts: Mapping[str, str]) -> None:
        """That alerts of these labels fire."""
        body = [{"labels": dict(labels)} for labels in alerts]
        httpx.post(f"{self.url}/api/v2/alerts", json=body, trust_env=False).raise_for_status()

    def alerts(self) -> list[dict[str, Any]]:
        """All that fire, with `status`: `inhibitedBy` names those that explain one."""
        answer = httpx.get(f"{self.url}/api/v2/alerts", trust_env=False)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def stop(self) -> None:
        children.end(self._process)


_TEMPLATES = b"/usr/share/prometheus/alertmanager"


def _relocated_alertmanager(folder: Path) -> tuple[Path, Path]:
    """Program and working directory.

    Debian's reads its templates under /usr, where a package that was only unpacked has none: a copy of it reads them
    where it is started.
    """
    program = tool("prometheus-alertmanager")
    templates = program.parents[1] / "share" / "prometheus" / "alertmanager"
    if not templates.is_dir() or templates == Path(_TEMPLATES.decode()):
        return program, folder
    copy = folder / "alertmanager-here"
    here = b"./" * (len(_TEMPLATES) // 2)  # as long as what it takes the place of
    copy.write_bytes(program.read_bytes().replace(_TEMPLATES, here))
    copy.chmod(0o700)
    return copy, templates
