"""Office and school supplies."""

from functools import partial

from .goods import COLORS, MENTIONS, build_goods, number_range, tenths
from .products import Slot, Style

STYLE = Style(
    opening=Slot(
        (
            "The {brand} {line} {item} {v:keep} {use} on track.",
            "Keep your desk in order with the {line} {item} from {brand}.",
            "{brand} {line} {item}: a_ {adj} choice for {use}.",
            "Made for {use}, the {line} {item} by {brand} {v:have} {feature}.",
            "At school or in the office, the {adj} {line} {item} from {brand} {v:handle} {use}.",
            "{this} {adj} {line} {item} from {brand} {v:be} made of {material}.",
            "The {line} {item} by {brand} {v:pair} {material} with {feature}.",
            "Stock up for {use} with the {line} {item} from {brand}.",
        )
    ),
    middle=(
        Slot(
            (
                "{it} {v:feature} {feature} and {feature2}.",
                "{it} {v:have} {feature}.",
                "{it} also {v:have} {feature2}.",
                "With {feature2}, {benefit}.",
            ),
            0.95,
        ),
        Slot(
            (
                "{benefit}.",
                "{benefit}, and {benefit}.",
                "The {material} is of high quality, and {benefit}.",
                "Day in, day out, {benefit}.",
            ),
            0.95,
        ),
        Slot(
            (
                "{it} {v:measure} {size}.",
                "Size: {size}.",
                "Sold as a_ {pack}.",
                "Each {pack} is wrapped in recyclable paper.",
                "The handy {pack} lasts a long time.",
            ),
            0.9,
        ),
    ),
    closing=Slot(
        (
            "The color is {color}.",
            "{pack}.",
            "Acid free.",
            "Assembled in {town}.",
            "Packed in {town}.",
        ),
        0.6,
    ),
    mentions=MENTIONS,
)
_type = partial(
    build_goods,
    "office",
    style=STYLE,
    common={"town?": ("Quarry Bank", "Mistleham", "Eastlow", "Kelby", "Rushford Mills")},
    titles=(
        "{brand} {line} {item}, {size}, {pack}",
        "{brand} {item}, {material}, {pack}",
        "{brand} {line} {material} {item}",
    ),
    variants={"color": COLORS},
)

TYPES = (
    _type(
        "notebook",
        items=("notebooks", "desk planners", "composition books"),
        facts={
            "material": ("smooth ivory paper", "recycled paper", "heavy cream paper"),
            "size": ("3.5 x 5.5 inches", "5 x 8 inches", "7 x 10 inches", "8.5 x 11 inches"),
            "pack": ("pack of 2", "pack of 3", "pack of 6"),
        },
        features=(
            "a ribbon marker",
            "numbered pages",
            "rounded corners",
            "an elastic closure",
            "a stitched spine",
            "an inside pocket",
            "perforated sheets",
            "a stiff back cover",
        ),
        uses=("meeting notes", "daily planning", "journal writing", "lecture notes", "sketching ideas"),
        benefits=(
            "ink does not bleed through",
            "{it} {v:lie} flat when open",
            "pages tear out cleanly",
            "{it} {v:slip} into any bag",
            "covers stay neat all year",
        ),
        adjectives=("well-bound", "simple", "handsome"),
        plural=True,
    ),
    _type(
        "pens",
        items=("gel pens", "ballpoint pens", "colored pencils", "felt-tip markers"),
        facts={
            "material": ("recycled plastic", "brushed aluminum", "cedar wood"),
            "size": ("5.5 inches", "6 inches", "7 inches"),
            "pack": number_range(6, 48, 6, "pack of {}"),
        },
        features=(
            "cushioned grips",
            "a clear barrel",
            "snap-on caps",
            "a sturdy tin",
            "metal clips",
            "quick-drying ink",
            "a smooth fine tip",
            "break-resistant leads",
        ),
        uses=("note taking", "coloring", "letters", "grading papers", "art class"),
        benefits=(
            "lines stay crisp and even",
            "{it} {v:write} without skipping",
            "colors blend easily",
            "hands stay relaxed through long exams",
            "nothing leaks in a pocket",
        ),
        adjectives=("smooth-writing", "bright", "dependable"),
        plural=True,
    ),
    _type(
        "organizer",
        items=("desk organizer", "file holder", "letter tray", "stapler"),
        facts={
            "material": ("powder-coated steel", "bamboo", "recycled plastic", "wire mesh"),
            "size": ("6 x 4 x 4 inches", "9 x 6 x 5 inches", "12 x 9 x 3 inches", "14 x 10 x 6 inches"),
            "pack": ("pack of 2", "pack of 3"),
            "weight": tenths(6, 48, 3, "{} pounds"),
        },
        features=(
            "rubber feet",
            "a sliding drawer",
            "label slots",
            "rounded edges",
            "a removable tray",
            "a pen cup",
            "cable cutouts",
            "a stackable frame",
        ),
        uses=("a busy desk", "incoming mail", "shared workspaces", "school projects", "the home office"),
        benefits=(
            "papers stay easy to find",
            "{it} {v:stay} put on the desk",
            "{it} {v:need} no assembly",
            "small items no longer go missing",
            "{it} {v:weigh} only {weight}",
        ),
        adjectives=("tidy", "sturdy", "compact"),
    ),
)
