"""Novels, picture books and poetry."""

from collections.abc import Mapping, Sequence
from random import Random

from .grammar import article
from .names import TOWNS, invent_person, split_words
from .products import Pool, ProductType, Slot, Style

FORMATS = (
    "Paperback",
    "Hardcover",
    "Large Print",
    "Audio CD",
    "Mass Market Paperback",
    "Library Binding",
    "Audio Cassette",
    "Spiral-bound",
    "School Binding",
)
ADJECTIVES = split_words(
    "Salt Quiet Saffron Hidden Winter Borrowed Crooked Tin Marble Patient Sixth Distant Painted Lamplit Harvest "
    "Brass Autumn Forgotten Amber Restless Gentle Chalk Northern Linen Copper Unwritten Sleeping Cedar Drifting "
    "Ashen Woolen Juniper"
)
NOUNS = split_words(
    "Orchard Lantern River Garden Bridge Harbor Key Letter Daughter Mapmaker House Clock Island Mirror Sparrow "
    "Road Window Season Tide Kingdom Promise Witness Meadow Heir Crown Shore Violin Station Candle Gate Ferry "
    "Library Thief Compass"
)
PURPOSES = ("Two", "Winter", "the Taking", "Strangers", "Every Hour", "the Keeping")
PLACES_OF_STORY = split_words(
    "Hill Road|Mill Lane|the North Shore|Tanner Street|the Long Field|Kestrel Wood|Bell Tower|the Far Side",
    "|",
)


def invent_work(rng: Random) -> str:
    """The title of a story.

    >>> invent_work(Random(4)) != invent_work(Random(5))
    True
    """
    first, second = rng.sample(NOUNS, 2)
    adjective = rng.choice(ADJECTIVES)
    return rng.choice(
        (
            f"The {adjective} {first}",
            f"The {adjective} {first}",
            f"The {first} and the {second}",
            f"{article(first).capitalize()} {first} for {rng.choice(PURPOSES)}",
            f"The {first}'s {second}",
            f"The {first} at {rng.choice(TOWNS)}",
            f"The {first} on {rng.choice(PLACES_OF_STORY)}",
            f"{adjective} {first}",
            f"One {adjective} {first}" if first.endswith(("y", "f", "s")) else f"All the {adjective} {first}s",
        )
    )


CLOSINGS = (
    "{work} is [a story|a novel] about {theme} and {theme}.",
    "In {work}, {author} writes [with warmth and wit|with a sure hand|with great tenderness] about {theme}.",
    "[Readers|Fans] of {author} will not want to put this one down.",
    "{author} has written a_ {praise} novel of {theme}.",
    "{author} lives in {town}.",
    "{praise} and {praise}, this is {author} at [full strength|the top of the form].",
    "This edition runs to {pages}.",
    "First published in {year}, it [remains a favorite|has never gone out of print|is back at last].",
    "Includes a reading group guide. {pages}.",
    "A_ {praise} tale of {theme}, told in {pages}.",
    "{author} is also the author of {other}.",
)
MENTIONS = {
    "author": ("By {author}.", "Written by {author}.", "From the pen of {author}."),
    "work": (
        "{work} is not to be missed.",
        "{work} is a story to get lost in.",
        "So begins {work}.",
        "{work} keeps its secrets to the end.",
    ),
    "series": ("Part of the series {series}.", "From the series {series}."),
    "format": ("{format} edition.", "This is the {format} edition."),
    "pages": ("{pages}.",),
    "count": ("There are {count} in all.",),
    "mode": ("Made for travel by {mode}.",),
    "climate": ("Written with {climate} in mind.",),
    "audience": ("Written for {audience}.",),
    "ingredient": ("The subject is {ingredient}, plain and simple.",),
    "thing": ("Look out for the {thing}!",),
    "animal": ("{pet} is a_ {animal}.",),
    "place": ("The setting is {place}.",),
    "job": ("It is the life of a_ {job}, plainly told.",),
    "end": ("The account closes in {end}.",),
    "start": ("The account opens in {start}.",),
    "edition": ("This is the {edition}.",),
}
PHRASES = {
    "theme": (
        "loyalty",
        "forgiveness",
        "family secrets",
        "second chances",
        "friendship",
        "grief and hope",
        "courage",
        "memory",
        "the price of ambition",
        "home",
        "love and loss",
        "growing up",
    ),
    "praise": (
        "moving",
        "gripping",
        "tender",
        "richly told",
        "haunting",
        "wise",
        "unforgettable",
        "witty",
        "suspenseful",
    ),
}


def year(rng: Random) -> str:
    """A year of publication."""
    return str(rng.randrange(1948, 2013))


def pages(rng: Random) -> str:
    """A book's length, such as ``312 pages``."""
    return f"{rng.randrange(112, 560, 8)} pages"


def build_book(
    name: str,
    *slots: Sequence[str],
    facts: Mapping[str, Pool],
    titles: Sequence[str] = ("{work}", "{work}: A Novel", "{work}", "{work} ({series})", "{work} by {author}"),
    closings: Sequence[str] = CLOSINGS,
    phrases: Mapping[str, Sequence[str]] | None = None,
    weight: float = 1.0,
    cased: bool = False,
    ordered: bool = True,
) -> ProductType:
    """A sort of book: its ``slots`` are the opening and then the middle, in order."""
    opening, *middle = (Slot(tuple(patterns), 0.95) for patterns in slots)
    style = Style(opening, tuple(middle), Slot(tuple(closings), 0.9), MENTIONS, ordered)
    common: dict[str, Pool] = {
        "work": invent_work,
        "author": invent_person,
        "pages?": pages,
        "year?": year,
        "town?": TOWNS,
    }
    return ProductType(
        kind="books",
        name=name,
        titles=tuple(titles),
        facts=common | dict(facts),
        style=style,
        variants={"format": FORMATS},
        phrases=dict(PHRASES) | dict(phrases or {}),
        tails=" ({})",
        weight=weight,
        cased=cased,
    )


HERO: dict[str, Pool] = {"hero": invent_person, "place": TOWNS, "other?": invent_work}

TYPES = (
    build_book(
        "mystery",
        (
            (
                "When {victim} is found dead in {spot}, {job} {hero} is the only one in {place} who "
                "[does not believe it was an accident|asks the right questions]."
            ),
            "Nobody in {place} expected {hero}, a quiet {job}, to find {clue}.",
            "{hero} came to {place} to start over as a_ {job}. Then {victim} disappeared.",
            "It begins with {clue}, left on the doorstep of {job} {hero}.",
            "In {place}, everyone has something to hide, and {job} {hero} is about to learn what it is.",
            "A_ {job} by trade and curious by nature, {hero} cannot leave a locked door alone.",
            "Long after {victim} vanished from {place}, {hero} finds {clue}.",
            "Retired {job} {hero} thought the quiet streets of {place} held no more surprises.",
            "The rain has not stopped for a week when {job} {hero} is called to {spot} in {place}.",
        ),
        (
            (
                "As {first} follows {clue} through the back streets of {place}, [old friends begin to "
                "lie|the list of suspects grows]."
            ),
            "The only clue is {clue}, and the only witness is not talking.",
            (
                "With the help of {friend}, {she} pieces together a story that [powerful people|the "
                "town's best families] would rather forget."
            ),
            "Soon {first} learns that {friend} knows more than anyone admits.",
            "Every answer leads back to {spot}.",
            "{friend}, an old friend with secrets to keep, warns {him} to stay away.",
            "The trail leads from {spot} to a family that has waited years for revenge.",
        ),
        (
            "But somebody is watching, and {first} is running out of time.",
            "Now {she} must [find the truth|name the killer] before another life is lost.",
            "To clear {her} own name, {first} must return to the one place {she} swore never to visit again.",
            "What {she} discovers will change {place} forever.",
            "The closer {first} gets to the truth, the more {she} has to lose.",
            "Before the week is over, {she} will have to decide whom to trust.",
        ),
        facts=HERO
        | {
            "job": (
                "librarian",
                "clock repairer",
                "police sergeant",
                "baker",
                "lawyer",
                "ferry pilot",
                "bookseller",
                "postmaster",
            ),
            "clue": (
                "an unsigned letter",
                "a torn photograph",
                "a silver key",
                "a ledger in code",
                "a stopped watch",
                "a child's shoe",
            ),
            "friend": invent_person,
            "series?": (
                "The Larkfield Mysteries",
                "A Tidewater Mystery",
                "The Night Ferry Files",
                "A Kelby Crossing Mystery",
            ),
        },
        phrases={
            "victim": ("the mayor", "a wealthy widow", "the schoolmaster", "a visiting painter", "the harbor master"),
            "spot": (
                "the old boathouse",
                "the church hall",
                "the empty mill",
                "the grand hotel",
                "the botanical garden",
            ),
        },
        weight=1.5,
    ),
    build_book(
        "romance",
        (
            "{hero} has sworn off love for good, until {partner} walks into {her} {shop} in {place}.",
            "All {hero} wants is to save {her} {shop}. All {partner} wants is to tear it down.",
            "When {hero} inherits a_ {shop} in {place}, {she} does not expect {partner} to come with it.",
            "{partner} once left {place} without a word. Now the past is back, and {hero} has a_ {shop} to run.",
            (
                "There is only one person in {place} who can help {hero}, and it is {partner}, the last "
                "one {she} wants to ask."
            ),
            "Running a_ {shop} in {place} leaves {hero} little time for romance.",
            "A single dance at the {event} was all it took for {hero} to remember {partner}.",
            "{hero} and {partner} have been rivals since their school days in {place}.",
        ),
        (
            (
                "Thrown together for the {event}, the two find that [old feelings|first impressions] are "
                "hard to [forget|trust]."
            ),
            "As the {event} draws near, {first} begins to see {partner} with new eyes.",
            "One snowy night changes everything between them.",
            "What starts as a bargain soon becomes something deeper.",
            "Working side by side on the {event}, they learn to laugh again.",
            "The whole town has an opinion, and nobody keeps it to themselves.",
        ),
        (
            "But a secret from the past threatens their [chance at happiness|new beginning].",
            "Can {first} risk {her} heart one more time?",
            "To keep what {she} loves, {first} must first learn to let go.",
            "When an offer from the city arrives, {she} has to choose between {her} dream and {her} heart.",
            "Sometimes the long way home is the only way.",
            "With {her} {shop} at stake, {first} must decide what matters most.",
        ),
        facts=HERO
        | {
            "partner": invent_person,
            "shop": (
                "flower shop",
                "bakery",
                "bookshop",
                "vineyard",
                "guesthouse",
                "riding school",
                "tea room",
                "pottery studio",
            ),
            "event": ("harvest festival", "winter ball", "summer fair", "lantern parade", "regatta", "village wedding"),
            "series?": ("The Sandring Brides", "Hollin Bay Hearts", "A Meadow Lane Romance"),
        },
        weight=1.2,
    ),
    build_book(
        "fantasy",
        (
            "In the kingdom of {realm}, {job} {hero} [guards|carries|has stolen] {relic}, and every army wants it.",
            "{hero} was born a_ {job} in {realm} and expected to die one, until {relic} called {her} name.",
            "For centuries {relic} has slept beneath {realm}. Now it is awake.",
            "Magic is forbidden in {realm}, but {hero}, a young {job}, cannot stop the fire in {her} hands.",
            "The last king of {realm} is dead, and only {hero} knows where {relic} is hidden.",
            "Bound by an oath to {relic}, {job} {hero} sets out across {realm}.",
            "Dragons have returned to {realm}, and nobody will believe {hero}, the {job} who saw them first.",
            "When the gates of {realm} fall, {hero} escapes with nothing but {relic}.",
        ),
        (
            "With {friend} at {her} side, {she} must cross the [frozen|burning|silent] lands to the north.",
            "Hunted by {foe}, {first} must learn to trust {friend}.",
            "{friend} offers help, for a price.",
            "But {foe} are gathering, and winter is near.",
            "Along the road {she} finds {friend}, who remembers the old songs.",
            "The way leads through haunted forests, past {foe}, to the edge of the map.",
        ),
        (
            "If {first} fails, {realm} will fall into darkness.",
            "To save {her} people, {she} must become the very thing they fear.",
            "An ancient power is stirring, and it knows {her} name.",
            "What {she} finds there will break the world or mend it.",
            "Only one who was never meant to rule can [end the war|light the beacon].",
            "Every spell has its price, and {first} has almost nothing left to give.",
        ),
        facts={
            "hero": invent_person,
            "friend": invent_person,
            "realm": (
                "Veldermoor",
                "Asharra",
                "Orrindell",
                "the Nine Marshes",
                "Tarrowen",
                "Brennoth",
                "Ysgarren",
                "Caldemar",
            ),
            "job": ("shepherd", "blacksmith", "scribe", "healer", "bell ringer", "falconer", "stable hand", "mapmaker"),
            "relic": (
                "the Glass Crown",
                "the Ember Stone",
                "the Book of Tides",
                "the Hollow Sword",
                "the Raven Lamp",
                "the Ninth Key",
            ),
            "series?": (
                "The Lamplight Cycle, Book 1",
                "The Lamplight Cycle, Book 2",
                "Songs of Asharra, Book 3",
                "The Tidebound Trilogy, Book 1",
            ),
            "other?": invent_work,
        },
        phrases={
            "foe": ("the gray riders", "the witch-lords", "the drowned kings", "a tireless hunter", "the iron priests")
        },
        weight=1.1,
    ),
    build_book(
        "science_fiction",
        (
            "{job} {hero} is alone aboard {ship} when the signal arrives from {world}.",
            "The colony on {world} has gone silent, and {job} {hero} is sent aboard {ship} to find out why.",
            "When {ship} drops out of the dark above {world}, {job} {hero} is the last one awake.",
            "{hero} has spent half a lifetime as a_ {job} on {world}, dreaming of {ship}.",
            "Nobody is supposed to be alive on {world}. {job} {hero} has just heard a voice.",
            "On {world}, memory can be bought and sold, and {hero} is a_ {job} with nothing left to sell.",
            "Other ships were lost before {ship}. {job} {hero} means to bring this one home.",
            "The war for {world} is over, but for {hero}, once a_ {job}, the hard part has just begun.",
        ),
        (
            "What {she} finds is older than humanity, and it is not [asleep|alone].",
            "Together with {friend}, {first} must cross the dead zone before the air runs out.",
            "{friend} believes the signal is a warning. The company believes it is a fortune.",
            "As systems fail one by one, {first} begins to doubt {friend}, the crew and {her} own mind.",
            "The machines have stopped obeying, and only {friend} knows why.",
            "Hidden in the wreck is a message with {her} own name on it.",
        ),
        (
            "Time is running short, and there is no way back.",
            "The choice {she} makes will decide the fate of {world}.",
            "If {first} is right, no one on {world} will live to see the spring.",
            "To survive, {she} must trust the one mind on board that is not human.",
            "Some doors should never be opened.",
        ),
        facts={
            "hero": invent_person,
            "friend": invent_person,
            "job": ("engineer", "botanist", "navigator", "salvage diver", "medic", "archivist", "pilot"),
            "ship": (
                "the Patient Star",
                "the Long Harvest",
                "the Meridian",
                "the Gray Heron",
                "the Far Lantern",
                "the Quiet Sum",
            ),
            "world": (
                "Kestrel Nine",
                "New Ansley",
                "Varro Station",
                "the ice moon Thessaly",
                "Orison",
                "Halden's World",
            ),
            "series?": ("The Far Dark, Book 1", "The Far Dark, Book 2", "Halden Station, Book 3"),
            "other?": invent_work,
        },
    ),
    build_book(
        "historical",
        (
            "In the [spring|autumn|winter] of {past}, {hero} arrives in {place} with {keepsake} and a false name.",
            "{place}, {past}. {job} {hero} has one chance to save {her} family.",
            "Trained as a_ {job} in {place}, {hero} was never meant to see the wider world.",
            "The year is {past}, and war has come to {place}, where {hero} works as a_ {job}.",
            "{job} {hero} has kept {keepsake} hidden since the summer of {past}.",
            "Set in {place} in {past}, {work} follows {job} {hero} through a year of [flood|fever|hunger] and hope.",
            "When the mill at {place} burns in {past}, {hero} loses everything but {keepsake}.",
            "{author} brings the {place} of {past} to life through the eyes of {hero}, a_ {job}.",
        ),
        (
            "Torn between duty and {friend}, {she} must find a place in a changing world.",
            "There {she} meets {friend}, whose [kindness|silence] hides a dangerous past.",
            "As the town divides, {first} and {friend} find themselves on opposite sides.",
            "Letters from {friend} are all that keep {him} going.",
            "{keepsake} is all {she} has left of home.",
            "For {first}, the price of freedom is higher than {she} knew.",
        ),
        (
            "From crowded docks to grand drawing rooms, the past comes alive in every detail.",
            "Generations later, the truth is waiting to be found.",
            "Based on careful research, the story moves between {place} and the open sea.",
            "It is a time of great change, and nobody will come through it the same.",
            "What follows will bind two families for a lifetime.",
        ),
        facts=HERO
        | {
            "friend": invent_person,
            "past": lambda rng: str(rng.randrange(1688, 1947)),
            "job": ("weaver", "printer", "nurse", "shipwright", "glassblower", "midwife", "tailor", "telegraph clerk"),
            "keepsake": (
                "a carved ivory comb",
                "a bundle of letters",
                "a brass compass",
                "a violin",
                "a family Bible",
                "a silver thimble",
            ),
        },
        weight=1.2,
    ),
    build_book(
        "literary",
        (
            (
                "{hero} returns to {place} after many years to [bury {her} father|sell the family "
                "house|settle an old debt]."
            ),
            "Every summer {hero} goes back to {place}, and every summer nobody mentions {secret}.",
            "A_ {job} in {place}, {hero} believes that {she} has made peace with {secret}.",
            "{hero} has stopped speaking, and the whole of {place} wants to know why.",
            "On the day the river floods, {job} {hero} finds a stranger asleep in the kitchen.",
            "Two sisters, one house, and {secret}: {work} follows {hero} through a single season in {place}.",
            (
                "At the heart of {work} is {hero}, a_ {job} who [cannot sleep|counts everything|writes "
                "letters to the dead]."
            ),
            "{author}'s {work} opens in {place}, where {hero} is waiting for news.",
        ),
        (
            "Over one long summer, {first} is forced to look again at {secret}.",
            "Slowly the truth about {secret} comes to light.",
            "Only {friend}, {her} oldest friend, seems to remember things as they were.",
            "As the days shorten, {she} and {friend} begin to talk about what was lost.",
            "{friend} arrives with questions that {first} would rather not answer.",
            "What has been buried does not stay buried.",
        ),
        (
            "[Quietly|Tenderly|Patiently], the story asks what we owe to those we leave behind.",
            "It is a book about small kindnesses and the weather of a marriage.",
            "Told in spare, luminous prose, it lingers long after the last page.",
            "By turns funny and sad, it finds beauty in ordinary days.",
            "Nothing much happens, and everything changes.",
        ),
        facts=HERO
        | {
            "friend": invent_person,
            "job": (
                "schoolteacher",
                "piano tuner",
                "farmer",
                "retired judge",
                "translator",
                "gardener",
                "night nurse",
                "beekeeper",
            ),
            "secret": (
                "the missing brother",
                "the burned letters",
                "the summer of the drowning",
                "the unpaid debt",
                "the lost child",
            ),
        },
        weight=1.3,
    ),
    build_book(
        "picture_book",
        (
            "{pet} the {animal} [does not want to|cannot] sleep.",
            "Meet {pet}, a little {animal} with a very big {thing}.",
            "It is the first day of school, and {pet} the {animal} is hiding in the closet.",
            "{pet} is not like the other {animal}s on {lane}.",
            "One windy morning, {pet} the {animal} finds a_ {thing} in the garden.",
            "What would you do with a_ {thing}? {pet} the {animal} has an idea.",
            "Everyone on {lane} is getting ready for the big party, except {pet} the {animal}.",
            "{pet} the {animal} wants a_ {thing} more than anything in the world.",
        ),
        (
            (
                "With a little help from friends, {pet} learns that [being different is fine|it is brave "
                "to ask|sharing is fun]."
            ),
            "Up the hill, over the bridge and through the puddles goes {pet}, looking for the {thing}.",
            "But nobody on {lane} has time to help.",
            "First comes the goose, then the goat, and then the whole farmyard.",
            "Soon the whole of {lane} is laughing.",
            "Can {pet} put things right before bedtime?",
        ),
        (
            "{author}'s [bright|gentle|playful] pictures are full of things to find.",
            "Young readers will ask for this story again and again.",
            "With rhyming text and {pages}, it is perfect for reading aloud.",
            "Large, friendly pictures and simple words make it ideal for {age}.",
            "A warm and funny bedtime story for {age}.",
            "Full-color illustrations appear on every page.",
        ),
        facts={
            "pet": (
                "Biscuit",
                "Pom",
                "Tilly",
                "Mungo",
                "Bramble",
                "Pickle",
                "Otis",
                "Daisy",
                "Fidget",
                "Nutmeg",
                "Pepper",
                "Sprout",
            ),
            "animal": ("kitten", "hedgehog", "bear cub", "rabbit", "piglet", "duckling", "badger", "fox cub"),
            "thing": ("kite", "drum", "red balloon", "wheelbarrow", "hat", "pumpkin", "trumpet", "blanket"),
            "lane": ("Plum Street", "Acorn Lane", "Button Hill", "Puddle Road", "Clover Farm"),
            "age": ("ages 2 to 5", "ages 3 to 6", "ages 4 to 7", "ages 4 to 8"),
            "pages?": ("24 pages", "28 pages", "32 pages", "40 pages"),
        },
        titles=("{pet} and the {thing}", "{pet} the {animal}", "{pet} the {animal} and the {thing}"),
        cased=True,
        closings=(
            "Written and illustrated by {author}.",
            "By {author}. For {age}.",
            "{author} lives in {town} with two dogs.",
            "For {age}.",
            "{pages}. For {age}.",
        ),
        weight=1.3,
    ),
    build_book(
        "poetry",
        (
            (
                "{work} gathers {count} by {author}, written [over many years|in one winter|at the "
                "kitchen table] in {place}."
            ),
            "In these {count}, {author} listens to {subject} and {subject}.",
            "The poems in {work} begin with {subject} and end with a question.",
            "{author}'s {nth} collection moves from {subject} to {subject}.",
            "Spare and musical, the {count} of {work} look closely at {subject}.",
            "From the shores of {place}, {author} sends back {count} about {subject}.",
        ),
        (
            "These are poems to read slowly, and aloud.",
            "Each poem is short enough to carry all day.",
            "Grief is here, but so are jokes, recipes and {subject}.",
            "The language is plain and the music is sure.",
            "A long closing sequence returns to {place}.",
            "The poems are as clear as water and as hard to hold.",
        ),
        facts={
            "count": ("40 poems", "52 poems", "60 poems", "33 poems", "75 poems"),
            "place": TOWNS,
            "nth": ("first", "second", "third", "fourth", "fifth"),
            "award?": ("the Northwyke Prize", "the Silver Inkwell Award", "the Winterhythe Medal"),
        },
        titles=("{work}: Poems", "{work}: {count}", "{work}: Poems by {author}"),
        closings=(
            "Winner of {award}.",
            "{author} received {award} for this collection.",
            "{author} teaches in {town}.",
            "{pages}, with an index of first lines.",
            "First published in {year}.",
        ),
        phrases={
            "subject": (
                "tides",
                "old tools",
                "a father's hands",
                "small birds",
                "the night train",
                "unpaid bills",
                "bread",
                "snow",
            )
        },
        weight=0.5,
    ),
)
