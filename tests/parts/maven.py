"""Real parts that are Java: their jars come through Maven once, into the cache."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from parts.cache import cached, is_cached

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>reelwright.parts</groupId><artifactId>part</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>{dependencies}</dependencies>
</project>
"""
_DEPENDENCY = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"


def why_not(name: str) -> str | None:
    """Why a Java part cannot be started as the machine is, with the remedy; None when it can."""
    if shutil.which("java") is None:
        return f"{name} needs Java 17 or newer (Debian: apt-get install openjdk-17-jdk-headless maven)"
    if is_cached(name):
        return None
    if shutil.which("mvn") is None:
        return f"{name} is fetched with Maven (Debian: apt-get install maven), then: make parts"
    return f"{name} was not fetched yet: make parts"


def jars(name: str, dependencies: Sequence[str]) -> Path:
    """The folder with the jars of `group:artifact:version` each, and all they need. `name` holds the version."""

    return cached(name, lambda folder: jars_into(folder, dependencies))


def jars_into(folder: Path, dependencies: Sequence[str]) -> None:
    """The same without the cache, for what is needed once."""
    declared = "".join(_DEPENDENCY.format(*each.split(":")) for each in dependencies)
    (folder / "pom.xml").write_text(_POM.format(dependencies=declared), encoding="utf-8")
    goal = [f"{_PLUGIN}:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    run(["mvn", "-B", "-q", *goal], folder)


def class_path(folder: Path) -> str:
    """The jars of a folder in a fixed order: an archive of shared classes needs the same string again."""
    return ":".join(str(jar) for jar in sorted(folder.glob("*.jar")))


def run(command: Sequence[str], folder: Path) -> None:
    """Raises RuntimeError with what the tool said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
