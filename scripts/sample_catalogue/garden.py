"""Garden tools and ornaments."""

from functools import partial

from .goods import MENTIONS, WARRANTIES, build_goods, number_range, tenths
from .products import Slot, Style

STYLE = Style(
    opening=Slot(
        (
            "The {line} {item} from {brand} {v:make} light work of {use}.",
            "Gardeners will welcome the {adj} {line} {item} by {brand} for {use}.",
            "Add charm to your yard with the {line} {item} from {brand}.",
            "Made of {material}, {this} {item} from {brand} {v:be} made to stay outdoors.",
            "{brand} makes the {line} {item} from {material} for {use}.",
            "For {use}, choose the {adj} {line} {item} from {brand}.",
            "From spring to the first frost, the {size} {line} {item} {v:help} with {use}.",
            "A garden favorite, the {line} {item} by {brand} {v:have} {feature}.",
            "Season after season, {this} {size} {item} by {brand} {v:take} on {use}.",
            "Weatherproof {material} makes the {line} {item} by {brand} ideal for {use}.",
        )
    ),
    middle=(
        Slot(
            (
                "{it} {v:have} {feature}.",
                "{feature} and {feature2} make the work easier.",
                "Note {feature2}, too.",
                "{it} {v:come} with {feature2}.",
                "With {feature}, {it} {v:save} time and trouble.",
            ),
            0.95,
        ),
        Slot(
            (
                "{benefit}.",
                "{benefit}, and {benefit}.",
                "{it} {v:be} made of {material}, and {benefit}.",
                "Rain or shine, {benefit}.",
                "The {size} size suits {spot}, and {benefit}.",
            ),
            0.95,
        ),
        Slot(
            (
                "{it} {v:weigh} {weight}.",
                "At {weight}, {it} {v:be} easy to move around {spot}.",
                "Choose the {size} size for {spot}.",
                "{it} {v:look} at home in {spot}.",
                "Weight: {weight}. Size: {size}.",
            ),
            0.9,
        ),
    ),
    closing=Slot(
        (
            "Backed by a_ {warranty} warranty.",
            "No assembly needed.",
            "The finish is {color}.",
            "Rinse with the hose to clean.",
            "Hang or store under cover in winter.",
            "{brand} adds a_ {warranty} warranty.",
        ),
        0.75,
    ),
    mentions=MENTIONS,
)
TITLES = (
    "{brand} {line} {item}, {size}",
    "{brand} {size} {item}, {material}",
    "{brand} {line} {material} {item}",
    "{line} {size} {item} by {brand}",
)
SPOTS = {"spot": ("a small yard", "a sunny corner", "a cottage garden", "a kitchen garden", "a narrow border")}
_garden = partial(
    build_goods,
    "garden",
    style=STYLE,
    common={"warranty?": WARRANTIES},
    titles=TITLES,
    phrases=SPOTS,
    variants={"color": ("moss green", "terracotta", "weathered gray", "black", "copper", "white")},
)

TYPES = (
    _garden(
        "pruner",
        items=("hand pruner", "grafting knife", "pocket pruner"),
        facts={
            "material": ("hardened carbon steel", "stainless steel", "forged steel"),
            "size": number_range(6, 11, 1, "{}-inch"),
            "weight": tenths(4, 14, 1, "{} pounds"),
        },
        features=(
            "ash handles",
            "a safety lock",
            "a shock-absorbing bumper",
            "a sap groove",
            "a leather strap",
            "padded grips",
            "a nonstick coating",
            "a replaceable spring",
        ),
        uses=("pruning roses", "cutting flowers", "taking cuttings", "cutting back shrubs", "tidying borders"),
        benefits=(
            "cuts are clean and heal fast",
            "hands tire less on long jobs",
            "{it} {v:resist} rust",
            "the grip suits left and right hands",
            "{it} {v:stay} sharp through the season",
        ),
        adjectives=("sharp", "sturdy", "comfortable", "classic"),
    ),
    _garden(
        "planter",
        items=("planter", "window box", "flower box"),
        facts={
            "material": ("cedar", "glazed clay", "galvanized steel", "fiber cement", "recycled plastic"),
            "size": number_range(8, 36, 4, "{}-inch"),
            "weight": tenths(24, 188, 9, "{} pounds"),
        },
        features=(
            "drainage holes",
            "a matching saucer",
            "a water reservoir",
            "a rolled lip",
            "a coconut fiber liner",
            "sealed corners",
            "a mounting bracket",
            "rope handles",
        ),
        uses=("fresh herbs", "spring bulbs", "trailing flowers", "salad greens", "dwarf fruit trees", "porch displays"),
        benefits=(
            "roots get the air they need",
            "{it} {v:stand} up to frost",
            "extra water drains away",
            "the finish weathers gracefully",
            "{it} {v:hold} moisture on hot days",
        ),
        adjectives=("handsome", "roomy", "rustic", "simple"),
    ),
    _garden(
        "feeder",
        items=("bird feeder", "bird house", "nest box"),
        facts={
            "material": ("cedar", "recycled plastic", "hand-blown glass", "powder-coated steel", "stoneware"),
            "size": number_range(8, 26, 3, "{}-inch"),
            "weight": tenths(12, 68, 5, "{} pounds"),
        },
        features=(
            "a hinged roof",
            "a sturdy chain",
            "a clear viewing window",
            "a metal perch",
            "a squirrel guard",
            "a lift-out tray",
            "a sliding floor",
            "a hanging hook",
        ),
        uses=(
            "watching songbirds",
            "a quiet corner",
            "winter feeding",
            "the view from the kitchen",
            "wildlife gardens",
        ),
        benefits=(
            "{it} {v:take} only a minute to fill or clean",
            "small birds feel safe",
            "{it} {v:hang} from any branch or hook",
            "the finish does not fade",
            "{it} {v:stand} up to storms",
        ),
        adjectives=("charming", "weatherproof", "handmade", "cheerful"),
    ),
    _garden(
        "hose",
        items=("garden hose", "soaker hose"),
        facts={
            "material": ("flexible rubber", "reinforced vinyl", "braided fabric", "recycled rubber"),
            "size": ("15-foot", "25-foot", "50-foot", "75-foot", "100-foot"),
            "weight": tenths(22, 118, 7, "{} pounds"),
        },
        features=(
            "brass fittings",
            "a kink-resistant core",
            "a coiled shape",
            "a swivel grip",
            "a shut-off valve",
            "a hanging strap",
            "an adjustable nozzle",
            "a crush-proof coupling",
        ),
        uses=("flower beds", "new lawns", "vegetable rows", "washing the car", "hard-to-reach corners"),
        benefits=(
            "water reaches the roots without waste",
            "{it} {v:stay} flexible in cold weather",
            "nothing drips at the joints",
            "{it} {v:store} away neatly",
            "the flow is even from end to end",
        ),
        adjectives=("rugged", "flexible", "easy-to-use", "durable"),
    ),
)
