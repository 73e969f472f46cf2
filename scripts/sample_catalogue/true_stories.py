"""Travel guides, histories and memoirs."""

from .names import TOWNS
from .nonfiction import STORY, build_guide

TYPES = (
    build_guide(
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
            "extra": (
                "fold-out maps",
                "color photographs",
                "a list of phrases",
                "a full index",
                "town plans",
                "a route finder",
            ),
            "region": (
                "the Marrow Valley",
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
    build_guide(
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
    build_guide(
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
)
