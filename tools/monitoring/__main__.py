"""`python -m tools.monitoring`: writes what of the chart's rules and dashboards follows from code.

With --check, only compares.
"""

import sys
from pathlib import Path

from tools.monitoring.boards import BOARDS
from tools.monitoring.boards.build import to_json
from tools.monitoring.slo import rules

CHART = Path(__file__).resolve().parents[2] / "charts" / "reelwright"


def wanted() -> dict[Path, str]:
    """All files that this writes."""
    boards = {CHART / "dashboards" / f"{board.name}.json": to_json(board) for board in BOARDS}
    return {CHART / "rules" / "slo.yaml": rules(), **boards}


def main() -> int:
    files = wanted()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(
                f"{path.relative_to(CHART.parent.parent)} does not follow from the code: run make monitoring",
                file=sys.stderr,
            )
        return 1 if stale else 0
    for path in stale:
        path.write_text(files[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
