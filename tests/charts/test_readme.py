"""Every value is documented, and takes its place in the README."""

from charts.charts import CHART
from tools.chart_readme import readme, undocumented, values


def test_every_value_is_documented() -> None:
    found = values((CHART / "values.yaml").read_text(encoding="utf-8"))
    assert len(found) > 150
    assert undocumented(found) == [], "put a comment `# -- ...` above it in values.yaml"


def test_a_value_without_a_comment_is_found() -> None:
    text = "# -- Said.\na: 1\n\nb: 2\n# -- Whole.\nc:\n  d: 3\n"
    assert undocumented(values(text)) == ["b", "c.d"]


def test_a_component_says_what_defaults_say() -> None:
    text = """
# -- All.
defaults:
  # -- CPU.
  resources:
    limits: {}
# -- Each.
components:
  # -- One.
  one:
    resources: {}
    new: 1
"""
    assert undocumented(values(text)) == ["components.one.new"]


def test_a_comment_goes_on_over_lines_and_ends_at_what_is_no_comment() -> None:
    (one, two) = values("# A head.\n\n# -- Begins\n# and ends.\na: {b: 1}\n# no documentation\nc: 2\n")
    assert (one.said, one.default) == ("Begins and ends.", "{b: 1}")
    assert two.said == ""


def test_the_page_has_a_row_for_every_value() -> None:
    page = readme(CHART)
    assert page == (CHART / "README.md").read_text(encoding="utf-8"), "make charts"
    for value in values((CHART / "values.yaml").read_text(encoding="utf-8")):
        if not value.is_map:
            assert f"| `{value.name}` |" in page
