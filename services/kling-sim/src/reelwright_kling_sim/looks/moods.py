"""Words of colour, hour, weather and mood, and the palettes they ask for. Plain data, which `choose` reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mood:
    """Palettes, best first, and the words that ask for them. The first that the look allows is taken; none, where it
    allows none."""

    palettes: tuple[str, ...]
    words: frozenset[str]


def _mood(palettes: str, words: str) -> Mood:
    return Mood(tuple(palettes.split()), frozenset(words.split()))


MOODS: tuple[Mood, ...] = (
    _mood("dawn golden rose", "dawn morning sunrise daybreak fresh hope hopeful pastel newborn early spring"),
    _mood(
        "golden sunset sepia candle",
        "golden gold warm autumn afternoon honey yellow amber sunny sunlight harvest wheat desert",
    ),
    _mood("sunset golden ember", "sunset sundown orange evening passion summer vivid"),
    _mood("dusk night neon", "dusk twilight purple violet lavender nostalgic lilac indigo"),
    _mood(
        "night dusk aurora neon",
        "night midnight blue navy dark darkness moonlight moonlit nocturnal black starry",
    ),
    _mood("teal aurora forest", "teal turquoise tropical emerald aqua cyan jade lagoon underwater"),
    _mood(
        "storm teal night",
        "storm stormy rain rainy grey gray sad gloomy fog foggy serious cloudy thunder bleak sombre monochrome",
    ),
    _mood("sepia candle golden", "sepia vintage antique brown retro rustic historic aged parchment"),
    _mood("neon night dusk", "neon cyberpunk nightclub magenta party electric futuristic disco club vibrant"),
    _mood("rose sunset dusk", "rose pink romantic tender blush valentine peach"),
    _mood("forest teal", "green moss jungle mossy lush verdant leafy"),
    _mood("ice dawn storm night", "icy ice snow snowy winter cold white clean frozen frost frosty"),
    _mood(
        "ember sunset candle",
        "fire red ember volcano volcanic lava anger hot burning flame crimson scarlet blood",
    ),
    _mood("aurora teal neon", "aurora arctic polar"),
    _mood("candle ember sepia", "candle candlelight candlelit cosy cozy fireplace christmas firelight"),
)
