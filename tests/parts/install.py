"""`python -m parts.install`: in CI fetches every real part that tests can start; elsewhere names what is missing.

`python -m parts.install cluster` looks after what a cluster takes beside them: it is compiled in a quarter of an hour.
"""

import importlib
import os
import sys
import time
from typing import cast

from parts.part import PartModule

PARTS: tuple[str, ...] = (
    "crds",
    "dynamodb",
    "helm",
    "helm_unittest",
    "kafka",
    "moto_s3",
    "node",
    "oasdiff",
    "prometheus",
    "s3",
    "strimzi",
    "valkey",
)
"""Modules of this package, each a real part."""


CLUSTER = ("etcd", "keda", "kubernetes", "kwok")


def main() -> None:
    for name in CLUSTER if sys.argv[1:] == ["cluster"] else PARTS:
        module = cast(PartModule, importlib.import_module(f"parts.{name}"))
        why = module.missing()
        if why is None:
            continue
        if os.environ.get("CI") != "true":
            sys.stdout.write(f"Not on this machine: {name}. Tests that need it are skipped: {why}\n")
            continue
        began_s = time.monotonic()
        module.install()
        sys.stdout.write(f"fetched {name} in {time.monotonic() - began_s:.0f} s\n")


if __name__ == "__main__":
    main()
