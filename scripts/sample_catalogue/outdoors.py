"""Sports, bags and garden."""

from functools import partial

from .goods import COLORS, MENTIONS, WARRANTIES, build_goods, number_range, tenths
from .products import Slot, Style

SPORTS = Style(
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
                "{it} {v:have} {feature}[| for comfort on long days].",
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
                "Tough {material} means that {benefit}.",
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
GARDEN = Style(
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
                "Because {it} {v:be} made of {material}, {benefit}.",
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
_sport = partial(
    build_goods, "sports", style=SPORTS, common={"warranty?": WARRANTIES}, titles=TITLES, variants={"color": COLORS}
)
_garden = partial(
    build_goods,
    "garden",
    style=GARDEN,
    common={"warranty?": WARRANTIES},
    titles=TITLES,
    phrases=SPOTS,
    variants={"color": ("moss green", "terracotta", "weathered gray", "black", "copper", "white")},
)
_bag = partial(
    build_goods, "clothing", style=SPORTS, common={"warranty?": WARRANTIES}, titles=TITLES, variants={"color": COLORS}
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
