"""Tools and home improvement."""

from functools import partial

from .goods import MENTIONS, WARRANTIES, build_goods, number_range, tenths
from .names import MAKERS, TECH_MAKERS, invent_model_number
from .products import Slot, Style

STYLE = Style(
    opening=Slot(
        (
            "The {brand} {model} {item} [is built|is made|was designed] for {use}.",
            "The {model} from {brand} is a_ {adj} {item} for {use}.",
            "Built for {use}, the {brand} {model} {item} gets the job done.",
            "{brand} built the {model} for {use} and {use}.",
            "With {feature} and {feature2}, the {model} {spec} {item} by {brand} is ready for {use}.",
            "From {use} to {use}, the {brand} {model} {item} saves time on every job.",
            "Take on {use} with the {model}, a_ {adj} {item} from {brand}.",
            "This {spec} {item} from {brand} is at home in the shop or on the job site.",
            "Professionals and weekend builders alike will like the {brand} {model} for {use}.",
            "The {model} {item} is {brand}'s answer to {use}.",
        )
    ),
    middle=(
        Slot(
            (
                "It features {feature} and {feature2}.",
                "{feature} makes for safe, accurate work.",
                "It has {feature}[| for better control| for longer life].",
                "Features include {feature} and {feature2}.",
                "{feature2} [is|comes] standard.",
                "With {feature2}, it stays easy to handle.",
                "The design adds {feature2} for convenience.",
            ),
            0.95,
        ),
        Slot(
            (
                "Choose the {spec} model for {use}: {benefit}.",
                "{benefit}.",
                "{benefit}, and {benefit}.",
                "In the {spec} version, {benefit}.",
                "Made of {material}, it stands up to hard use.",
                "The {material} construction takes knocks without complaint.",
                "Thanks to {material} parts, {benefit}.",
                "Even after a long day, {benefit}.",
            ),
            0.95,
        ),
        Slot(
            (
                "It weighs {weight} and measures {length} overall.",
                "At {weight}, it is easy to carry from job to job.",
                "Overall length is {length}.",
                "Weight: {weight}.",
                "It measures {length} from end to end.",
                "The whole tool weighs just {weight}.",
            ),
            0.9,
        ),
    ),
    closing=Slot(
        (
            "Backed by a_ {warranty} limited warranty.",
            "{brand} stands behind it with a_ {warranty} warranty.",
            "Includes {included}.",
            "Comes with {included} and a_ {warranty} warranty.",
            "{included} included.",
            "{included} and a printed manual are included.",
            "A_ {warranty} warranty covers parts and labor.",
            "The color is {color}.",
        ),
        0.85,
    ),
    mentions=MENTIONS
    | {"spec": ("This is the {spec} model.", "Sold in the {spec} version."), "material": ("The body is made of {material}.",)},
)
TITLES = (
    "{brand} {model} {spec} {item}",
    "{brand} {spec} {item}, {model}",
    "{brand} {model} {material} {item}",
    "{brand} {item} with {feature}, {model}",
)
COMMON = {"model": invent_model_number, "warranty": WARRANTIES}
_type = partial(
    build_goods,
    "tools",
    style=STYLE,
    common=COMMON,
    titles=TITLES,
    brands=MAKERS[:30] + TECH_MAKERS[:6],
    variants={"color": ("black", "safety orange", "forest green", "brick red", "steel gray", "royal blue")},
)

TYPES = (
    _type(
        "drill",
        items=("cordless drill", "hammer drill", "drill driver", "impact driver"),
        facts={
            "spec": ("12-volt", "14.4-volt", "18-volt", "20-volt", "24-volt"),
            "material": ("glass-filled nylon", "die-cast magnesium", "high-impact plastic"),
            "weight": tenths(23, 58, 3, "{} pounds"),
            "length": tenths(68, 112, 3, "{} inches"),
            "included": ("two battery packs", "a carrying case", "a one-hour charger", "a belt clip"),
        },
        features=(
            "a keyless chuck",
            "an LED work light",
            "a variable-speed trigger",
            "a soft rubber grip",
            "a two-speed gearbox",
            "an electric brake",
            "a battery gauge",
            "a clutch with many settings",
        ),
        uses=("driving deck screws", "drilling masonry", "hanging cabinets", "furniture assembly", "framing", "repairs at home"),
        benefits=(
            "screws sit flush without stripping",
            "it fits where larger drills cannot",
            "the battery lasts through a full afternoon",
            "it starts smoothly every time",
            "the grip stays comfortable overhead",
        ),
        adjectives=("compact", "powerful", "lightweight", "rugged"),
    ),
    _type(
        "saw",
        items=("circular saw", "jigsaw", "miter saw"),
        facts={
            "spec": ("6-amp", "8-amp", "10-amp", "12-amp", "15-amp"),
            "material": ("stamped steel", "die-cast aluminum", "die-cast magnesium"),
            "weight": tenths(52, 128, 7, "{} pounds"),
            "length": tenths(112, 198, 7, "{} inches"),
            "included": ("a carbide blade", "a dust bag", "a rip fence", "a blade wrench"),
        },
        features=(
            "a dust blower",
            "a bevel guide",
            "a spindle lock",
            "a laser guide",
            "an anti-slip foot plate",
            "a tool-free blade change",
            "a large safety guard",
            "a soft-start motor",
        ),
        uses=("cutting plywood", "trimming doors", "cutting curves", "laying floors", "crown molding", "cutting studs"),
        benefits=(
            "cuts come out straight and free of splinters",
            "the line stays clear of dust",
            "it holds its angle through long cuts",
            "it runs with little vibration",
            "the guard retracts smoothly",
        ),
        adjectives=("precise", "powerful", "well-balanced", "dependable"),
    ),
    _type(
        "tape_measure",
        items=("tape measure", "measuring tape"),
        facts={
            "spec": ("12-foot", "16-foot", "25-foot", "30-foot", "35-foot"),
            "material": ("chrome-plated steel", "impact-resistant plastic", "rubber-coated steel"),
            "weight": tenths(61, 188, 7, "{} ounces"),
            "length": tenths(28, 42, 3, "{} inches"),
            "included": ("a belt clip", "a wrist strap", "a pencil holder"),
        },
        features=(
            "a positive blade lock",
            "a magnetic hook",
            "a nylon-coated blade",
            "stud markings",
            "a wide stiff blade",
            "fraction markings",
            "a shock-absorbing bumper",
            "a reinforced end hook",
        ),
        uses=("framing walls", "measuring rooms", "laying tile", "hanging pictures", "trim work", "garden layouts"),
        benefits=(
            "it stands out straight without a helper",
            "the numbers are easy to read in poor light",
            "it retracts without snapping back",
            "it survives drops onto concrete",
            "it fits well in the palm",
        ),
        adjectives=("tough", "handy", "accurate", "pocket-size"),
    ),
    _type(
        "wrench",
        items=("wrench set", "socket set", "screwdriver set", "hex key set"),
        facts={
            "spec": ("8-piece", "12-piece", "16-piece", "24-piece", "40-piece", "56-piece"),
            "material": ("chrome vanadium steel", "forged alloy steel", "hardened tool steel"),
            "weight": tenths(12, 89, 5, "{} pounds"),
            "length": tenths(62, 148, 7, "{} inches"),
            "included": ("a molded storage case", "a roll-up pouch", "a wall rack"),
        },
        features=(
            "a fine-tooth ratchet",
            "a mirror-polished finish",
            "etched size markings",
            "a quick-release button",
            "cushioned handles",
            "a swivel head",
            "magnetic tips",
            "an extension bar",
        ),
        uses=("engine work", "bicycle repair", "plumbing repairs", "furniture assembly", "lawn mower service", "tight spaces"),
        benefits=(
            "bolts turn without rounding off",
            "every piece has its own place in the case",
            "it takes only a short swing to tighten a nut",
            "the finish wipes clean of oil",
            "sizes are easy to tell apart",
        ),
        adjectives=("complete", "professional", "well-made", "heavy-duty"),
    ),
    _type(
        "work_light",
        items=("work light", "flashlight", "headlamp", "lantern"),
        facts={
            "spec": ("200-lumen", "400-lumen", "600-lumen", "1000-lumen", "1500-lumen"),
            "material": ("machined aluminum", "shatterproof plastic", "rubber-coated plastic"),
            "weight": tenths(33, 189, 7, "{} ounces"),
            "length": tenths(32, 98, 5, "{} inches"),
            "included": ("a charging cable", "a magnetic base", "a carrying pouch", "a folding stand"),
        },
        features=(
            "a tilting head",
            "a hanging hook",
            "a dimmer switch",
            "a water-resistant seal",
            "a focusing lens",
            "a red night mode",
            "a battery gauge",
            "an emergency strobe",
        ),
        uses=("power cuts", "engine bays", "night walks", "crawl spaces", "camping trips", "roadside repairs"),
        benefits=(
            "the beam reaches far down a dark path",
            "both hands stay free to work",
            "it shrugs off rain and dust",
            "a full charge lasts all evening",
            "it stands up by itself on any flat surface",
        ),
        adjectives=("bright", "compact", "rugged", "rechargeable"),
    ),
    _type(
        "tool_box",
        items=("tool box", "tool bag", "parts organizer", "tool belt"),
        facts={
            "spec": ("13-inch", "16-inch", "19-inch", "22-inch", "26-inch"),
            "material": ("powder-coated steel", "heavy-duty canvas", "structural foam", "ballistic nylon"),
            "weight": tenths(22, 118, 7, "{} pounds"),
            "length": number_range(14, 28, 2, "{} inches"),
            "included": ("a removable tray", "a shoulder strap", "a set of dividers"),
        },
        features=(
            "metal latches",
            "a lift-out tray",
            "a padded handle",
            "a waterproof seal",
            "a see-through lid",
            "a hard molded base",
            "a padlock eye",
            "many inside pockets",
        ),
        uses=("sorting small parts", "carrying hand tools", "service calls", "the back of the truck", "garage storage", "job sites"),
        benefits=(
            "every tool stays where you put it",
            "it stays upright when full",
            "lids close firmly even when it is packed",
            "it keeps rain and dust out",
            "nothing rattles on the road",
        ),
        adjectives=("roomy", "tough", "well-organized", "weatherproof"),
    ),
)
