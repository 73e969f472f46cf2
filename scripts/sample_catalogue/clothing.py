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
                "The fabric breathes well, and {benefit}.",
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
                "Style {them} with {pairing}.",
                "Dress {them} up with {pairing} or down with {pairing}.",
                "At {weight}, {it} {v:travel} well.",
                "{it} {v:weigh} only {weight}.",
            ),
            0.8,
        ),
    ),
    closing=Slot(
        (
            "{care}.",
            "{it} {v:be} {care}.",
            "Easy to look after: {care}.",
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
    "town?": ("Larkfield", "Kelby", "Sandring", "Port Ansley", "Castlebeck", "Thornwick"),
    "care": ("machine washable", "washable by hand", "safe to tumble dry on low", "easy to wash cold"),
}
SIZES = ("small", "medium", "large", "x-large")
VARIANTS = {"color": COLORS, "clothing_size": SIZES}
TOPS = {"fit": ("relaxed", "slim", "classic", "loose"), "weight?": number_range(6, 18, 2, "{} ounces")}
_type = partial(build_goods, "clothing", style=STYLE, common=COMMON, titles=TITLES, variants=VARIANTS)


TYPES = (
    _type(
        "shirt",
        items=("flannel shirt", "work shirt", "button-down shirt", "camp shirt"),
        facts=TOPS | {"material": ("brushed cotton", "linen", "washed chambray", "cotton twill", "a cotton and hemp blend")},
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
        items=("crewneck sweater", "cardigan", "turtleneck sweater", "pullover"),
        facts=TOPS | {"material": ("merino wool", "lambswool", "combed cotton", "a wool and alpaca blend", "cashmere")},
        features=(
            "ribbed cuffs",
            "raglan sleeves",
            "a cable-knit front",
            "horn-style buttons",
            "elbow patches",
            "a shawl collar",
            "a rolled neckline",
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
        phrases={"pairing": ("corduroy pants", "dark jeans", "a collared shirt", "a long skirt", "leather boots")},
    ),
    _type(
        "jacket",
        items=("rain jacket", "field jacket", "fleece jacket", "quilted vest"),
        facts=TOPS
        | {
            "material": ("ripstop nylon", "waxed cotton", "recycled fleece", "cotton canvas", "coated polyester"),
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
        items=("jeans", "chinos", "hiking pants", "corduroy pants"),
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
        items=("ankle boots", "walking shoes", "leather loafers", "canvas sneakers"),
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
            "the heel measures a comfortable {heel}",
            "{it} {v:cushion} each step",
            "{it} {v:slip} on in a moment",
        ),
        adjectives=("sturdy", "comfortable", "handsome", "cushioned"),
        phrases={"pairing": ("jeans", "wool socks", "chinos", "a casual skirt", "corduroy pants")},
        variants={"color": COLORS, "shoe_size": ("size 7", "size 8", "size 9", "size 10", "size 11")},
        plural=True,
    ),
    _type(
        "hat",
        items=("knit beanie", "sun hat", "bucket hat", "wool cap"),
        facts={
            "fit": ("snug", "regular", "roomy"),
            "material": ("merino wool", "packable straw", "cotton canvas", "wool felt", "recycled polyester"),
            "weight?": number_range(2, 8, 1, "{} ounces"),
        },
        features=(
            "a turned-up cuff",
            "an adjustable chin cord",
            "a soft sweatband",
            "a wide brim",
            "fold-down ear flaps",
            "a woven label",
            "metal vents",
            "a ribbon band",
        ),
        uses=("winter walks", "beach days", "gardening", "early commutes", "camping", "cold bleachers"),
        benefits=(
            "{it} {v:stay} put in the wind",
            "{it} {v:fold} into a coat pocket",
            "{it} {v:sit} comfortably without squeezing",
            "{it} {v:wick} away moisture",
            "{it} {v:spring} back into shape",
        ),
        adjectives=("simple", "lightweight", "comfortable", "classic"),
        phrases={"pairing": ("a warm scarf", "a rain jacket", "a field jacket", "a summer dress", "a pullover")},
    ),
    _type(
        "bag",
        items=("messenger bag", "tote bag", "backpack", "weekender bag"),
        facts={
            "group": ("men's", "women's", "unisex"),
            "fit": ("compact", "roomy"),
            "material": ("waxed canvas", "full-grain leather", "ripstop nylon", "heavy denim"),
            "capacity": number_range(10, 40, 2, "{} liters"),
            "weight": tenths(12, 44, 3, "{} pounds"),
            "care": ("easy to spot clean", "easy to wipe clean"),
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
        uses=("the office", "weekend trips", "school days", "farmers' markets", "carry-on travel", "the gym"),
        benefits=(
            "{it} {v:hold} {capacity} without sagging",
            "{it} {v:stand} up on {its} own",
            "{it} {v:slide} under an airplane seat",
            "the strap spreads the load",
            "{it} {v:shrug} off light rain",
        ),
        adjectives=("well-organized", "rugged", "roomy", "handsome"),
        phrases={"pairing": ("a travel pouch", "a rain jacket", "a matching wallet")},
        titles=("{brand} {line} {material} {item}", "{brand} {group} {line} {item}, {capacity}", "{brand} {material} {item}"),
        variants={"color": COLORS},
    ),
)
