"""Writes what follows from the code into docs/: asyncapi.yaml, errors.md, metrics.md, openapi.json, settings.md,
states.md.

With --check, only compares.
"""

import json
import sys
from itertools import groupby
from pathlib import Path

from tools.asyncapi_document import page as asyncapi_page
from tools.aws.templates import iam_page
from tools.metrics_page import page as metrics_page
from tools.settings_page import page as settings_page

from reelwright_chassis.reasons import Reason, registry
from reelwright_director.states_page import page as states_page
from reelwright_gateway.openapi import document as openapi_document

DOCS = Path(__file__).resolve().parent.parent / "docs"

_ERRORS_HEAD = """# Reason codes

Generated from `services/chassis/src/reelwright_chassis/reasons.yaml` by `make docs`. One list serves the command, the
events, the metrics and the API, where a problem's `type` is `urn:reelwright:problem:` and its code. *Who* can act: the
user, the operator, or nobody, because it passes by itself. *Charged* says that money may have been spent before it came
to this.
"""


def errors_page() -> str:
    """All reason codes by stage, in the registry's order within one."""
    reasons = sorted(registry().values(), key=lambda reason: reason.stage)
    parts = [_ERRORS_HEAD]
    for stage, group in groupby(reasons, key=lambda reason: reason.stage):
        parts.append(f"\n## {'Any stage' if stage == 'any' else stage.capitalize()}\n")
        parts.append("| code | message | remedy | who | retried | charged |\n|---|---|---|---|---|---|")
        parts += [_row(reason) for reason in group]
    return "\n".join(parts) + "\n"


def _row(reason: Reason) -> str:
    cells = (
        f"`{reason.code}`",
        reason.message,
        reason.remedy,
        reason.actor,
        "yes" if reason.retryable else "no",
        "maybe" if reason.charged else "no",
    )
    return "| " + " | ".join(cell.replace("|", "\\|").strip() for cell in cells) + " |"


def main() -> int:
    pages = {
        DOCS / "asyncapi.yaml": asyncapi_page(),
        DOCS / "errors.md": errors_page(),
        DOCS / "metrics.md": metrics_page(),
        DOCS / "iam.md": iam_page(),
        DOCS / "openapi.json": json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n",
        DOCS / "settings.md": settings_page(),
        DOCS / "states.md": states_page(),
    }
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(DOCS.parent)} does not follow from the code: run make docs", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
