"""Clothing and shoes."""

from functools import partial

from .goods import COLORS, MENTIONS, build_goods, number_range, tenths
from .products import Slot, Style

STYLE = Style(
    opening=Slot(
        (
            "The {line} {item} from {brand} {v:be} cut from {material} for {use}.",
            "{brand} makes the {line} {item} from {material}, soft from the first wear.",
            "Made for {use}, {this} {adj} {item} from {brand} {v:come} in {material}.",
            "The {line} by {brand} {v:be} {an}{adj} {item} in {material}, made for {use}.",
            "Pull on the {line} {item} from {brand} for {use}.",
            "{brand} designed {this} {group} {item} for {use}.",
            "{brand} offers the {line} {item} in {material} for {use} or {use}.",
            "Comfort comes first in the {line} {item}, made by {brand} from {material}.",
            "{this} {adj} {group} {item} from {brand} {v:pair} {material} with {feature}.",
            "Ready for {use}, the {line} {item} by {brand} {v:bring} together {material} and {feature}.",
        )
    ),
    middle=(
        Slot(
            (
                "Finishing touches include {feature}.",
                "{it} {v:have} {feature}[| and a comfortable {fit} fit].",
                "Details include {feature} and {feature2}.",
                "Finished with {feature}.",
                "{feature} and {feature2} round out the design.",
                "Look closer and you will see {feature2}.",
                "You will reach for {them} again and again because {benefit}.",
            ),
            0.95,
        ),
        Slot(
            (
                "{benefit}.",
                "{benefit}, and {benefit}.",
                "{it} {v:feel} good all day, and {benefit}.",
                "Made to last, {it} {v:be} {care}.",
                "The {fit} fit leaves room to move, and {benefit}.",
                "{it} {v:be} cut in a_ {fit} fit.",
                "Because the {material} is carefully chosen, {benefit}.",
            ),
            0.95,
        ),
        Slot(
            (
                "Wear {them} with {pairing}.",
                "{it} {v:pair} well with {pairing} and {pairing}.",
                "The heel measures {heel}.",
                "Style {them} with {pairing}.",
                "Dress {them} up with {pairing} or down with {pairing}.",
                "At {weight}, {it} {v:travel} well.",
                "{it} {v:weigh} only {weight}.",
            ),
            0.8,
            echo=False,
        ),
    ),
    closing=Slot(
        (
            "{care}.",
            "{it} {v:be} {care}.",
            "Practical, too: {care}.",
            "Shown in {color}.",
            "The color is {color}.",
            "Sewn in {town}.",
            "Made in our {town} workshop; {care}.",
            "Imported. {care}.",
        ),
        0.8,
    ),
    mentions=MENTIONS,
)
TITLES = (
    "{brand} {group} {line} {item}",
    "{brand} {group} {material} {item}",
    "{brand} {line} {group} {item} in {material}",
    "{brand} {group} {line} {fit} fit {item}",
)
COMMON = {
    "group": ("men's", "women's", "men's", "women's", "girls'", "boys'"),
    "town?": ("Larkfield", "Kelby", "Sandring", "Port Ansley", "Castlebrook", "Thornwick"),
    "care": ("machine washable", "washable by hand", "safe to tumble dry on low", "easy to wash cold"),
}
SIZES = ("small", "medium", "large", "x-large")
VARIANTS = {"color": COLORS, "clothing_size": SIZES}
TOPS = {"fit": ("relaxed", "slim", "classic", "loose"), "weight?": number_range(6, 18, 2, "{} ounces")}
_type = partial(build_goods, "clothing", style=STYLE, common=COMMON, titles=TITLES, variants=VARIANTS)


TYPES = (
    _type(
        "shirt",
        items=("long-sleeve shirt", "work shirt", "button-down shirt", "camp shirt"),
        facts=TOPS
        | {"material": ("brushed cotton", "linen", "washed chambray", "cotton twill", "a cotton and hemp blend")},
        features=(
            "two chest pockets",
            "a button-down collar",
            "pearl-look snaps",
            "a box pleat at the back",
            "adjustable cuffs",
            "a curved hem",
            "double-stitched seams",
            "a pencil slot",
        ),
        uses=("cool mornings", "weekends outdoors", "casual Fridays", "long days at work", "layering", "yard work"),
        benefits=(
            "{it} {v:stay} soft wash after wash",
            "{it} {v:layer} easily over a plain tee",
            "{it} {v:hold} {its} color well",
            "{it} {v:move} with you",
            "{it} {v:need} little ironing",
        ),
        adjectives=("comfortable", "rugged", "classic", "easygoing"),
        phrases={"pairing": ("dark jeans", "canvas work pants", "a plain tee", "chinos", "a wool vest")},
    ),
    _type(
        "sweater",
        items=("crewneck sweater", "roll-neck sweater", "pullover", "half-zip sweater"),
        facts=TOPS | {"material": ("merino wool", "lambswool", "combed cotton", "a wool and alpaca blend", "cashmere")},
        features=(
            "ribbed cuffs",
            "raglan sleeves",
            "a cable-knit front",
            "a ribbed hem",
            "elbow patches",
            "a fine-gauge knit",
            "a neat neckline",
            "a split hem",
        ),
        uses=("chilly evenings", "the office", "fall hikes", "holiday dinners", "layering", "cabin weekends"),
        benefits=(
            "{it} {v:keep} you warm without bulk",
            "{it} {v:resist} pilling",
            "{it} {v:spring} back into shape",
            "{it} {v:feel} gentle against the skin",
            "{it} {v:layer} well under a coat",
        ),
        adjectives=("cozy", "timeless", "soft", "warm"),
        phrases={"pairing": ("corduroy pants", "dark jeans", "a collared shirt", "wool trousers", "leather boots")},
    ),
    _type(
        "jacket",
        items=("rain jacket", "field jacket", "hooded jacket", "travel jacket"),
        facts=TOPS
        | {
            "material": ("ripstop nylon", "waxed cotton", "cotton canvas", "coated polyester"),
            "weight?": number_range(14, 40, 2, "{} ounces"),
        },
        features=(
            "a packable hood",
            "zippered hand pockets",
            "a storm flap",
            "sealed seams",
            "an inside pocket",
            "a two-way zipper",
            "a drawcord hem",
            "reflective piping",
        ),
        uses=("wet commutes", "spring hikes", "breezy walks", "dog walks in the rain", "travel", "autumn camping"),
        benefits=(
            "{it} {v:shed} rain and {v:block} wind",
            "{it} {v:pack} down small",
            "{it} {v:dry} quickly",
            "{it} {v:leave} room for a sweater underneath",
            "the pockets keep small things safe",
        ),
        adjectives=("weatherproof", "rugged", "lightweight", "versatile"),
        phrases={"pairing": ("hiking pants", "jeans", "a warm hat", "rubber boots", "a thin sweater")},
    ),
    _type(
        "pants",
        items=("work pants", "five-pocket pants", "travel pants", "weekend pants"),
        facts={
            "fit": ("straight", "relaxed", "slim", "tapered"),
            "material": ("stretch denim", "cotton twill", "quick-dry nylon", "wide-wale corduroy", "brushed canvas"),
            "weight?": number_range(10, 22, 2, "{} ounces"),
        },
        features=(
            "five pockets",
            "a hidden zip pocket",
            "reinforced knees",
            "a gusseted seat",
            "an elastic waist at the back",
            "belt loops",
            "copper-tone rivets",
            "bar-tacked pockets",
        ),
        uses=("everyday wear", "long drives", "garden work", "trail days", "casual offices", "weekend errands"),
        benefits=(
            "{it} {v:stretch} where you need it",
            "{it} {v:keep} {its} shape all day",
            "{it} {v:stand} up to hard use",
            "{it} {v:break} in beautifully",
            "{it} {v:sit} comfortably at the waist",
        ),
        adjectives=("durable", "comfortable", "easygoing", "neat"),
        phrases={"pairing": ("a flannel shirt", "a plain tee", "canvas sneakers", "work boots", "a knit pullover")},
        plural=True,
    ),
    _type(
        "shoes",
        items=("ankle boots", "walking shoes", "slip-on loafers", "low-top sneakers"),
        facts={
            "fit": ("regular", "wide", "snug", "roomy"),
            "material": ("full-grain leather", "oiled suede", "waxed canvas", "soft nubuck", "woven canvas"),
            "heel": tenths(5, 26, 3, "{} inches"),
            "care": ("easy to wipe clean", "easy to brush clean"),
        },
        features=(
            "a cushioned insole",
            "a padded collar",
            "a rubber lug sole",
            "elastic side panels",
            "a pull tab at the back",
            "contrast stitching",
            "a removable footbed",
            "waxed laces",
        ),
        uses=("city walks", "long shifts", "weekend trips", "muddy lanes", "casual dinners", "the daily commute"),
        benefits=(
            "{it} {v:mold} to your foot with wear",
            "{it} {v:grip} well on wet ground",
            "the soles wear slowly",
            "{it} {v:cushion} each step",
            "{it} {v:slip} on in a moment",
        ),
        adjectives=("sturdy", "comfortable", "handsome", "cushioned"),
        phrases={"pairing": ("jeans", "wool socks", "chinos", "dark denim", "corduroy pants")},
        variants={"color": COLORS, "shoe_size": ("size 7", "size 8", "size 9", "size 10", "size 11")},
        plural=True,
    ),
    _type(
        "hat",
        items=("sun hat", "bucket hat", "brimmed hat"),
        facts={
            "fit": ("snug", "regular", "roomy"),
            "material": ("packable straw", "cotton canvas", "linen", "recycled polyester"),
            "weight?": number_range(2, 8, 1, "{} ounces"),
        },
        features=(
            "a crushable crown",
            "an adjustable chin cord",
            "a soft sweatband",
            "a wide brim",
            "a stiffened brim",
            "a woven label",
            "small metal vents",
            "a ribbon band",
        ),
        uses=("beach days", "gardening", "camping", "boat trips", "long walks", "ball games"),
        benefits=(
            "{it} {v:stay} put in the wind",
            "{it} {v:fold} into a coat pocket",
            "{it} {v:sit} comfortably without squeezing",
            "{it} {v:wick} away moisture",
            "{it} {v:spring} back into shape",
        ),
        adjectives=("simple", "lightweight", "comfortable", "classic"),
        phrases={"pairing": ("a linen shirt", "a rain jacket", "a field jacket", "a cotton shirt", "a pullover")},
    ),
    _type(
        "beanie",
        items=("knit beanie", "watch cap", "winter hat"),
        facts={
            "fit": ("snug", "regular", "roomy"),
            "material": ("merino wool", "lambswool", "recycled wool", "soft acrylic", "a wool and alpaca blend"),
            "weight?": number_range(2, 6, 1, "{} ounces"),
        },
        features=(
            "a turned-up cuff",
            "a fleece lining",
            "a woven label",
            "a ribbed band",
            "a knitted pompom",
            "fold-down ear flaps",
            "a cable pattern",
            "a reflective thread",
        ),
        uses=("winter walks", "early commutes", "sledding", "cold bleachers", "ice skating", "frosty mornings"),
        benefits=(
            "ears stay warm in the wind",
            "{it} {v:fold} into a coat pocket",
            "{it} {v:stretch} without losing shape",
            "{it} {v:feel} soft against the forehead",
            "{it} {v:fit} under a hood or a helmet",
        ),
        adjectives=("warm", "simple", "soft", "classic"),
        phrases={"pairing": ("a warm scarf", "a winter coat", "a field jacket", "wool gloves", "a pullover")},
    ),
)
