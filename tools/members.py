"""python tools/members.py SERVICE: the folders of a service and of the members of the workspace that it stands on.

Needs nothing but Python: images are built with it, before anything is installed.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def members_of(service: str) -> list[Path]:
    """Relative to the root; the service first."""
    found = [Path("services") / service]
    for member in found:
        found += [folder for folder in needs(member) if folder not in found]
    return found


def needs(member: Path) -> list[Path]:
    """The members that one names among its dependencies."""
    project = tomllib.loads((ROOT / member / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = (re.match(r"reelwright-([a-z-]+)", text) for text in project["dependencies"])
    return [Path("protos/python" if name[1] == "protos" else f"services/{name[1]}") for name in ours if name]


if __name__ == "__main__":
    print("\n".join(map(str, members_of(sys.argv[1]))))
