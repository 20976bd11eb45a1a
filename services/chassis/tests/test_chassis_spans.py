import pytest

from reelwright_chassis.spans import span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (119.4, "119 s"),
        (120, "2 min"),
        (7_199, "119 min"),
        (7_200, "2 h"),
        (7_500, "2 h 5 min"),
        (172_799, "47 h 59 min"),
        (172_800, "2 d"),
        (180_000, "2 d 2 h"),
    ],
)
def test_spans_are_said_as_people_say_them(seconds: float, text: str) -> None:
    assert span(seconds) == text
