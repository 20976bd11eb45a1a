"""Plain data about words: too common ones, abbreviations, and those that lean on the line before."""


def word_set(words: str) -> frozenset[str]:
    """The words of a list separated by space."""
    return frozenset(words.split())


TITLES = word_set("mr mrs ms dr prof st sr jr rev hon gen col capt lt sgt gov sen rep hr fr mme mlle sra srta vs")
"""Never the end of a sentence."""

ABBREVIATIONS = word_set(
    "e.g i.e etc a.m p.m u.s u.k u.n no nos fig vol pp ca approx inc ltd co corp est dept jan feb mar apr jun jul "
    "aug sep sept oct nov dec z.b d.h u.a usw bzw ca p.ej ej pág av bd"
)
"""The end of a sentence only before a pause."""

LEANING = word_set(
    "and but so because or nor yet then also however therefore thus instead otherwise meanwhile besides still "
    "it its this that these those he she they him her them his their such which who whose there here "
    "aber und denn also sondern doch er sie es dies das pero y porque entonces eso esto él ella mais et car donc "
    "il elle ils elles cela ça ma e perché quindi"
)
"""A sentence that begins so leans on the one before it, and should not open a passage."""

LEANING_PRONOUNS = word_set("it its he she they him her them this these er sie es él ella ellos il elle ils elles")
"""Near a sentence's beginning they stand for something said before."""

SMALL_TALK = word_set(
    "talk video episode hello hi hey welcome thanks thank subscribe goodbye bye channel "
    "watching listening today's guys everyone"
)
"""Greetings and housekeeping; not worth a second of a short."""

MODIFIERS = word_set(
    "black white red blue green grey gray golden dark deep wild cold hot old new young big great little long short "
    "human natural social personal public artificial mental modern ancient first last tiny small healthy good bad"
)
"""Stopwords that make a name with the noun after them ("black hole")."""

FEELING = word_set(
    "love fear hope dream joy pain tears cry laugh happy sad angry afraid brave lonely proud heart soul death life "
    "alive never always only first last ever worst best secret truth lie wrong right dangerous impossible "
    "incredible amazing suddenly forever alone together free freedom lost found broken beautiful terrible wonderful"
)
"""Words that make listeners lean in."""

STOPWORDS_BY_LANGUAGE = {
    "en": word_set(
        """
thou thee thy thine thyself ye shalt hath doth dost art wilt couldst wouldst shouldst thereby upon shall
a about above across actually after again against ago all almost along already also although always am among an and
another any anybody anyone anything anyway are aren't around as ask asked asking at away back bad be became because
become becomes been before began begin behind being believe below beside best better between beyond big both bring
brought but by call called came can can't cannot certain come comes coming could couldn't course day days did didn't
different do does doesn't doing don't done down during each early either else end enough especially even ever every
everybody everyone everything exactly fact far feel feels felt few find first five for found four from full further
gave get gets getting give given gives go goes going gone gonna good got gotta great guess guy guys had half happen
happened happens hard has hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his
hold how however hundred i i'd i'll i'm i've if important in inside instead into is isn't it it'll it's its itself
just keep keeps kept kind kinds knew know known knows large last late later least leave left less let let's like
little long longer look looked looking looks lot lots made main make makes making many matter may maybe me mean
means meant might million mine minute minutes moment more most mostly much must my myself near nearly need
needed needs neither never new next nine no nobody none nor not nothing now of off often oh ok okay old on once one
ones only onto open or other others our ours ourselves out outside over own part parts people's perhaps piece place
places point possible pretty probably put quite rather ready real really reason right round run said same saw say
saying says second seconds see seem seemed seems seen sense set seven several shall she she'd she'll she's should
shouldn't show shown shows side simple simply since six slowly small so some somebody somehow someone something
sometimes somewhere soon sort sorts start started starts stay still stop stopped such sure take taken takes taking
talk talking tell telling ten than that that'll that's the their theirs them themselves then there there's these
they they'd they'll they're they've thing things think thinking third this those though thought thousand three
through time times to today together told tomorrow too took top toward towards tried true truly try trying turn
turned turns twice two type under understand until up upon us use used uses using usually very wait want wanted
wants was wasn't watch way ways we we'd we'll we're we've well went were weren't what what's whatever when whenever
where wherever whether which while who who's whole whom whose why will with within without won't word words work
worked works worse would wouldn't wrong yeah year years yes yesterday yet you you'd you'll you're you've young your
yours yourself eight forty fifty twenty thirty sixty seventy eighty ninety fifteen twelve eleven dozen billion mr
mrs ms dr um uh er ah hmm mm wow able bit add added allow asleep asks basically becoming beginning change changed
changes closer common completely continue covered cut decide decided easy eat entire exist fall falls fell fill
filled finally follow followed forget grow grows happening hear heard help helped helps high higher huge learn
learned lie lies live lived lives living lose lost low lower meet mention missing move moved moves moving notice
number numbers obviously pay perfect plain quick quickly quiet quietly read remain remember rest return save seeing
send sent single sit sleeping slow sounds speak special stand standing stands strong suddenly supposed tend thin
tiny total touch travels ugly useful various view visible waiting walk weigh wide wonder write wrote absolutely
alone bigger biggest build built burn burned burns carried carries carry clear close closed dark deep despite dry
dying easily empty equal exact fast faster feeling fine fixed flat free gently giving heavy immediately keeping
largest lasts lead led leaves likely literally louder loud nobody's older oldest otherwise pass passed passes
patient per placed poor pull push quarter rarely reach reached reaches recently rich rise rose running sat seldom
serious share sharp short shorter similar smaller smallest soft spend spent stood straight stronger strange
surprising surprisingly sweet tall taller taught terrible therefore thick tired warm weak wet wild worth written
absolute alive awake bright brighter broken brown cold complete cool correct dead deeper desperate everyday familiar
famous final former fresh general gentle giant grand happy hidden hot hungry impossible incredible latter local
lonely loose lovely lucky mad massive mere modern narrow natural nice normal obvious odd ordinary original past
plenty popular present previous private proper public pure rare raw regular safe secret separate silent slight smart
sorry specific steady stiff sudden super thanks thank thousands tough unable unique unlikely unusual upper usual
vast welcome whoever black white red blue green grey gray yellow orange purple pink golden
"""
    ),
    "de": word_set(
        """
aber alle allem allen aller alles als also am an ander andere anderen anders auch auf aus bei beim bin bis bist da
dabei dafür damit dann das dass dein deine dem den denn der des dessen dich die dies diese diesem diesen dieser
dieses dir doch dort du durch ein eine einem einen einer eines einfach einmal er es etwas euch euer für ganz gar
genau gibt habe haben hat hatte hatten hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja
jede jedem jeden jeder jedes jetzt kann kein keine keinen kommt können könnte machen macht man manche mehr mein
meine meinem meinen meiner mich mir mit muss müssen nach nicht nichts noch nun nur ob oder ohne schon sehr sein
seine seinem seinen seiner seit selbst sich sie sind so soll sollte sondern sonst über um und uns unser unsere unter
viel viele vom von vor war waren warum was weil weiter welche wenn wer werde werden wie wieder will wir wird
wirklich wo wurde wurden würde zu zum zur zwar zwei zwischen heute dinge sache mal eben halt
"""
    ),
    "es": word_set(
        """
a al algo algunas algunos ante antes aquí así aún bien cada casi como con cosa cosas cuando de del desde donde dos
el ella ellas ellos en entonces entre era eran es esa esas ese eso esos esta está están estas este esto estos fue
fueron gran ha había han hace hacer hasta hay la las le les lo los más me mi mis mucho muchos muy nada ni no nos
nosotros nuestra nuestro o otra otras otro otros para pero poco por porque puede pueden pues que qué quien se sea
ser si sí sido siempre sin sobre son su sus también tan tanto te tener tiene tienen toda todas todo todos tu un una
uno unos usted va vamos vez y ya yo
"""
    ),
    "fr": word_set(
        """
a ai alors après au aucun aussi autre autres aux avant avec avez avoir beaucoup bien c'est ça car ce cela ces cet
cette ceux chaque chez chose choses comme comment dans de des deux dire dit donc dont du elle elles en encore entre
es est et étaient était être eu fait faire faut fois ici il ils j'ai je jamais jour juste l'on la là le les leur
leurs lui ma mais me même mes moi mon ne ni non nos notre nous on ont ou où par parce pas peu peut plus pour
pourquoi puis qu'il quand que quel quelle quelque qui quoi sa sans se sera ses si son sont sous sur ta te tes toi
ton toujours tous tout toute toutes très trop tu un une va vers voilà vos votre vous y
"""
    ),
    "it": word_set(
        """
a abbiamo ai al alla alle allora altri altro anche ancora avere aveva c'è che chi ci come con cosa cose così da dal
dalla dei del della delle di dopo dove due e è ed era erano essere fa fare fino fra gli ha hanno ho i il in io la le
lei lo loro lui ma me mi mia mio molto ne nei nel nella no noi non nostra nostro o ogni per perché però più poi
prima può qualche quando quanto quella quelle quelli quello questa queste questi questo qui se sempre senza si sia
siamo sono sta stato su sua sul sulla suo tra tu tutta tutte tutti tutto un una uno va
"""
    ),
    "pt": word_set(
        """
a agora ainda ao aos aquela aquele aqui as assim até cada coisa coisas com como da das de depois do dois dos e é ela
elas ele eles em então entre era essa esse está estão estava eu fazer foi for foram há isso isto já lá mais mas me
mesmo meu minha muito muitos na não nas nem no nos nós nossa nosso num numa o onde os ou para pela pelas pelo pelos
pode por porque quando que quem são se sem sempre ser seu seus só sobre sua suas também tem têm ter toda todas todo
todos tu tudo um uma vai vamos você vocês
"""
    ),
}
"""Too common to be what a talk is about, by language."""


def stopwords(language: str) -> frozenset[str]:
    """Those of a BCP 47 language; empty where we have none."""
    return STOPWORDS_BY_LANGUAGE.get(language.partition("-")[0].lower(), frozenset())
