"""Cookbooks, guides, histories, memoirs, advice and textbooks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .fiction import build_book
from .names import TOWNS
from .products import Pool, ProductType

CLOSINGS = (
    "Includes {extra}.",
    "{pages}, with {extra}.",
    "{author} teaches in {town}.",
    "{author} lives and works in {town}.",
    "This {edition} adds {extra}.",
    "With {extra}, it is [easy to use|a book to keep close at hand].",
    "First published in {year}, now with {extra}.",
    "Illustrated throughout, with {extra}.",
    "A_ {quality} guide by {author}.",
    "{author} has written widely on the subject.",
)
READERS = (
    "The writing is [clear|lively|warm] and never talks down.",
    "It is the kind of book that [soon falls open at favorite pages|gets passed from hand to hand].",
    "Anyone new to the subject will find it a_ {quality} place to start.",
    "Readers who know the field will find much that is new.",
    "{author} writes with [humor|patience|authority] and a good eye for detail.",
    "A_ {quality} choice for [libraries|schools|clubs] and for reading at home.",
    "Sidebars and short boxed notes answer the questions most people ask.",
    "Nothing is taken for granted, and every step is explained.",
    "Keep it on the shelf and you will return to it often.",
)
STORYTELLING = (
    "The writing is [clear|lively|warm] and full of small surprises.",
    "It is the kind of book that gets passed from hand to hand.",
    "{author} writes with [humor|patience|authority] and a good eye for detail.",
    "The chapters are short, and each could stand alone.",
    "Readers will feel that they have met these people.",
    "The story moves quickly and never loses its way.",
    "Few writers make the past feel so close.",
    "It is at once [sad and funny|learned and light|sharp and kind].",
)
STORY_CLOSINGS = (
    "Includes {extra}.",
    "{pages}, with {extra}.",
    "{author} lives in {town}.",
    "{author} still lives in {town}.",
    "This {edition} adds {extra}.",
    "First published in {year}, now with {extra}.",
    "{author} has written a book to enjoy and to keep.",
)
STORY_EXTRAS = (
    "a full index",
    "old photographs",
    "fold-out maps",
    "a family tree",
    "a reading list",
    "a new afterword",
)
EXTRAS = (
    "a full index",
    "color photographs",
    "a glossary",
    "step-by-step drawings",
    "fold-out maps",
    "a list of suppliers",
    "blank pages for notes",
    "a reading list",
    "exercises with answers",
    "charts and tables",
)
QUALITIES = ("practical", "friendly", "thorough", "clear", "concise", "trusted", "useful", "beautifully illustrated")


@dataclass(frozen=True)
class Voice:
    """The sentences that books of one sort share.

    Attributes:
        readers: What a reader gets from the book; one more slot after those of the sort.
        closings: Last sentences.
        extras: Values of the attribute ``extra``.
    """

    readers: tuple[str, ...]
    closings: tuple[str, ...]
    extras: tuple[str, ...]


GUIDE = Voice(READERS, CLOSINGS, EXTRAS)
STORY = Voice(STORYTELLING, STORY_CLOSINGS, STORY_EXTRAS)
EDITIONS = ("revised edition", "second edition", "third edition", "updated edition")


def _guide(
    name: str,
    *slots: Sequence[str],
    facts: Mapping[str, Pool],
    titles: Sequence[str],
    phrases: Mapping[str, Sequence[str]],
    weight: float = 1.0,
    voice: Voice = GUIDE,
) -> ProductType:
    return build_book(
        name,
        *slots,
        voice.readers,
        facts={"extra": voice.extras, "edition?": EDITIONS, **facts},
        titles=titles,
        closings=voice.closings,
        phrases={"quality": QUALITIES, **phrases},
        weight=weight,
        cased=True,
        ordered=False,
    )


TYPES = (
    _guide(
        "cookbook",
        (
            "{author} [shares|brings together] {count} for {dish}, {dish} and {dish}.",
            "From {dish} to {dish}, {author} shows home cooks how to get the best from {ingredient}.",
            "In {count}, {author} celebrates the pleasures of {ingredient}.",
            "Good food need not be hard, says {author}, who offers {count} for busy cooks.",
            "If you love {ingredient}, this is the book for you.",
            "{author}, who cooked for years in {place}, offers {count} [for family and friends|for every season].",
            "This {quality} book from {author} puts {ingredient} at the center of the table.",
            "Here are {count} that turn {ingredient} into {dish}, {dish} and more.",
        ),
        (
            "Each recipe lists what can be made ahead and what to serve alongside.",
            "Dishes range from {dish} to {dish}.",
            "There are chapters on {dish}, {dish} and quick suppers.",
            "Most recipes take under an hour and use ordinary pans.",
            "Notes on shopping and storing {ingredient} open the book.",
            "The directions are clear enough for beginners, with ideas that will please old hands.",
            "Menus for holidays and lazy Sundays round out the collection.",
        ),
        facts={
            "count": tuple(f"{n} recipes" for n in range(50, 301, 25)),
            "ingredient": (
                "bread",
                "winter vegetables",
                "beans",
                "apples",
                "fresh fish",
                "chicken",
                "rice",
                "herbs",
                "cheese",
                "eggs",
            ),
            "place": TOWNS,
        },
        titles=(
            "The {ingredient} Kitchen: {count}",
            "{ingredient} for Every Day: {count} by {author}",
            "A Year of {ingredient}",
            "The Complete Book of {ingredient}: {count}",
            "Simply {ingredient}",
        ),
        phrases={
            "dish": (
                "soups",
                "one-pot suppers",
                "savory pies",
                "salads",
                "slow stews",
                "flat breads",
                "pickles",
                "puddings",
                "cakes",
            )
        },
        weight=1.2,
    ),
    _guide(
        "gardening",
        (
            "{author} explains how to grow {plant} in [any soil|small spaces|cool climates].",
            "Whether you garden on a balcony or a farm, {author} will help you grow better {plant}.",
            "Everything you need to know about {plant}, from sowing to harvest, is in this {quality} handbook.",
            "For gardeners in {climate}, {author} has written a_ {quality} guide to {plant}.",
            "Growing {plant} is easier than you think, and {author} shows why.",
            "After half a lifetime with {plant}, {author} passes on what works.",
        ),
        (
            "There is advice on {task}, {task} and {task}.",
            "Month by month, the book covers {task} and {task}.",
            "More than {count} are described, each with notes on height, color and season.",
            "Separate chapters deal with {task} and with {task}.",
            "Plans for small beds and borders are included for {climate}.",
            "Charts show when to plant and how far apart.",
        ),
        facts={
            "plant": (
                "roses",
                "tomatoes",
                "ferns",
                "fruit trees",
                "herbs",
                "bulbs",
                "shade plants",
                "climbing vines",
                "wildflowers",
            ),
            "climate": ("dry climates", "cool climates", "coastal gardens", "mountain gardens", "city gardens"),
            "count": tuple(f"{n} varieties" for n in range(60, 401, 20)),
        },
        titles=(
            "Growing {plant} in {climate}",
            "The Gardener's Guide to {plant}",
            "{plant}: A Handbook for {climate}",
            "{plant} Made Easy by {author}",
        ),
        phrases={
            "task": (
                "pruning",
                "watering",
                "feeding the soil",
                "pest control",
                "saving seed",
                "raising cuttings",
                "winter care",
            )
        },
    ),
    _guide(
        "craft",
        (
            "Learn {craft} the easy way with {count} from {author}.",
            "{author} introduces {craft} through {count} [for every level|that can be finished in a weekend].",
            "With {count}, this {quality} book takes beginners from first steps to finished pieces in {craft}.",
            "Whether you are new to {craft} or have years of practice, these {count} will inspire you.",
            "{craft} has never looked so fresh as in these {count}.",
            "Designer {author} presents {count} that bring {craft} up to date.",
        ),
        (
            "Projects include {project}, {project} and {project}.",
            "Make {project} for a friend or {project} for yourself.",
            "All the basic techniques are shown in large, clear pictures.",
            "Patterns can be traced straight from the page.",
            "Each project lists tools, materials and time needed.",
            "Start with {project} and work up to {project}.",
        ),
        facts={
            "craft": (
                "knitting",
                "quilting",
                "wood carving",
                "basket weaving",
                "bookbinding",
                "embroidery",
                "pottery",
                "paper folding",
            ),
            "count": tuple(f"{n} projects" for n in range(12, 61, 4)),
        },
        titles=(
            "{craft} for Beginners: {count}",
            "The Art of {craft}",
            "{count} in {craft} by {author}",
            "Weekend {craft}: {count}",
        ),
        phrases={
            "project": (
                "a simple scarf",
                "a keepsake box",
                "a baby gift",
                "table decorations",
                "a set of coasters",
                "a wall hanging",
            )
        },
    ),
    _guide(
        "travel",
        (
            "{region} is a land of [quiet coves|high passes|market towns], and {author} knows every corner of it.",
            "Here is the {quality} companion for anyone who plans to see {region} by {mode}.",
            "{author} leads readers through {region} on {count}.",
            "Discover {region} by {mode} with this {quality} guide.",
            "From {place} to the far side of {region}, {author} has tested every route.",
            "Visitors to {region} will find {count} in this {quality} guide by {author}.",
        ),
        (
            "Each route has a map, a note on the weather and a good place for lunch.",
            "There are listings for inns, campsites and cafes near {place}.",
            "Side trips lead to ruins, waterfalls and country fairs.",
            "A short history of {region} sets the scene.",
            "Tips on packing, fares and local manners help first-time visitors.",
            "Distances and times are given for all {count}.",
        ),
        facts={
            "region": (
                "the Marrow Coast",
                "the Veldish Hills",
                "the Orrin Isles",
                "the Tarrow Valley",
                "the Lake Country of Brenn",
            ),
            "mode": ("bicycle", "train", "canoe", "camper van", "foot", "ferry"),
            "count": tuple(f"{n} routes" for n in range(12, 61, 4)),
            "place": TOWNS,
        },
        titles=(
            "{region} by {mode}: {count}",
            "A Traveler's Guide to {region}",
            "{count} in {region}",
            "Exploring {region} by {mode}",
        ),
        phrases={},
    ),
    _guide(
        "history",
        (
            "{author} tells the story of {subject} from {start} to {end}.",
            "Between {start} and {end}, {subject} changed the way people lived and worked.",
            "How did {subject} shape the modern world? {author} looks for answers between {start} and {end}.",
            "Drawing on diaries and court records, {author} follows {subject} from {start} onward.",
            "This {quality} history of {subject} begins in {start} and ends in {end}.",
            "{subject} had their heroes and villains, and {author} gives both their due.",
        ),
        (
            "Along the way we meet [clerks, captains and cooks|inventors and swindlers|farmers, queens and spies].",
            "The author shows how {force} and {force} drove events.",
            "Letters and account books bring ordinary lives into view.",
            "Special attention is given to {force} and to the part played by {place}.",
            "Old certainties fall away as new evidence comes to light.",
            "The result is a portrait of an age shaped by {force}.",
        ),
        facts={
            "subject": (
                "the canal builders",
                "the salt merchants",
                "the lighthouse keepers",
                "the mountain railways",
                "the whaling towns",
                "the first airmail pilots",
                "the glass guilds",
                "the great fairs",
            ),
            "start": tuple(str(n) for n in range(1520, 1800, 7)),
            "end": tuple(str(n) for n in range(1803, 1950, 7)),
            "place": TOWNS,
        },
        titles=(
            "{subject}: A History, {start}-{end}",
            "A Short History of {subject}",
            "{subject}, {start} to {end}",
            "In the Age of {subject}",
        ),
        phrases={"force": ("trade", "hunger", "new machines", "religion", "weather", "rumor", "debt", "war")},
        weight=1.1,
        voice=STORY,
    ),
    _guide(
        "memoir",
        (
            "{author} was {age_then} when {she} first set foot in {place}.",
            "In this [honest|funny|clear-eyed] memoir, {author} looks back on a life as a_ {job}.",
            "Growing up in {place}, {author} never planned to become a_ {job}.",
            "For most of {her} life {author} worked as a_ {job} in {place}, and {she} has stories to tell.",
            "What does a_ {job} know about happiness? Quite a lot, as {author} shows.",
            "{author} left {place} with one suitcase and came back a_ {job}.",
        ),
        (
            "{first} writes about family, work and {topic} without self-pity.",
            "There are chapters on {topic}, {topic} and the art of starting over.",
            "With dry humor, {she} remembers {topic} and {topic}.",
            "The people of {place} are drawn with love and a sharp eye.",
            "It is a story of {topic}, told by someone who paid attention.",
            "Old photographs and letters appear throughout.",
        ),
        facts={
            "job": (
                "country doctor",
                "circus cook",
                "bush pilot",
                "court reporter",
                "lighthouse keeper",
                "stage manager",
                "vet",
            ),
            "place": TOWNS,
            "age_then": ("seven", "eleven", "sixteen", "nineteen", "thirty", "forty"),
        },
        titles=(
            "Confessions of a_ {job}: A Memoir",
            "My Life as a_ {job}",
            "The Road from {place}: A Memoir by {author}",
            "A_ {job} in {place}",
        ),
        phrases={
            "topic": (
                "bad weather",
                "first love",
                "long winters",
                "illness",
                "money troubles",
                "friendship",
                "leaving home",
            )
        },
        voice=STORY,
    ),
    _guide(
        "advice",
        (
            "{author} offers {count} to {goal}.",
            "Do you want to {goal}? {author} shows how, with {count}.",
            "It takes only small changes to {goal}, says {author}.",
            "In this {quality} book, {author} explains how to {goal} without giving up what you enjoy.",
            "{count}, one clear aim: to {goal}.",
            "Based on years of work with {audience}, this book helps readers {goal}.",
        ),
        (
            "Short exercises at the end of each chapter turn ideas into habits.",
            "Real-life examples from {audience} show what works and what does not.",
            "Checklists and worksheets make it easy to begin today.",
            "The advice is honest, kind and free of jargon.",
            "Chapters cover {topic}, {topic} and {topic}.",
            "Written for {audience}, it respects how little time they have.",
        ),
        facts={
            "goal": (
                "sleep better",
                "save money",
                "lead a small team",
                "speak in public",
                "clear the clutter",
                "find new work",
                "raise calm children",
                "run a small business",
            ),
            "count": tuple(f"{n} steps" for n in range(7, 31)),
            "audience": ("busy parents", "new managers", "students", "shopkeepers", "nurses", "retired people"),
        },
        titles=(
            "How to {goal}: {count}",
            "{count} to {goal}",
            "{goal}: A Handbook for {audience}",
            "The Simple Way to {goal} by {author}",
        ),
        phrases={
            "topic": (
                "planning",
                "saying no",
                "asking for help",
                "keeping records",
                "rest",
                "setting goals",
                "hard talks",
            )
        },
    ),
    _guide(
        "textbook",
        (
            "This {quality} introduction to {subject} is written for {audience}.",
            "{author} gives {audience} a firm grounding in {subject}.",
            "Now in its {edition}, this text covers the whole of {subject} in {count}.",
            "Designed for {audience}, the book presents {subject} in {count}.",
            "{subject} is explained from first principles in {count} of clear text.",
            "A standard work on {subject}, by {author}.",
        ),
        (
            "Worked examples lead from simple cases to harder ones.",
            "Every chapter closes with a summary and review questions.",
            "New material covers {topic} and {topic}.",
            "The treatment of {topic} has been expanded.",
            "Key terms are defined in the margin.",
            "Case studies show how the theory is used in {topic}.",
        ),
        facts={
            "subject": (
                "soil science",
                "bookkeeping",
                "structural timber design",
                "marine biology",
                "elementary statistics",
                "circuit theory",
                "nursing practice",
                "music theory",
                "map making",
            ),
            "audience": (
                "first-year students",
                "working engineers",
                "evening classes",
                "high school students",
                "self-taught readers",
            ),
            "count": tuple(f"{n} chapters" for n in range(8, 29)),
        },
        titles=(
            "{subject}: An Introduction",
            "Principles of {subject} ({edition})",
            "{subject} for {audience}",
            "A First Course in {subject}, {count}",
        ),
        phrases={
            "topic": ("field methods", "measurement", "safety", "computer models", "laboratory work", "quality control")
        },
        weight=1.1,
    ),
)
