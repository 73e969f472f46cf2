"""Toys and games."""

from functools import partial

from .goods import build_goods, number_range
from .names import MAKERS, split_words
from .products import Slot, Style

STYLE = Style(
    opening=Slot(
        (
            "The {line} {theme} {item} from {brand} {v:invite} children to {play}.",
            "Let imaginations run free with the {theme} {item} by {brand}.",
            "Children will love to {play} with the {line} {theme} {item} by {brand}.",
            "{brand}'s {theme} {item} {v:turn} any afternoon into an adventure.",
            "It is {theme} time! The {line} {item} from {brand} {v:let} little ones {play}.",
            "Made of {material}, {this} {theme} {item} from {brand} {v:be} made for small hands.",
            "Ready, set, play! With the {line} {item} from {brand}, kids {play} for hours.",
            "Fun for {ages}, the {theme} {item} by {brand} {v:encourage} children to {play}.",
            "{this} {adj} {theme} {item} from {brand} {v:be} sure to become a favorite.",
            "Welcome to the world of {line} by {brand}, where kids {play} with {an}{adj} {theme} {item}.",
        )
    ),
    middle=(
        Slot(
            (
                "{it} {v:include} {pieces} and {feature}.",
                "There are {pieces} to discover, among them {feature}.",
                "With {pieces}, there is always something new to try.",
                "Inside the box are {pieces} and {feature2}.",
                "{it} {v:come} with {feature}.",
                "{feature} and {feature2} add to the fun.",
                "All {pieces} fit back into the box when playtime is over.",
            ),
            0.95,
        ),
        Slot(
            (
                "Playing helps build {skill} and {skill}.",
                "As they play, children practice {skill}.",
                "Parents will like that {benefit}.",
                "{benefit}, and {benefit}.",
                "A fine way to encourage {skill}.",
                "{it} {v:promote} {skill} and {skill} at the same time.",
                "{benefit}.",
            ),
            0.95,
        ),
        Slot(
            (
                "Made of {material} with {finish}.",
                "The {material} parts are finished with {finish}.",
                "{it} {v:measure} {size} when set up.",
                "Crafted from {material}, {it} {v:stand} up to years of play.",
                "Finished size is {size}.",
                "Pieces are made from {material}.",
            ),
            0.9,
        ),
    ),
    closing=Slot(
        (
            "Recommended for {ages}.",
            "For {ages}.",
            "Suitable for {ages}.",
            "A great gift for {ages}.",
            "Adult assembly required. For {ages}.",
            "Made for {ages}.",
            "Best for {ages}.",
        ),
        0.9,
    ),
    mentions={
        "brand": ("From {brand}.", "Made by {brand}."),
        "line": ("Part of the {line} collection.", "Collect the whole {line} series."),
        "theme": ("The theme is {theme}.",),
        "material": ("Made of {material}.",),
        "pieces": ("Contains {pieces}.", "Comes with {pieces}."),
        "color": ("The color is {color}.", "Shown in {color}."),
        "edition": ("This is the {edition}.",),
    },
)
THEMES = split_words(
    "farm|pirate|jungle|space|castle|ocean|dinosaur|fairy garden|construction|safari|circus|arctic|dragon|train yard",
    "|",
)
TITLES = (
    "{brand} {line} {theme} {item}, {pieces}",
    "{brand} {theme} {item}",
    "{line} {theme} {item} by {brand}",
    "{brand} {material} {theme} {item}, {pieces}",
)
PHRASES = {
    "play": (
        "build and explore",
        "invent their own stories",
        "learn while they play",
        "dream up new adventures",
        "create and share",
        "play together",
    ),
    "skill": (
        "hand-eye coordination",
        "patience",
        "problem solving",
        "color recognition",
        "early counting",
        "teamwork",
        "fine motor skills",
        "memory",
    ),
}
_type = partial(
    build_goods,
    "toys",
    style=STYLE,
    common={
        "theme": THEMES,
        "ages": (*number_range(2, 8, 1, "ages {} and up"), "ages 3 to 6", "ages 4 to 8", "ages 6 to 12"),
        "finish": (
            "water-based paint",
            "smooth rounded edges",
            "bright non-toxic colors",
            "a clear protective coating",
        ),
    },
    titles=TITLES,
    brands=MAKERS[20:],
    phrases=PHRASES,
    variants={"edition": ("travel edition", "deluxe edition", "classic edition", "junior edition", "starter edition")},
)
WOOD = ("solid beech", "birch plywood", "rubberwood", "sustainable pine")

TYPES = (
    _type(
        "blocks",
        items=("building set", "block set", "stacking set"),
        facts={
            "material": WOOD,
            "pieces": number_range(24, 120, 12, "{} pieces"),
            "size": number_range(8, 20, 2, "{} inches"),
        },
        features=(
            "arches and ramps",
            "a cotton storage bag",
            "printed animal blocks",
            "a rolling cart",
            "a picture guide",
            "wooden figures",
            "turning wheels",
            "a set of flags",
        ),
        uses=("play",),
        benefits=(
            "pieces lock together firmly",
            "towers can be rebuilt in endless ways",
            "the set grows with the child",
            "corners are sanded smooth",
            "cleanup is quick",
        ),
        adjectives=("colorful", "classic", "sturdy", "clever"),
    ),
    _type(
        "puzzle",
        items=("jigsaw puzzle", "floor puzzle", "peg puzzle"),
        facts={
            "material": ("thick recycled board", "linen-finish board", "birch plywood"),
            "pieces": ("24 pieces", "48 pieces", "100 pieces", "300 pieces", "500 pieces", "1000 pieces"),
            "size": ("12 x 9 inches", "18 x 24 inches", "20 x 27 inches", "24 x 36 inches"),
        },
        features=(
            "a fold-out poster",
            "a matching sticker sheet",
            "shaped animal pieces",
            "a sturdy box with a handle",
            "a reference picture",
            "glow-in-the-dark details",
            "a resealable bag",
            "a hidden picture game",
        ),
        uses=("play",),
        benefits=(
            "pieces fit snugly and lift apart easily",
            "the artwork rewards a close look",
            "there is no glare under bright lights",
            "the picture stays together when moved",
            "the whole family can join in",
        ),
        adjectives=("colorful", "detailed", "absorbing", "charming"),
    ),
    _type(
        "plush",
        items=("plush toy", "hand puppet", "cuddle toy"),
        facts={
            "theme": ("farm", "jungle", "ocean", "dinosaur", "arctic", "dragon", "safari", "woodland"),
            "material": ("soft velour", "organic cotton plush", "cuddly minky fabric", "recycled polyester plush"),
            "size": number_range(7, 21, 2, "{} inches"),
        },
        features=(
            "embroidered eyes",
            "floppy ears",
            "a tiny storybook",
            "a knitted scarf",
            "a squeaky tummy",
            "crinkly wings",
            "bean-filled paws",
            "a satin bow",
        ),
        uses=("play",),
        benefits=(
            "it can go straight into the washing machine",
            "there are no small parts to lose",
            "it is just the right size for a hug",
            "seams are double-stitched",
            "it travels well in a stroller or a suitcase",
        ),
        adjectives=("cuddly", "huggable", "sweet", "soft"),
    ),
    _type(
        "board_game",
        items=("board game", "card game", "memory game", "dice game"),
        facts={
            "material": ("thick recycled board", "sturdy card stock", "birch plywood"),
            "pieces": number_range(40, 160, 12, "{} pieces"),
            "size": ("10 x 10 inches", "12 x 12 inches", "16 x 16 inches", "18 x 18 inches"),
            "players": ("2 to 4 players", "2 to 6 players", "3 to 6 players", "2 to 8 players"),
            "minutes": number_range(15, 60, 5, "{} minutes"),
        },
        features=(
            "a folding board",
            "wooden pawns",
            "illustrated cards",
            "a sand timer",
            "a drawstring bag",
            "a score pad",
            "secret mission cards",
            "a spinner",
        ),
        uses=("play",),
        benefits=(
            "rules take only a moment to learn",
            "a round for {players} lasts about {minutes}",
            "no two games are the same",
            "younger players can win too",
            "{players} can join in",
        ),
        adjectives=("fast-moving", "clever", "lively", "cooperative"),
    ),
    _type(
        "vehicle",
        items=("train set", "truck set", "play set"),
        facts={
            "material": (*WOOD, "recycled plastic", "die-cast metal"),
            "pieces": number_range(12, 80, 4, "{} pieces"),
            "size": number_range(16, 48, 4, "{} inches"),
        },
        features=(
            "a working crane",
            "magnetic couplings",
            "a drawbridge",
            "friction-powered wheels",
            "a lift-out ramp",
            "play figures",
            "swinging gates",
            "a sheet of decals",
        ),
        uses=("play",),
        benefits=(
            "everything rolls smoothly on carpet or tile",
            "it works with most other sets",
            "nothing needs batteries",
            "edges are rounded for safety",
            "it stores away on a shelf",
        ),
        adjectives=("exciting", "sturdy", "imaginative", "big"),
    ),
)
