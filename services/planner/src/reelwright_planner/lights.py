"""The hours, weathers and moods of pictures, and the words that call for them."""

from collections.abc import Mapping
from types import MappingProxyType

from reelwright_planner.lexicon import word_set

LIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "dawn": "at dawn, first sunrise glow and thin mist",
        "golden": "in golden late afternoon sun",
        "sunset": "at sunset, everything low and orange",
        "dusk": "at dusk, violet twilight",
        "night": "at night, deep blue",
        "storm": "under a grey storm",
        "neon": "lit by magenta and cyan neon",
        "teal": "in turquoise and teal tones",
        "rose": "in pale rose tones",
        "ember": "in the red glow of embers",
        "sepia": "in faded sepia and brown",
        "candle": "by candle light, everything else in shadow",
        "ice": "in pale winter light",
        "aurora": "under a green northern aurora",
    }
)

LIGHT_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "dawn": frozenset(["dawn", "morning", "sunrise"]),
        "golden": frozenset(["golden", "gold", "autumn", "afternoon", "honey"]),
        "sunset": frozenset(["sunset", "evening"]),
        "dusk": frozenset(["dusk", "twilight"]),
        "night": frozenset(["night", "midnight", "moonlight", "dark", "darkness"]),
        "storm": frozenset(["storm", "rain", "thunder", "fog", "gale", "hurricane", "cloud", "cloudy"]),
        "ice": frozenset(["ice", "snow", "winter", "frost"]),
        "ember": frozenset(["fire", "volcano", "flame", "lava"]),
        "candle": frozenset(["candle", "fireplace"]),
        "neon": frozenset(["neon"]),
    }
)
"""Words that set the hour or the weather of a picture."""

MOODS: tuple[tuple[str, frozenset[str]], ...] = (
    (
        "tense",
        word_set(
            "danger dangerous storm war fear afraid risk panic wreck crash death die fight attack crisis drown lost "
            "alarm"
        ),
    ),
    (
        "melancholy",
        word_set("sad grief alone lonely loss lost tears cry goodbye farewell sorrow regret miss empty gone"),
    ),
    (
        "determined",
        word_set(
            "work effort train discipline climb goal win strong fight persist practice try again never quit build"
        ),
    ),
    ("playful", word_set("funny laugh play game joke silly fun child toy dance party")),
    (
        "uplifting",
        word_set("hope success grow better together help bright dream free future smile save saved joy happy"),
    ),
    ("awe-struck", word_set("universe infinite huge ancient galaxy wonder giant million billion mystery discover")),
    ("serene", word_set("calm quiet peace slow still sleep breathe rest silence gentle soft")),
)
"""Mood of a picture and the words that call for it; the first with the most hits holds."""

DEFAULT_MOOD = "thoughtful"
