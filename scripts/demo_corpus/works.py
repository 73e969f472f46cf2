"""Words for works of the mind: books, records, films and games, and how their invented titles are made."""

# ruff: noqa: SIM905 -- lists of hundreds of words read better as running text

WORK_NOUNS = (
    "Garden River House Winter Summer Secret Journey Song Lantern Island Shadow Letter Promise Road Mountain Sea "
    "Storm "
    "Silence Daughter Son Mother Father Brother Sister Captain Painter Baker Doctor King Queen Prince Dragon "
    "Witch Ghost "
    "Clock Key Door Window Mirror Map Ship Train Bridge Tower Castle Forest Field Harbor City Village Kingdom "
    "Country "
    "Heart Memory Dream Night Morning Moon Star Sun Rain Snow Fire Stone Bird Horse Dog Cat Fox Wolf Bear Rabbit "
    "Mouse "
    "Kitten Elephant Orchard Rose Tree Leaf Apple Bread Salt Honey Tea Table Chair Lamp Violin Piano Drum Dance "
    "Waltz "
    "Ballad Hymn Blues Story Tale Legend History Life Death Love War Peace Truth Lie Game Puzzle Riddle Mystery "
    "Murder "
    "Crime Law Money Power Science Nature Ocean Planet Machine Robot Robber Soldier Sailor Teacher Student Neighbor "
    "Stranger Friend Enemy Wedding Birthday Christmas Holiday Feast Festival Market Shop School Kitchen Library "
    "Museum "
    "Theater Circus Hotel Station Airport Desert Valley Lake Shore Cave Cellar Attic Roof Wall Fence Gate Path Street"
).split()
WORK_ADJECTIVES = (
    "Silent Hidden Lost Forgotten Broken Golden Silver Red Blue Green White Black Dark Bright Little Great Long Last "
    "First Second Third Wild Quiet Old New Young Cold Warm Secret Strange Distant Empty Endless Perfect Simple "
    "Happy Sad "
    "Brave Clever Lonely Magic Ancient Modern Complete Essential Practical Sacred Burning Frozen Falling Flying "
    "Singing "
    "Dancing Sleeping Wandering Invisible Impossible Beautiful Gentle Crooked Midnight Scarlet Crimson Velvet Paper"
).split()
WORK_VERBS = (
    (
        "Finding Losing Building Learning Teaching Cooking Painting Loving Leaving Following Counting Reading Writing "
        "Understanding Remembering Chasing Waiting for Growing Saving Crossing Breaking Making Mastering Discovering "
        "Exploring "
        "Managing Thinking about Talking to Living with Walking with Drawing Knitting Planning Healing"
    )
    .replace("Waiting for", "Waiting_for")
    .replace("Thinking about", "Thinking_about")
    .replace("Talking to", "Talking_to")
    .replace("Living with", "Living_with")
    .replace("Walking with", "Walking_with")
    .split()
)
SUBJECTS = (
    "Mathematics|Physics|Chemistry|Biology|History|Geography|Philosophy|Economics|Accounting|Law|Medicine|Nursing|"
    "Psychology|Statistics|Programming|Databases|Networks|Gardening|Baking|Photography|Drawing|Chess|Yoga|Marketing|"
    "Leadership|Grammar|Spanish|French|Portuguese|Italian|German|Music "
    "Theory|Architecture|Engineering|Astronomy|Geology|"
    "Poetry|Theology|Mythology|Woodworking|Knitting|Sailing|Running|Parenting|Investing|Negotiation|Writing|Design"
).split("|")
FORMS = {
    "book": (
        "{} (Paperback)|{} (Hardcover)|{}: A Novel|{}: Stories|{}: Poems|{}: A Memoir|{} - Illustrated "
        "Edition|{} (Volume 2)"
        "|{}, Book 3|{}: A Guide for Beginners|{}: A Short History|{} (2nd Edition)|{} Cookbook|{} Workbook|{}: "
        "Essays"
    ).split("|"),
    "record": (
        "{} [Audio CD]|{} (Live)|{} (Vinyl)|{} - Greatest Hits|{}: The Best Of|{} EP|{} (Remastered)|{} (Single)|"
        "{}: Complete Recordings|{} (Soundtrack)|{} [Import]|{} Sessions"
    ).split("|"),
    "film": (
        "{} (DVD)|{} [Blu-ray]|{}: Season 1|{}: The Complete Series|{} (Special Edition)|{} [VHS]|{} (Widescreen)|"
        "{}: A Documentary|{} (Director's Cut)|{}: Season 4"
    ).split("|"),
    "game": (
        "{} (PC)|{} - The Board Game|{}: Card Game|{} Expansion|{} for Windows|{} (Online)|{} 2|{} III|{}: Origins"
    ).split("|"),
}
FORMATS = (
    "Paperback",
    "Hardcover",
    "Audio CD",
    "DVD",
    "Blu-ray",
    "Vinyl",
    "Kindle Edition",
    "PC",
    "Mac",
    "Spiral-bound",
)

# Titles over the whole lexicon, for demo_corpus.plain.PLAIN. A word says little about the one after it, so that whoever
# tells such a title again has to look at it.
WIDE = (
    "The {adj_thing} {item}",
    "The {adj_person} {role}",
    "The {role} and the {animal}",
    "The {animal} of the {spot}",
    "{food}, {food} and {item}",
    "{number} {adj_idea} {idea.s}",
    "{number} {food.s} for the {spot}",
    "{idea} for {role.s}",
    "{idea} for {adj_person} {role.s}",
    "{act.doing} with {animal.s}",
    "{do_thing.doing} the {adj_thing} {item}",
    "{do_person.doing} {hero}",
    "{hero} in the {adj_spot} {spot}",
    "{hero} and the {number} {animal.s}",
    "The {role} from {place}",
    "{place}: {idea} and {idea}",
    "{item}, {stuff}, {spot}",
    "How to {do_thing} {item.s}",
    "How to {act}: {number} {idea.s}",
    "{adj_thing.a} {item} in {place}",
    "The {spot} {opus}",
    "{opus} of the {adj_idea} {role}",
    "The {adj_spot} {spot}: {number} {opus.s}",
    "{food} and {food} for {role.s}",
    "The {stuff} {item}: {opus.a}",
    "Without {item.a}",
    "{item.s} and {animal.s} of {place}",
    "All the {adj_thing} {item.s}",
)
SMALL_WORDS = frozenset("a an and for from in of the to with".split())


def write_as_title(text: str) -> str:
    """Return the text with capitals where English titles have them.

    Examples:
        >>> write_as_title("how to carve: the 20 rules of Old York")
        'How to Carve: The 20 Rules of Old York'
    """
    words = text.split()
    after = ["", *words]
    return " ".join(
        word if word in SMALL_WORDS and before and not before.endswith(":") else word[:1].upper() + word[1:]
        for before, word in zip(after, words, strict=False)
    )
