"""Novels set in the known world: mysteries, romances, historical and literary fiction."""

from .books import build_book, invent_work
from .names import TOWNS, invent_person
from .products import Pool

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
)
