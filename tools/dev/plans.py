"""Which processes there are, and what each is told: no more than what it stands on."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from parts.ports import free_port
from tools.dev.fleet import Plan

_BUS, _TABLES, _BUCKET = ("REELWRIGHT_KAFKA_",), ("REELWRIGHT_DYNAMODB_", "AWS_"), ("REELWRIGHT_S3_",)
_STANDS_ON = {
    "director": _BUS + _TABLES + _BUCKET,
    "transcription": _BUS + _BUCKET,
    "planner": _BUS,
    "kling-gateway": _BUS + _TABLES + _BUCKET,
    "renderer": _BUS + _BUCKET,
    "preview": _BUCKET,
    "gateway": _BUS + _BUCKET,
}
_CHOSEN = {
    "transcription": {"REELWRIGHT_TRANSCRIPTION_ENGINE": "local"},
    "planner": {"REELWRIGHT_PLANNER_PROVIDER": "extractive"},
    "kling-gateway": {"REELWRIGHT_KLING_PROVIDER": "sim"},
}
_MODULES = {"preview": "reelwright_renderer.preview_server"}


class Plans:
    """`parts` is what the parts' addresses are told by; `port` is the API's."""

    def __init__(self, parts: Mapping[str, str], state: Path, port: int) -> None:
        self._parts = parts
        self._state = state
        self._port = port
        self._grpc = {name: f"127.0.0.1:{free_port()}" for name in ("director", "planner", "preview")}
        self._simulator_port = free_port()

    @property
    def director(self) -> str:
        return self._grpc["director"]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def all(self) -> list[Plan]:
        return [self._simulator(), *(self._service(name) for name in _STANDS_ON)]

    def _service(self, name: str) -> Plan:
        http = f"127.0.0.1:{free_port()}"
        env = {
            "REELWRIGHT_SERVICE_HTTP_ADDRESS": http,
            "REELWRIGHT_SERVICE_GRPC_ADDRESS": self._grpc.get(name, "127.0.0.1:0"),
            "REELWRIGHT_SERVICE_SCRATCH": str(self._state / "scratch"),
            "REELWRIGHT_LOG_STYLE": "pretty",
            "REELWRIGHT_DIRECTOR_ADDRESS": self.director,
            **{key: value for key, value in self._parts.items() if key.startswith(_STANDS_ON[name])},
            **_CHOSEN.get(name, {}),
            **self._own(name),
        }
        module = _MODULES.get(name, f"reelwright_{name.replace('-', '_')}")
        return Plan(name, ["-m", module], env, f"http://{http}/readyz")

    def _own(self, name: str) -> dict[str, str]:
        match name:
            case "director":
                return {"REELWRIGHT_PLANNER_ADDRESS": self._grpc["planner"]}
            case "kling-gateway":
                return {"REELWRIGHT_KLING_BASE_URL": f"http://127.0.0.1:{self._simulator_port}"}
            case "gateway":
                return {
                    "REELWRIGHT_GATEWAY_ADDRESS": f"127.0.0.1:{self._port}",
                    "REELWRIGHT_PREVIEW_ADDRESS": self._grpc["preview"],
                    "REELWRIGHT_GATEWAY_SECRET": kept_secret(self._state / "gateway-secret"),
                }
        return {}

    def _simulator(self) -> Plan:
        env = {
            "REELWRIGHT_SIM_PORT": str(self._simulator_port),
            "REELWRIGHT_SIM_STATE_DIR": str(self._state / "kling-sim"),
        }
        url = f"http://127.0.0.1:{self._simulator_port}/_sim/healthz"
        return Plan("kling-sim", ["-m", "reelwright_kling_sim"], env, url)


def kept_secret(path: Path) -> str:
    """The same at each start; readable by its owner alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii")
