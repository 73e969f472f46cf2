"""Sports gear and bags."""

from functools import partial

from .goods import COLORS, MENTIONS, WARRANTIES, build_goods, number_range, tenths
from .products import Slot, Style

STYLE = Style(
    opening=Slot(
        (
            "Take the {brand} {line} {item} along for {use}.",
            "The {line} {item} from {brand} {v:be} built for {use} and {use}.",
            "For {use} or {use}, the {brand} {line} {item} {v:keep} up.",
            "Travel lighter with the {adj} {line} {item} from {brand}.",
            "Designed for {use}, {this} {size} {item} from {brand} {v:be} made of {material}.",
            "{brand} designed the {line} {item} around {feature}.",
            "In {material}, the {line} by {brand} {v:be} {an}{adj} {item} for {use}.",
            "Get out more often with the {line}, {an}{adj} {size} {item} by {brand}.",
            "Weekend plans? The {brand} {line} {item} {v:be} ready for {use}.",
            "{material} and {feature} make the {line} {item} by {brand} a favorite for {use}.",
        )
    ),
    middle=(
        Slot(
            (
                "{it} {v:have} {feature}.",
                "Features include {feature} and {feature2}.",
                "You also get {feature2}.",
                "Out on the road, you will be glad of {feature}.",
                "Made with {feature} and {feature2}.",
            ),
            0.95,
        ),
        Slot(
            (
                "{benefit}.",
                "{benefit}, and {benefit}.",
                "The {material} is tough, and {benefit}.",
                "When the weather turns, {benefit}.",
                "You will find that {benefit}.",
                "The {size} size is easy to manage, and {benefit}.",
            ),
            0.95,
        ),
        Slot(
            (
                "{it} {v:weigh} {weight}.",
                "At {weight}, {it} {v:add} little to your load.",
                "Total weight: {weight}.",
                "{it} {v:pack} down to {packed}.",
                "Packed size: {packed}.",
                "Total weight is just {weight}.",
            ),
            0.9,
        ),
    ),
    closing=Slot(
        (
            "Backed by a_ {warranty} warranty.",
            "{brand} covers {them} with a_ {warranty} warranty.",
            "The color is {color}.",
            "Comes in {color}.",
            "A_ {warranty} warranty is included.",
            "A carry bag is included.",
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
_sport = partial(
    build_goods, "sports", style=STYLE, common={"warranty?": WARRANTIES}, titles=TITLES, variants={"color": COLORS}
)
_bag = partial(
    build_goods, "clothing", style=STYLE, common={"warranty?": WARRANTIES}, titles=TITLES, variants={"color": COLORS}
)

TYPES = (
    _bag(
        "bag",
        items=("messenger bag", "day bag", "backpack", "weekender bag"),
        facts={
            "material": ("waxed canvas", "full-grain leather", "ripstop nylon", "heavy denim"),
            "capacity": number_range(10, 40, 2, "{} liters"),
            "packed": ("12 x 9 inches", "14 x 10 inches", "16 x 11 inches"),
            "weight": tenths(12, 44, 3, "{} pounds"),
        },
        features=(
            "a padded laptop sleeve",
            "a zippered inside pocket",
            "an adjustable shoulder strap",
            "leather handles",
            "brass-tone buckles",
            "a key clip",
            "a side bottle pocket",
            "a striped lining",
        ),
        uses=("the office", "weekend trips", "school days", "market days", "carry-on travel", "the library"),
        benefits=(
            "{it} {v:hold} {capacity} without sagging",
            "{it} {v:stand} up on {its} own",
            "{it} {v:slide} under an airplane seat",
            "the strap spreads the load",
            "{it} {v:shrug} off light rain",
        ),
        adjectives=("well-organized", "rugged", "roomy", "handsome"),
        titles=(
            "{brand} {line} {material} {item}",
            "{brand} {line} {item}, {capacity}",
            "{brand} {material} {item}, {capacity}",
        ),
    ),
    _sport(
        "tent",
        items=("backpacking tent", "family tent", "screen shelter"),
        facts={
            "material": ("ripstop nylon", "coated polyester", "recycled polyester"),
            "size": ("1-person", "2-person", "3-person", "4-person", "6-person"),
            "weight": tenths(29, 168, 7, "{} pounds"),
            "packed": ("16 x 6 inches", "20 x 7 inches", "24 x 8 inches", "26 x 9 inches"),
        },
        features=(
            "aluminum poles",
            "a full rain fly",
            "two doors",
            "mesh walls",
            "gear pockets",
            "a roomy vestibule",
            "reflective guy lines",
            "a lantern loop",
        ),
        uses=(
            "a weekend in the hills",
            "the family campout",
            "a canoe trip",
            "a backyard sleepover",
            "a week on the trail",
        ),
        benefits=(
            "it goes up in minutes",
            "air keeps moving on warm nights",
            "seams stay dry in steady rain",
            "there is room to sit up and change",
            "it stands firm in the wind",
        ),
        adjectives=("lightweight", "roomy", "sturdy", "weatherproof"),
    ),
    _sport(
        "sleeping_bag",
        items=("sleeping bag", "camp quilt", "sleeping pad"),
        facts={
            "material": ("ripstop nylon", "brushed polyester", "soft cotton flannel"),
            "size": ("regular", "long", "wide", "junior"),
            "weight": tenths(16, 58, 3, "{} pounds"),
            "packed": ("8 x 14 inches", "9 x 16 inches", "10 x 18 inches", "6 x 11 inches"),
            "rating": number_range(15, 50, 5, "{} degrees"),
        },
        features=(
            "a draft collar",
            "a two-way zipper",
            "a stash pocket",
            "a contoured hood",
            "a roomy foot box",
            "compression straps",
            "a snag-free zipper guard",
            "a hanging loop",
        ),
        uses=("a night under the stars", "the family campout", "hut trips", "summer festivals", "a week on the trail"),
        benefits=(
            "sleepers stay warm down to {rating}",
            "it rolls up small",
            "it dries quickly after a damp night",
            "it unzips flat as a blanket",
            "cold spots are kept to a minimum",
        ),
        adjectives=("warm", "compact", "comfortable", "packable"),
    ),
    _sport(
        "bottle",
        items=("water bottle", "insulated bottle", "travel tumbler"),
        facts={
            "material": ("stainless steel", "shatterproof plastic", "anodized aluminum", "borosilicate glass"),
            "size": number_range(12, 40, 4, "{}-ounce"),
            "weight": tenths(41, 162, 7, "{} ounces"),
        },
        features=(
            "a leakproof lid",
            "a carry loop",
            "a flip-up straw",
            "a wide mouth",
            "a silicone sleeve",
            "a powder-coated grip",
            "measuring marks",
            "a fruit infuser",
        ),
        uses=("a long run", "the gym", "a day hike", "team practice", "the morning commute", "a bike ride"),
        benefits=(
            "it fits most cup holders",
            "drinks taste clean and fresh",
            "it does not sweat in your bag",
            "it opens with one hand",
            "cleaning takes only a moment",
        ),
        adjectives=("durable", "slim", "leakproof", "easy-to-carry"),
    ),
    _sport(
        "mat",
        items=("yoga mat", "exercise mat", "stretching mat"),
        facts={
            "material": ("natural rubber", "cork", "closed-cell foam", "recycled foam"),
            "size": ("60-inch", "68-inch", "72-inch", "80-inch", "84-inch"),
            "weight": tenths(12, 68, 5, "{} pounds"),
        },
        features=(
            "a non-slip surface",
            "a carry strap",
            "alignment marks",
            "a textured grip",
            "rounded edges",
            "a reversible pattern",
            "a storage band",
            "a printed exercise guide",
        ),
        uses=("stretching", "yoga class", "floor exercises", "physical therapy", "morning practice", "recovery days"),
        benefits=(
            "it cushions knees and elbows",
            "it stays flat from the first day",
            "it wipes clean after each session",
            "it grips well even when damp",
            "it keeps its shape under load",
        ),
        adjectives=("supportive", "grippy", "durable", "simple"),
    ),
    _sport(
        "ball",
        items=("soccer ball", "basketball", "volleyball", "playground ball"),
        facts={
            "material": ("composite leather", "soft foam rubber", "grippy rubber", "textured microfiber"),
            "size": ("junior", "youth", "adult", "official", "compact"),
            "weight": tenths(81, 228, 7, "{} ounces"),
        },
        features=(
            "a bright easy-to-see pattern",
            "tight stitched seams",
            "a soft-touch cover",
            "a deep channel grip",
            "a cushioned core",
            "a mesh carry sack",
            "a reflective stripe",
            "a spare needle",
        ),
        uses=("pickup games", "team practice", "school sports", "the driveway", "weekend matches", "summer camp"),
        benefits=(
            "it performs the same in wet and dry",
            "it keeps its feel game after game",
            "beginners learn control quickly",
            "it stands up to rough surfaces",
            "it is easy to see under lights",
        ),
        adjectives=("durable", "responsive", "lively", "well-made"),
    ),
)
