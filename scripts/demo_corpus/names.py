"""Invented names: people, makers, places, model codes, and the numbers that stand in titles.

Nearly every name is put together from syllables, so that a name seems never to repeat: a model trained on the text
cannot store the names and has to learn to copy them from the question.
"""

# ruff: noqa: SIM905 -- lists of hundreds of words read better as running text

import random

ONSETS = (
    "b br c ch cl cr d dr f fl fr g gl gr h j k kl kr l m n p ph pl pr qu r s sc sh sk sl sm sn sp st str sw t th tr "
    "v w wh wr y z"
).split()
VOWELS = "a a e e i i o o u ai au ea ee ei ie io oa oo ou ue y".split()
CODAS = (
    "b ck d ff g k l ll lm lt m mp n nd ng nk nt p r rd rk rl rm rn rt s sh sk ss st t th tt v x z ve ne le re".split()
)
ENDINGS = (
    "a ia o us is um en er on ix ex ara ella ette ina ito ano ova ora ium elle oria ana aro ey y ie "
    "ford field well ton wick wood land mark stone worth ley by ham brook dale more son sen berg stein man ski ez"
).split()
FIRST_NAMES = (
    "Anna Ben Clara David Elena Frank Grace Henry Iris James Karen Leo Maria Nina Oscar Paul Rosa Sam Tessa Victor "
    "Wendy Alice Bruno Carla Daniel Emma Felix Gloria Hugo Irene Jack Julia Kate Laura Martin Nora Oliver Peter Ruth "
    "Simon Teresa Walter Amelia Arthur Beatriz Carlos Diana Eduardo Fernanda Gustavo Helena Igor João Lucas Mariana "
    "Pedro Rafael Sofia Thiago Yara Zoe Ivan Olga Kenji Yuki Amir Leila Priya Ravi Chen Mei Omar Fatima Lars Ingrid"
).split()
NAME_WORDS = (
    "North South East West Silver Golden Blue Red Green Black White Bright Clear Deep High Low Old New Wild "
    "Quiet True "
    "River Lake Stone Oak Pine Elm Ash Fox Wolf Bear Hawk Swan Owl Moon Sun Star Cloud Rain Snow Frost Wind Fire Sea "
    "Harbor Bay Hill Valley Field Meadow Leaf Root Seed Bloom Rose Lily Fern Moss Clay Sand Salt Iron Copper Steel "
    "Amber Pearl Ruby Jade Cedar Maple Willow Birch Hazel Thorn Bridge Gate Tower Mill Forge Anchor Sail Compass "
    "Arrow "
    "Lantern Candle Mirror Feather Thread Needle Wheel Bell Drum Echo Pixel Nova Vector Terra Aqua Luma Vita "
    "Omni Ever "
    "Prime Smart Swift Easy Pure Royal Grand Little Happy Lucky Merry Noble Home Garden Kitchen Craft Works Line Path"
).split()
MAKER_TAILS = "& Co.|& Sons|Works|House|Studio|Labs|Brothers|Goods|Home|Company|Press|Supply|Design|Gear|Kids".split(
    "|"
)
SERIES = (
    "Pro|Plus|Classic|Mini|Max|Lite|Deluxe|Junior|Original|II|III|XL|Elite|Comfort|Basic|Studio|Travel|Home|Duo|Air|"
    "Series 2|Series 5|Gen 3|Heritage|Essential|Premium|Compact|Ultra|Traditional|Everyday|Signature|Outdoor"
).split("|")


MEASURES = (
    "{} cm|{} mm|{}-Inch|{} inch|{} ml|{} g|{} kg|{} liter|{} oz|{} ft|{} watt|{}-inch|{} Ounce|{}-Quart|{} m|{}L|{}cm|"
    '{}"|{} V|{} GB|{}-foot|{}-Ounce'
).split("|")


def invent_word(rng: random.Random) -> str:
    """Return a capitalised made-up word of two to four syllables, such as "Brantova"."""
    syllables = [rng.choice(ONSETS) + rng.choice(VOWELS) + (rng.choice(CODAS) if rng.random() < 0.45 else "")]
    if rng.random() < 0.4:
        syllables.append(rng.choice(ONSETS) + rng.choice(VOWELS))
    if rng.random() < 0.75:
        syllables.append((rng.choice(ONSETS) if rng.random() < 0.5 else "") + rng.choice(ENDINGS))
    word = "".join(syllables)[:11].capitalize()
    return word if rng.random() > 0.03 else word.upper()[:6]


def invent_person(rng: random.Random) -> str:
    """Return a full name; the surname is invented or made of two ordinary words."""
    first = rng.choice(FIRST_NAMES) if rng.random() < 0.7 else invent_word(rng)
    middle = f" {rng.choice('ABCDEFGHJKLMNPRSTW')}." if rng.random() < 0.15 else ""
    return f"{first}{middle} {invent_surname(rng)}"


def invent_surname(rng: random.Random) -> str:
    """Return an invented family name such as "Merrow" or "Foxbridge"."""
    if rng.random() < 0.3:
        return rng.choice(NAME_WORDS) + rng.choice(NAME_WORDS).lower()
    return invent_word(rng).capitalize()


def _two_words(rng: random.Random) -> tuple[str, str]:
    return rng.choice(NAME_WORDS), rng.choice(NAME_WORDS)


# Shapes of makers' names, each with the share of all names at which it ends.
MAKER_SHAPES = (
    (0.42, invent_word),
    (0.55, lambda rng: f"{rng.choice(NAME_WORDS)}{rng.choice(NAME_WORDS).lower()}"),
    (0.62, lambda rng: "".join(_two_words(rng))),
    (0.72, lambda rng: f"{invent_surname(rng)} & {invent_surname(rng)}"),
    (0.82, lambda rng: " ".join(_two_words(rng))),
    (0.95, lambda rng: f"{invent_word(rng)} {rng.choice(MAKER_TAILS)}"),
    (1.0, lambda rng: "".join(rng.choice("ABCDEFGHIJKLMNOPRSTUVWXZ") for _ in range(rng.randint(2, 4)))),
)


def invent_maker(rng: random.Random) -> str:
    """Return the name of a maker, a brand or a publisher."""
    drawn = rng.random()
    return next(make for share, make in MAKER_SHAPES if drawn < share)(rng)


def invent_place(rng: random.Random) -> str:
    """Return the name of a town or region that does not exist."""
    if rng.random() < 0.3:
        return f"{rng.choice(('Port', 'Lake', 'Saint', 'Mount', 'Upper', 'New', 'Old'))} {invent_word(rng)}"
    return invent_word(rng)


def invent_code(rng: random.Random) -> str:
    """Return a model code such as "KX-420", "M7" or "3100"."""
    letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTVWXZ") for _ in range(rng.randint(1, 3)))
    number = str(rng.randint(2, 9)) if rng.random() < 0.2 else str(rng.randint(10, 9999))
    return rng.choice((f"{letters}-{number}", f"{letters}{number}", f"{letters} {number}", number))


def invent_size(rng: random.Random) -> str:
    """Return a measure with its unit, as it is written in a name."""
    whole = rng.randint(2, 120)
    unit = rng.choice(MEASURES)
    text = unit.format(whole)
    if rng.random() < 0.15:
        text = unit.format(f"{rng.randint(1, 30)}.{rng.randint(1, 9)}")
    if rng.random() < 0.12:
        text = f"{whole} x {rng.randint(2, 120)} {rng.choice(('cm', 'mm', 'inches', 'in'))}"
    return text


def invent_count(rng: random.Random) -> str:
    """Return an amount of pieces, as it is written in a name."""
    return rng.choice(("Set of {}", "Pack of {}", "{}-Pack", "{} Pieces", "{}-Piece Set", "{} Count")).format(
        rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 25, 30, 36, 48, 50, 60, 72, 100, 120, 150, 200, 250, 500))
    )
