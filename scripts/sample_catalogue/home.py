"""Linens, lamps, baskets and other things for the home."""

from functools import partial

from .goods import MENTIONS, WARRANTIES, build_goods, number_range
from .products import Slot, Style

STYLE = Style(
    opening=Slot(
        (
            "The {line} {item} from {brand} {v:be} made for {use}.",
            "{brand} makes {this} {material} {item} for {use}.",
            "Made of {material}, the {line} {item} from {brand} {v:bring} comfort to {room}.",
            "Give {room} a fresh look with the {line} {item} by {brand}.",
            "{this} {adj} {item} from {brand} {v:be} just the thing for {use}.",
            "In {material}, the {adj} {line} {item} by {brand} {v:suit} {room}.",
            "For {use} or {use}, choose the {line} {item} by {brand}.",
            "Add {an}{size} {item} in {material} to {room} with the {line} by {brand}.",
            "The {line} by {brand} {v:be} {an}{adj} {material} {item} in the {size} size.",
            "Warm up {room} with the {line}, {an}{adj} {item} that {brand} makes from {material}.",
        )
    ),
    middle=(
        Slot(
            (
                "{it} {v:be} made of {material}, and {benefit}.",
                "{benefit}, and {benefit}.",
                "{benefit}.",
                "You will find that {benefit}.",
                "Best of all, {benefit}.",
                "{material} gives {them} character, and {benefit}.",
                "The {size} size is easy to live with, and {benefit}.",
            ),
            0.95,
        ),
        Slot(
            (
                "{it} {v:have} {feature}[| and a clean, simple shape].",
                "Details include {feature} and {feature2}.",
                "{feature} and {feature2} complete the design.",
                "A closer look shows {feature2}.",
                "Finished with {feature}.",
                "Small touches such as {feature} set {them} apart.",
            ),
            0.95,
        ),
        Slot(
            (
                "The {size} size works well in {room}.",
                "Choose the {size} size for {room}.",
                "Care is simple: {it} {v:be} {care}.",
                "{it} {v:be} {care} and will look good for years.",
                "The {color} finish goes with almost anything.",
                "Use {them} for {use} all year round.",
            ),
            0.9,
        ),
    ),
    closing=Slot(
        (
            "Backed by a_ {warranty} warranty from {brand}.",
            "A_ {warranty} warranty is included.",
            "Makes a_ [thoughtful|welcome|lovely] gift for {occasion}.",
            "The color is {color}.",
            "Available in {color}.",
            "{care}.",
            "{it} {v:come} wrapped and ready for {occasion}.",
        ),
        0.8,
    ),
    mentions=MENTIONS,
)
PHRASES = {
    "room": ("the bedroom", "a guest room", "the living room", "a small apartment", "the family room", "a lake cabin"),
    "occasion": ("a wedding", "a housewarming", "a birthday", "the holidays", "a new home"),
}
BATH = PHRASES | {"room": ("the bathroom", "a guest bath", "a small apartment", "the pool house", "a family bathroom")}
KITCHEN = PHRASES | {"room": ("the kitchen", "a busy kitchen", "a first apartment", "a country kitchen")}
_type = partial(build_goods, "kitchen", style=STYLE, common={"warranty?": WARRANTIES}, phrases=PHRASES)

TYPES = (
    _type(
        "bath_towels",
        items=("bath towels", "bath sheets"),
        facts={
            "material": (
                "Turkish-style cotton",
                "combed cotton",
                "linen",
                "a bamboo and cotton blend",
                "organic cotton",
            ),
            "pack": ("set of 2", "set of 3", "set of 4", "set of 6"),
            "size": ("27 x 54-inch", "30 x 58-inch", "35 x 60-inch"),
            "care": ("machine washable", "safe to tumble dry on low"),
        },
        features=(
            "double-stitched hems",
            "a hanging loop",
            "a woven border",
            "a waffle weave",
            "fringed ends",
            "a ribbed stripe",
            "a soft looped pile",
            "neatly mitered corners",
        ),
        uses=("everyday drying", "guest bathrooms", "the beach house", "long baths", "the gym bag"),
        benefits=(
            "{it} {v:grow} softer with every wash",
            "{it} {v:dry} quickly on the rail",
            "{it} {v:soak} up water without feeling heavy",
            "the color holds wash after wash",
            "{it} {v:leave} no lint behind",
        ),
        adjectives=("soft", "plush", "absorbent", "crisp"),
        titles=(
            "{brand} {line} {item}, {pack}, {size}",
            "{brand} {line} {item} in {material}, {pack}",
            "{brand} {item}, {size}, {pack}",
        ),
        phrases=BATH,
        plural=True,
    ),
    _type(
        "kitchen_towels",
        items=("kitchen towels", "dish towels"),
        facts={
            "material": (
                "Turkish-style cotton",
                "combed cotton",
                "linen",
                "a bamboo and cotton blend",
                "organic cotton",
            ),
            "pack": ("set of 2", "set of 3", "set of 4", "set of 6"),
            "size": ("16 x 28-inch", "18 x 30-inch", "20 x 28-inch"),
            "care": ("machine washable", "safe to tumble dry on low"),
        },
        features=(
            "double-stitched hems",
            "a hanging loop",
            "a woven border",
            "a waffle weave",
            "fringed ends",
            "a ribbed stripe",
            "a bold center stripe",
            "neatly mitered corners",
        ),
        uses=("drying dishes", "polishing glasses", "wiping down counters", "busy kitchens", "covering dough"),
        benefits=(
            "{it} {v:grow} softer with every wash",
            "{it} {v:dry} quickly on the rail",
            "{it} {v:soak} up water without feeling heavy",
            "the color holds wash after wash",
            "{it} {v:leave} no lint behind",
        ),
        adjectives=("soft", "plush", "absorbent", "crisp"),
        titles=(
            "{brand} {line} {item}, {pack}, {size}",
            "{brand} {line} {item} in {material}, {pack}",
            "{brand} {item}, {size}, {pack}",
        ),
        phrases=KITCHEN,
        plural=True,
    ),
    _type(
        "lamp",
        items=("table lamp", "desk lamp", "bedside lamp"),
        facts={
            "material": ("brushed brass", "turned oak", "glazed ceramic", "mercury glass", "matte steel"),
            "size": number_range(12, 26, 2, "{}-inch"),
            "wattage": ("40 watts", "60 watts", "75 watts", "100 watts"),
            "care": ("easy to dust", "easy to wipe clean"),
        },
        features=(
            "a linen drum shade",
            "a rotary switch",
            "a weighted base",
            "a fabric-covered cord",
            "a pull chain",
            "an inline dimmer",
            "a felt-lined foot",
            "an adjustable arm",
        ),
        uses=(
            "reading corners",
            "the hall table",
            "late work at the desk",
            "the guest room",
            "a dim living room",
            "bedtime stories",
        ),
        benefits=(
            "the light falls softly and without glare",
            "{it} {v:take} a standard bulb of up to {wattage}",
            "{it} {v:stand} firmly on narrow tables",
            "{it} {v:warm} up a plain corner",
            "{it} {v:go} together in minutes",
        ),
        adjectives=("graceful", "warm", "slim", "timeless"),
    ),
    _type(
        "basket",
        items=("storage basket", "shelf basket", "floor basket"),
        facts={
            "material": ("woven seagrass", "cotton rope", "water hyacinth", "willow", "wool felt", "heavy canvas"),
            "size": ("10-inch", "12-inch", "14-inch", "16-inch", "18-inch"),
            "care": ("easy to wipe clean", "easy to brush clean"),
        },
        features=(
            "leather handles",
            "a removable liner",
            "a stiff wire frame",
            "a hinged lid",
            "a label holder",
            "a flat reinforced bottom",
            "rope handles",
            "a folding frame",
        ),
        uses=("folded blankets", "toys", "craft supplies", "pantry goods", "magazines", "scarves and gloves"),
        benefits=(
            "{it} {v:keep} clutter out of sight",
            "{it} {v:fold} flat when empty",
            "{it} {v:fit} on standard shelves",
            "the weave keeps air moving",
            "{it} {v:hold} more than you expect",
        ),
        adjectives=("roomy", "rustic", "tidy", "handwoven"),
    ),
    _type(
        "blanket",
        items=("bed blanket", "quilt", "coverlet"),
        facts={
            "material": ("brushed cotton", "merino wool", "chunky acrylic knit", "fleece", "washed linen"),
            "size": ("60 x 80-inch", "66 x 90-inch", "90 x 90-inch"),
            "care": ("machine washable", "safe to wash on the wool cycle"),
        },
        features=(
            "a fringed edge",
            "a herringbone weave",
            "a satin border",
            "a reversible pattern",
            "hand-knotted tassels",
            "a cable-knit texture",
            "blanket-stitched edges",
            "a storage strap",
        ),
        uses=("chilly evenings", "the foot of the bed", "cool nights", "cabin weekends", "picnics", "movie nights"),
        benefits=(
            "{it} {v:trap} warmth without feeling heavy",
            "{it} {v:drape} well over any bed",
            "{it} {v:soften} with each wash",
            "{it} {v:breathe} well on milder nights",
            "{it} {v:keep} {its} shape for years",
        ),
        adjectives=("cozy", "soft", "generous", "classic"),
    ),
)
