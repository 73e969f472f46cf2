"""Picture books and poetry."""

from .books import build_book
from .names import TOWNS

TYPES = (
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
