"""The caption styles: how each looks, in em of its font size, and what each is good for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes in px are for a frame of 1080x1920 and scale with it. Colours are #RRGGBB."""

    name: str
    description: str
    size_px: int = 92
    fill: str = "#FFFFFF"
    accent: str = "#FFD60A"
    dark: str = "#0B0B10"
    """Outline, shadow, and the bar of `classic`."""
    outline_em: float = 0.085
    bolder_em: float = 0.011
    """Thickens the fill: fallback faces stop at Bold."""
    shadow: float = 0.60
    bar: float = 0.70
    leading_em: float = 1.20
    max_words: int = 5
    margin_em: float = 0.28
    """Beside a line, for its outline, shadow, box or bar, and for what motion adds."""
    peak: float = 0.12
    """How far a word springs, of its size."""


STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        Style("highlight", "White words, the spoken one in yellow. Right for everything."),
        Style("pop", "The spoken word springs up in green. For energetic talks.", accent="#35F07A"),
        Style(
            "box",
            "A violet box glides from word to word. The strongest branding.",
            accent="#7A3CFF",
            outline_em=0.075,
            leading_em=1.3,
            margin_em=0.34,
        ),
        Style("karaoke", "Words fill with pink as they are spoken. For songs and slow talks.", accent="#FF4D8D"),
        Style(
            "classic",
            "White on a dark bar, nothing moves. Sober.",
            size_px=72,
            outline_em=0,
            bolder_em=0,
            shadow=0,
            leading_em=1.38,
            max_words=6,
            margin_em=0.62,
        ),
        Style(
            "one-word",
            "One big word at a time. For fast talks with few words.",
            size_px=178,
            outline_em=0.075,
            max_words=1,
            margin_em=0.22,
            peak=0.16,
        ),
    )
}
DEFAULT_STYLE = "highlight"
NO_STYLE = "none"


def style_of(name: str) -> Style:
    """The style of that name. Raises KeyError for one that does not exist ("none" among them)."""
    return STYLES[name]


def describe() -> dict[str, str]:
    """Every name that a project's caption style may have, with what it is, in a line."""
    return {name: style.description for name, style in STYLES.items()} | {NO_STYLE: "No captions in the picture."}
