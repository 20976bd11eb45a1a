"""Generates the Python member of the contracts (messages, gRPC stubs and their types) from protos/**/*.proto.

Usage: python tools/generate_protos.py [OUT]; OUT defaults to protos/python/src.
"""

import sys
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent / "protos"


def main() -> int:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "python" / "src"
    sources = [str(p.relative_to(ROOT)) for p in sorted((ROOT / "reelwright").rglob("*.proto"))]
    services = [name for name in sources if "/rpc/" in name]
    includes = [f"-I{ROOT}", f"-I{files('grpc_tools') / '_proto'}"]
    messages = ["protoc", *includes, f"--python_out={out}", f"--mypy_out={out}", *sources]
    stubs = ["protoc", *includes, f"--grpc_python_out={out}", f"--mypy_grpc_out={out}", *services]
    return int(protoc.main(messages) or protoc.main(stubs))


if __name__ == "__main__":
    raise SystemExit(main())
