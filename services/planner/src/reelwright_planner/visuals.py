"""What words look like: families of concrete words, each with settings to film and hours of the day that suit them.

A family's settings use its own words and no other family's, so that the simulator's choice of looks, which goes by
words too, agrees with what a reader of the prompt sees.
"""

from dataclasses import dataclass

from reelwright_planner.lexicon import word_set


@dataclass(frozen=True, slots=True)
class Family:
    """`words` are singular; `lights` are keys of LIGHTS, best first; `audience` completes "People curious about ...".

    `weather`: further keys of LIGHTS that its settings bear when the words name them.
    """

    name: str
    words: frozenset[str]
    settings: tuple[str, ...]
    lights: tuple[str, ...]
    theme: str
    audience: str
    weather: tuple[str, ...] = ()


_OUTDOORS = ("dawn", "golden", "sunset", "dusk", "night", "storm", "ice")

FAMILIES: tuple[Family, ...] = (
    Family(
        "sea",
        word_set(
            "sea ocean water wave beach sail sailor island river lake fish swim coast harbour harbor ship boat "
            "tide shore lighthouse captain port storm whale coral reef anchor gull fisherman bay current surf"
        ),
        (
            "waves rolling across an open ocean toward the horizon",
            "a small boat under one sail, far out on the sea",
            "sea water breaking over rocks below a cliff",
            "an empty beach with long waves drawing back",
        ),
        ("dusk", "night", "sunset", "golden"),
        "the sea",
        "the sea and those who live by it",
        _OUTDOORS,
    ),
    Family(
        "space",
        word_set(
            "space planet earth star galaxy universe cosmos rocket moon orbit astronaut alien gravity physics "
            "telescope comet sun mars asteroid satellite earthrise constellation lightyear astronomer nebula"
        ),
        (
            "a planet's curved edge in space with stars behind it",
            "a galaxy of stars turning slowly in deep space",
            "the moon in orbit over a dark planet",
        ),
        ("night", "aurora", "ember", "neon"),
        "space and discovery",
        "space and science",
    ),
    Family(
        "nature",
        word_set(
            "forest tree wood nature leaf plant animal bird deer garden earth environment flower root seed soil "
            "wolf bear fox bee butterfly grass moss jungle climate ecosystem wildlife mushroom fungus branch "
            "farmer harvest field"
        ),
        (
            "tall forest trees with light falling between the trunks",
            "moss and leaves on the floor of an old forest",
            "a path under the trees of a wood",
        ),
        ("golden", "dawn", "sunset"),
        "nature",
        "nature and the environment",
        _OUTDOORS,
    ),
    Family(
        "journey",
        word_set(
            "mountain hill peak climb journey travel adventure road goal summit hike valley path trail explorer "
            "map distance desert traveller marathon runner running race bicycle train step"
        ),
        (
            "a long road winding up toward a mountain",
            "ridge behind ridge of mountains with mist in the valley",
            "a trail that climbs to a far summit",
        ),
        ("dawn", "golden", "dusk", "sunset"),
        "setting out and going on",
        "travel, effort and reaching a goal",
        _OUTDOORS,
    ),
    Family(
        "technology",
        word_set(
            "technology data ai robot computer internet digital network science software phone machine "
            "algorithm chip engineer electricity laptop screen code laboratory experiment scientist energy "
            "battery app website sensor programmer telephone voicemail email server keyboard console"
        ),
        (
            "points of data glowing in a digital network",
            "a digital network of fine lines and lights",
            "lines of light through the inside of a computer",
        ),
        ("night", "neon", "teal"),
        "technology and science",
        "technology and what it changes",
    ),
    Family(
        "music",
        word_set("music song sound guitar piano violin melody rhythm concert singer choir drum orchestra band tune"),
        (
            "a song made visible, points of light moving to music",
            "music as a melody of light rippling through darkness",
        ),
        ("neon", "night", "teal"),
        "music and sound",
        "music",
    ),
    Family(
        "business",
        word_set(
            "city business money market company office street building economy finance startup career customer "
            "investor bank skyscraper boss employee product price brand shop store traffic client salary "
            "industry factory debt budget wealth tax trade"
        ),
        (
            "a city skyline with lit office windows",
            "tall buildings along a busy city street",
            "city lights mirrored in a river below office towers",
        ),
        ("dusk", "night", "neon"),
        "work, money and the city",
        "building a business and a career",
        ("dawn", "sunset", "storm"),
    ),
    Family(
        "society",
        word_set(
            "politics politician government president minister election vote voter campaign senator senate congress "
            "parliament democracy republic law lawyer court judge justice police protest nation country citizen "
            "republican democrat candidate governor policy capital avenue news journalist crime prison law state"
        ),
        (
            "a capital with lit avenues around its parliament",
            "a wide avenue through a capital, a parliament at its end",
            "government towers above the avenues of a capital",
        ),
        ("sunset", "dusk", "night"),
        "society and politics",
        "politics and how we govern ourselves",
        ("dawn", "storm"),
    ),
    Family(
        "home",
        word_set(
            "home food coffee tea cook kitchen recipe dinner breakfast house restaurant bread drink table cup "
            "sugar salt cake wine soup chef baker oven flour lunch chocolate cafe garlic cheese roast spoon"
        ),
        (
            "a steaming cup on a wooden kitchen table",
            "a table laid for dinner under strings of small lamps",
            "a kitchen at home with steam rising from a cup",
        ),
        ("candle", "ember", "golden"),
        "home and the table",
        "food, drink and good company",
        ("dawn", "night"),
    ),
    Family(
        "history",
        word_set(
            "history ancient king queen war past memory tradition church faith book story museum temple empire "
            "castle soldier century letter library grandmother grandfather monk ruin legend emperor archive "
            "castle knight pyramid"
        ),
        (
            "candles burning before an ancient wall",
            "an old book lying open among candles",
            "a row of candles in an ancient church",
        ),
        ("sepia", "candle"),
        "history and memory",
        "history and old stories",
        ("night", "dusk"),
    ),
    Family(
        "mind",
        word_set(
            "mind brain idea thought creativity psychology imagination habit memory attention mystery secret "
            "fear anxiety change creative consciousness decision belief mistake smoke learning failure "
            "curiosity language focus theory philosophy philosopher"
        ),
        (
            "ink unfolding slowly in clear liquid like an idea in the brain",
            "clouds of colour meeting and turning, like an idea in the mind",
            "dark smoke curling into changing forms",
        ),
        ("teal", "neon", "sepia"),
        "how the mind works",
        "thinking better and understanding the mind",
    ),
    Family(
        "love",
        word_set(
            "love heart emotion beauty fashion wedding skin desire art joy tenderness kiss marriage romance "
            "dress grief gratitude kindness happiness smile hug feeling dance dancer painting poem"
        ),
        (
            "folds of silk moving slowly like a feeling of love",
            "flowing silk in a gentle current of air, a picture of the heart",
        ),
        ("rose", "ember", "dusk"),
        "love and feeling",
        "love, beauty and feeling",
    ),
    Family(
        "people",
        word_set(
            "people person family friend child mother father man woman couple team crowd human community parent "
            "son daughter brother sister neighbour neighbor teacher student kid baby village school keeper "
            "doctor nurse friendship wife husband"
        ),
        (
            "people standing together on a hill, seen from behind",
            "a family walking along a ridge, small and far away",
            "two friends looking out from a hill",
        ),
        ("sunset", "golden", "dawn"),
        "people and what holds them together",
        "people and how we live together",
        _OUTDOORS,
    ),
    Family(
        "wonder",
        word_set(
            "sky dream sleep magic snow winter cold myth spirit prayer silence aurora ice angel night miracle "
            "wonder cloud wind"
        ),
        (
            "a northern aurora moving over a silent lake",
            "curtains of aurora over snow and pine silhouettes",
        ),
        ("aurora", "ice", "neon"),
        "wonder and dreams",
        "wonder, sleep and dreams",
        _OUTDOORS,
    ),
)

ABSTRACT = Family(
    "abstract",
    frozenset(),
    (
        "a single road leading toward a mountain far away",
        "waves rolling across an open ocean toward the horizon",
        "tall forest trees with light falling between the trunks",
        "ridge behind ridge of mountains with mist in the valley",
        "ink unfolding slowly in clear liquid",
        "a field of stars turning slowly in deep space",
    ),
    ("dawn", "golden", "dusk", "night"),
    "",
    "",
    _OUTDOORS,
)
"""For what names nothing that could be seen: a metaphor, the next one for each scene."""

EVERYDAY = word_set("people person human change idea step house home book story man woman work")
"""Said in every talk: they decide for a family only together."""

UNSEEN = word_set(
    "love emotion desire joy tenderness gratitude kindness happiness feeling beauty fashion romance grief mind "
    "thought creativity psychology imagination habit memory attention mystery secret fear anxiety change creative "
    "decision consciousness belief mistake learning failure curiosity language focus idea history ancient past "
    "tradition faith century legend journey adventure goal success step climb hike drink cook swim dream sleep "
    "magic cold myth spirit prayer silence miracle wonder business money economy finance career debt budget "
    "salary price climate energy physics gravity freedom cosmos universe astronomer technology science data "
    "network code human person people community friendship travel theory philosophy wealth tax trade politics "
    "election vote democracy law justice policy crime state country nation campaign government art race running "
    "sound bear"
)
"""Words of the families that name no thing to show: they choose the family, and stay out of the list of details."""

SIMPLY_SEEN = word_set(
    "lamp light window door bridge tower wall clock stone glass fire flame smoke rope engine wheel bell mirror "
    "lens rock cliff oil beam chair pen paper newspaper camera photograph shoe coat hat hand eye face finger "
    "shoulder bag box key knife ladder roof stair tunnel rain fog thunder cloud wind dust sand metal iron "
    "copper silver gold wooden candle crystal shadow prism"
)
"""Things to see that decide no family."""
