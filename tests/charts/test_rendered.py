"""What the examples render to is committed, so that a review sees what a change of the chart does."""

from pathlib import Path

import pytest
from charts.charts import EXAMPLES
from charts.rendered import path_of, rendered


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*-values.yaml")), ids=lambda path: path.stem)
def test_the_rendered_examples_are_current(example: Path) -> None:
    assert path_of(example).read_text(encoding="utf-8") == rendered(example), "run `make charts` and look at the diff"
