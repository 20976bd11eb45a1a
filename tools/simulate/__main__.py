"""`make simulate`: writes docs/scaling.md, its plots and docs/scaling.json. Takes a few minutes."""

import json
from dataclasses import asdict
from pathlib import Path

from tools.simulate.page import page, picture
from tools.simulate.scenarios import Choice, choices, run, scenarios
from tools.simulate.values import shipped, shipped_slots
from tools.simulate.workload import measured_times, measured_video

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main() -> None:
    times, video = measured_times(), measured_video()
    runs = [(scenario, *run(scenario, times, video)) for scenario in scenarios()]
    for scenario, trace, _ in runs:
        (DOCS / "images" / f"scaling-{scenario.name}.svg").write_text(picture(scenario, trace), encoding="utf-8")
    tried = choices()
    text = page(runs, tried, times, video, shipped(shipped_slots()))
    (DOCS / "scaling.md").write_text(text, encoding="utf-8")
    results = {scenario.name: asdict(came) for scenario, _, came in runs}
    numbers = results_of(results, tried)
    (DOCS / "scaling.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


def results_of(scenarios_: dict[str, dict[str, object]], tried: list[Choice]) -> dict[str, object]:
    """What a test compares: the outcomes, and the numbers that they chose."""
    return {"scenarios": scenarios_, "chosen": {choice.number: choice.chosen for choice in tried}}


if __name__ == "__main__":
    main()
