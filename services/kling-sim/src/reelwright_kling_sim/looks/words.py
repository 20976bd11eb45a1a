"""What the words of a talk look like: families of everyday words with the looks that suit them. Plain data, which
`choose` reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One way to show a family: a look, palettes that suit the subject (all allowed by the look), a variant."""

    look: str
    palettes: tuple[str, ...]
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Words about one thing. The seed chooses among `options`, so that scenes about one thing differ."""

    name: str
    options: tuple[Option, ...]
    words: frozenset[str]


def _option(text: str) -> Option:
    """`look:palette palette:variant`, the variant left out where it is the plain one."""
    look, palettes, *variant = text.split(":")
    return Option(look, tuple(palettes.split()), *variant)


def _words(text: str) -> frozenset[str]:
    """The words of `text`; `_` joins the two of a phrase."""
    return frozenset(word.replace("_", " ") for word in text.split())


def _family(name: str, options: tuple[str, ...], words: str) -> Family:
    return Family(name, tuple(_option(option) for option in options), _words(words))


# Words that are in every talk: they decide only where nothing more telling does.
WEAK = _words(
    "people person human man woman life work world day year time place story way home back start change new old work "
    "build make good power question answer problem light water house feel heart mind play game dream future think "
    "thought learn teach help listen step walk rest focus goal lead begin create number letter sound voice color "
    "colour design texture film photo photography abstract model stage scene read write lesson story grow hope love"
)

# How a shot is taken says nothing of what it shows.
SHOT_PHRASES = (
    "depth of field", "field of view", "film grain", "slow motion", "motion blur", "soft light", "natural light",
    "wide shot", "close up", "close-up", "color grade", "color grading", "colour grading", "drone shot", "drone view",
    "camera movement", "lens flare", "golden ratio", "rule of thirds", "film still", "high quality", "ultra realistic",
)  # fmt: skip

FAMILIES: tuple[Family, ...] = (
    _family(
        "people",
        ("ridges:sunset golden dawn rose:people",),
        "people person human humanity man men woman women girl boy child children kid baby toddler teenager teen "
        "family parent mother father mom mum mommy dad daddy son daughter brother sister sibling husband wife "
        "grandmother grandma grandfather grandpa grandparent uncle aunt cousin friend friendship neighbour "
        "neighbor couple partner together team teammate crowd community society generation belonging lonely "
        "loneliness alone parenting parenthood motherhood fatherhood childhood adult stranger citizen refugee "
        "immigrant relationship conversation listen kindness help trust volunteer charity",
    ),
    _family(
        "sport",
        ("ridges:golden dawn sunset:people", "ridges:dawn golden sunset", "city:sunset dusk"),
        "sport run ran runner jog jogger sprint marathon race athlete athletic coach gym workout exercise fitness "
        "muscle strength stamina endurance train trainer training football soccer basketball tennis baseball "
        "rugby cricket golf hockey volleyball boxing box wrestling judo karate yoga pilates stretch squat lift "
        "weightlifting bike bicycle cycle cyclist cycling ride skate skateboard ski snowboard champion "
        "championship medal olympic olympics tournament match league team goal score win winner victory compete "
        "competition opponent trophy stadium step walk walker warmup sweat pace finish_line personal_best "
        "world_cup",
    ),
    _family(
        "journey",
        ("ridges:dawn golden dusk sunset", "ridges:golden sunset:people"),
        "mountain hill peak summit climb climber climbing hike hiker hiking trail path road journey adventure "
        "explore explorer exploration expedition travel traveller traveler trip tour tourist tourism backpack "
        "camp camping wander wilderness valley canyon cliff horizon distance destination map compass achieve "
        "achievement success succeed ambition goal challenge obstacle overcome persevere perseverance persist "
        "persistence motivation motivate discipline habit progress milestone growth courage brave bravery hero "
        "leader leadership lead purpose mission vision resilience resilient determination effort struggle "
        "step_by_step life decision choice freedom hope begin beginning start opportunity potential confidence "
        "believe gratitude grateful",
    ),
    _family(
        "sea",
        ("ocean:sunset dusk golden teal", "ocean:teal golden"),
        "sea ocean water wave tide beach coast coastal shore island sail sailing sailor boat ship captain harbor "
        "harbour port voyage river lake stream pond waterfall fish fishing fisherman swim swimmer swimming dive "
        "diver diving surf surfer surfing whale dolphin shark seal coral reef turtle octopus shell sand holiday "
        "vacation cruise summer bay lagoon tropical tsunami flood drown swell calm peace peaceful relax "
        "relaxation rest breath breathe breathing meditate meditation mindful mindfulness serenity stillness "
        "balance wellbeing wellness patience flow let_go letting_go",
    ),
    _family(
        "nature",
        ("forest:forest golden teal", "forest:golden forest"),
        "forest tree wood woods woodland jungle rainforest nature natural leaf leaves root seed branch plant "
        "planting flower bloom blossom garden gardener gardening grass meadow field farm farmer farming crop "
        "harvest soil earth animal wildlife wild bird owl eagle deer wolf wolves fox bear rabbit squirrel lion "
        "tiger elephant monkey horse dog cat pet puppy kitten insect bee butterfly spider ant species extinct "
        "extinction biodiversity ecology ecosystem environment environmental climate climate_change "
        "global_warming sustainable sustainability recycle recycling pollution carbon organic spring park path "
        "mushroom moss fern bark evolution evolve outdoors oxygen conservation habitat herb green_energy",
    ),
    _family(
        "business",
        ("city:dusk night neon", "city:sunset dusk"),
        "business company corporation corporate market marketing brand customer client sale sell seller buy buyer "
        "retail shop store product launch startup entrepreneur founder ceo boss manager management employee "
        "employer employ employment job career colleague coworker office meeting interview hire hiring fire "
        "promotion promote resume salary wage productivity productive deadline project strategy negotiate "
        "negotiation deal contract industry industrial factory trade economy economic economics economist finance "
        "financial fund money cash dollar euro bank banking banker invest investor investing investment stock "
        "stock_market bond portfolio dividend interest inflation recession debt loan mortgage credit tax budget "
        "saving save spend spending wealth wealthy rich poor poverty income profit revenue price cost pay payment "
        "pension retire retirement insurance crypto bitcoin currency work worker workplace freelance freelancer "
        "commerce",
    ),
    _family(
        "town",
        ("city:dusk night neon", "city:night dusk"),
        "city town urban downtown suburb street avenue building skyscraper tower bridge architecture architect "
        "apartment construction traffic car bus train_station subway metro taxi commute commuter airport flight "
        "plane skyline metropolis village capital nightlife nightclub bar club news newspaper journalist "
        "journalism media politics political politician policy government president minister election vote voter "
        "democracy law lawyer court judge justice police crime criminal prison protest london paris tokyo york "
        "berlin chicago new_york los_angeles hong_kong fashion_week hotel mall neighbourhood neighborhood "
        "infrastructure rent housing",
    ),
    _family(
        "technology",
        ("wave:neon night teal", "wave:night neon", "city:neon night"),
        "technology technological tech digital data database dataset ai artificial_intelligence intelligence "
        "machine_learning deep_learning neural algorithm model robot robotic robotics automation automate "
        "computer computing laptop keyboard screen software hardware code coder coding program programmer "
        "programming developer engineer engineering app application internet web website online network cyber "
        "hacker hacking password security privacy encryption cloud server chip processor semiconductor quantum "
        "blockchain phone smartphone mobile device gadget machine virtual metaverse video_game gaming gamer "
        "console social_media tweet podcast youtube instagram streaming innovation innovate "
        "innovative innovator invention invent inventor future futuristic electric electricity battery solar "
        "drone sensor satellite signal radio wireless statistics statistic analytics chart graph metric number "
        "mathematics math maths mathematician equation formula geometry logic bug",
    ),
    _family(
        "science",
        ("wave:teal night aurora", "cosmos:teal night", "ink:teal neon"),
        "science scientific scientist research researcher experiment laboratory lab theory hypothesis evidence "
        "biology biologist chemistry chemist chemical physics physicist molecule atom atomic particle electron "
        "cell gene genetic genetics genome dna protein bacteria microbe virus vaccine microscope medicine medical "
        "medication drug doctor physician surgeon surgery nurse hospital clinic patient disease illness sick "
        "cancer diabetes heart_attack blood immune pandemic symptom diagnosis treatment therapy heal healing cure "
        "health healthy body bone lung organ skin hormone vitamin longevity aging ageing pain injury recovery "
        "energy magnet laser nuclear",
    ),
    _family(
        "music",
        ("wave:neon ember night", "silk:dusk ember night"),
        "music musical musician song sing singer singing melody rhythm beat harmony concert band orchestra "
        "symphony piano guitar violin drum drummer jazz rock_music hip_hop opera choir album sound audio noise "
        "dance dancer dancing ballet dj festival party stage audience performance perform performer "
        "vinyl voice",
    ),
    _family(
        "space",
        ("cosmos:night neon dusk aurora", "cosmos:ember night teal"),
        "space outer_space planet planetary star galaxy galaxies universe cosmos cosmic solar_system rocket "
        "spaceship spacecraft astronaut moon lunar mars jupiter saturn venus orbit gravity telescope astronomy "
        "astronomer comet asteroid meteor black_hole wormhole supernova nebula alien extraterrestrial big_bang "
        "light_year nasa infinite infinity eternity existence dimension time_travel einstein mystery_of_life "
        "world stargazing constellation",
    ),
    _family(
        "wonder",
        ("aurora:aurora night teal", "aurora:night neon dusk"),
        "aurora northern_lights winter snow snowflake ice iceberg glacier arctic antarctica polar frozen freeze "
        "frost cold norway iceland sweden finland alaska night_sky sky magic magical magician wonder wonderful "
        "miracle fantasy fairy fairytale legend myth mythology spirit spiritual soul prayer pray heaven angel "
        "bless blessing silence silent quiet sleep sleeping asleep insomnia dream dreamer dreaming bedtime "
        "lullaby moonlight awe imagine imagination wish",
    ),
    _family(
        "table",
        ("hearth:candle ember:bulbs", "hearth:candle sepia:bulbs", "hearth:candle ember"),
        "food eat eater eating ate meal breakfast lunch dinner supper snack cook cooking chef kitchen recipe "
        "ingredient bake baker bakery baking bread pasta pizza spaghetti noodle rice soup salad sandwich burger "
        "cheese meat chicken beef steak egg butter sugar salt pepper spice sauce chocolate cake cookie "
        "dessert candy ice_cream fruit apple banana berry vegetable tomato potato onion garlic "
        "coffee espresso tea cup cafe wine beer whisky cocktail drink restaurant waiter menu taste tasty "
        "delicious flavor flavour hungry hunger diet nutrition calorie vegan vegetarian barbecue grill home house "
        "cosy cozy couch sofa fireplace living_room room furniture comfort comfortable hospitality guest host "
        "dine feast picnic sourdough olive",
    ),
    _family(
        "remembrance",
        ("hearth:candle sepia", "hearth:candle ember night"),
        "memory memories remember remembrance remind nostalgia nostalgic grief grieve mourn mourning funeral "
        "death die dying dead died loss candle church temple mosque faith religion religious god bible holy "
        "sacred saint christmas easter hanukkah diwali thanksgiving advent tradition traditional ancestor "
        "heritage old grave farewell goodbye forgive forgiveness book novel reader reading library page chapter "
        "author poem poet poetry letter diary storyteller storytelling story wisdom wise philosopher philosophy "
        "stoic stoicism school teacher teach teaching student study learn learner learning lesson education "
        "university college professor exam classroom knowledge birthday anniversary",
    ),
    _family(
        "history",
        ("hearth:sepia candle", "ink:sepia dusk", "ridges:golden storm"),
        "history historic historical historian ancient antiquity century medieval middle_ages king queen prince "
        "princess emperor empire kingdom throne crown castle knight viking pharaoh pyramid egypt rome roman "
        "greece greek byzantine renaissance revolution colonial war warrior soldier army battle weapon sword "
        "general conquer conquest treaty archaeology archaeologist ruin artifact museum dynasty civilization "
        "civilisation slavery monument past origin tribe dinosaur fossil world_war cold_war industrial_revolution",
    ),
    _family(
        "love",
        ("silk:rose ember dusk", "silk:ember rose"),
        "love lover beloved romance romantic valentine kiss hug date dating marriage marry married wedding bride "
        "groom engagement heart heartbreak breakup divorce passion passionate desire emotion emotional feeling "
        "feel joy joyful happy happiness smile laugh laughter delight pleasure beauty beautiful elegant elegance "
        "graceful grace tender affection intimacy intimate compassion empathy care caring gentle "
        "fashion style dress clothes clothing designer luxury jewel jewelry diamond perfume makeup cosmetics "
        "silk velvet fabric texture self_care self_love attraction charm",
    ),
    _family(
        "mind",
        ("ink:neon dusk teal", "ink:teal dusk", "silk:night dusk"),
        "mind mental mental_health psychology psychologist psychological therapist brain neuroscience neuron "
        "consciousness conscious subconscious thought think thinker thinking idea concept mystery mysterious "
        "secret hidden riddle puzzle enigma ghost haunted horror fear afraid scared scary anxiety anxious worry "
        "worried stress stressed burnout overwhelm overwhelmed panic depression depressed trauma sad sadness cry "
        "tears anger angry rage jealous jealousy envy shame guilt regret doubt confusion confused chaos chaotic "
        "complex complexity paradox illusion perception attention focus concentrate concentration distraction "
        "procrastinate procrastination memory_loss addiction addict alcohol smoke smoking poison toxic lie lying "
        "truth identity ego self shadow transformation transform change changing uncertainty unknown curiosity "
        "curious intuition question ethics moral",
    ),
    _family(
        "art",
        ("ink:neon sepia teal", "silk:rose teal dusk"),
        "art artist artistic paint painter painting draw drawing sketch sculpture sculptor canvas gallery "
        "creative creativity create creation creator design colour color craft handmade pottery ceramic "
        "photography photographer photo film filmmaker movie cinema director actor actress theatre theater comedy "
        "drama write writer writing inspiration inspire inspiring muse expression abstract aesthetic tattoo "
        "calligraphy animation cartoon comic",
    ),
    _family(
        "weather",
        ("ocean:storm teal", "ridges:storm teal", "forest:storm teal"),
        "weather rain rainy storm stormy thunder lightning wind windy hurricane tornado fog foggy mist misty "
        "cloudy umbrella forecast drought monsoon autumn",
    ),
)

# Looks that suit any words, for prompts that say nothing the table knows.
NEUTRAL: tuple[Option, ...] = (
    _option("silk:rose teal dusk night"),
    _option("ridges:sunset golden dawn dusk"),
    _option("ocean:sunset golden dusk teal"),
    _option("aurora:aurora night teal"),
    _option("ink:neon teal dusk"),
)
