"""Fantasy and science fiction."""

from .books import build_book, invent_work
from .names import invent_person

TYPES = (
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
)
