"""Music and films."""

from collections.abc import Mapping, Sequence

from .books import ADJECTIVES, NOUNS, invent_work
from .names import TOWNS, invent_person
from .products import Pool, ProductType, Slot, Style

GROUPS = tuple(
    f"The {adjective} {noun}s" for adjective, noun in zip(ADJECTIVES, NOUNS, strict=False) if noun[-1] not in "sfy"
)


def _medium(
    kind: str,
    name: str,
    opening: Sequence[str],
    *middle: Sequence[str],
    closing: Sequence[str],
    facts: Mapping[str, Pool],
    titles: Sequence[str],
    formats: Sequence[str],
    phrases: Mapping[str, Sequence[str]],
    mentions: Mapping[str, tuple[str, ...]],
) -> ProductType:
    style = Style(
        Slot(tuple(opening)), tuple(Slot(tuple(part), 0.95) for part in middle), Slot(tuple(closing), 0.9), mentions
    )
    return ProductType(
        kind=kind,
        name=name,
        titles=tuple(titles),
        facts=facts,
        style=style,
        variants={"format": formats},
        phrases=phrases,
        tails=" [{}]",
        cased=True,
    )


MUSIC_FORMATS = ("Vinyl", "Audio CD", "Cassette", "Import", "Remastered", "MP3 Album", "Box Set", "Deluxe Edition")
FILM_FORMATS = ("DVD", "VHS", "Blu-ray", "Widescreen", "Special Edition", "Full Screen", "Region 2")
MUSIC_MENTIONS = {
    "artist": ("By {artist}.", "Performed by {artist}."),
    "work": ("{work} is a welcome addition to any shelf.",),
    "format": ("{format} release.",),
    "genre": ("The style is {genre}.",),
}
FILM_MENTIONS = {
    "director": ("Directed by {director}.",),
    "work": ("{work} is now on video.",),
    "genre": ("A_ {genre} to remember.",),
    "format": ("{format} release.",),
    "year": ("Released in {year}.",),
}
MUSIC_CLOSING = (
    "Running time: {minutes}.",
    "{tracks}, {minutes}.",
    "Released in {year} on {label}.",
    "Includes a booklet with notes by {guest}.",
    "Recorded in {town} in {year}.",
    "A_ {label} release.",
    "Includes {tracks} and a fold-out sleeve.",
)
RECORD: dict[str, Pool] = {
    "work": invent_work,
    "tracks": tuple(f"{n} tracks" for n in range(8, 23)),
    "minutes?": tuple(f"{n} minutes" for n in range(34, 79)),
    "year?": tuple(str(n) for n in range(1959, 2013)),
    "label": (
        "Lanternfish Records",
        "Slow Ferry Music",
        "Northwyke Sound",
        "Blue Acre",
        "Copper Wire Records",
        "Halfmoon Tapes",
    ),
    "guest": invent_person,
    "town": TOWNS,
}

TYPES = (
    _medium(
        "music",
        "songs",
        (
            "{work} is the {nth} album from {artist}, {tracks} of {genre} recorded in {town}.",
            "{artist} returns with {work}, a set of {tracks} about {theme} and {theme}.",
            "With {work}, {artist} leaves the stage behind for a warm, close studio sound.",
            "Few {genre} singers can touch {artist}, and {work} shows why.",
            "{artist} wrote most of {work} on the road between {town} and home.",
            "On {work}, {artist} mixes {genre} with {influence}.",
            "Here is {artist} at full strength: {tracks}, one room and no tricks.",
            "{tracks} of {genre} from {artist}, with {guest} on {instrument}.",
        ),
        (
            "{guest} adds {instrument} on several songs.",
            "The songs are about {theme}, {theme} and the long drive home.",
            "Old favorites sit side by side with new songs about {theme}.",
            "The playing is tight, the harmonies are close and the mood is {mood}.",
            "From the {mood} opener to the quiet last song, there is not a wasted note.",
            "Highlights include a_ {mood} duet with {guest}.",
        ),
        (
            "Newly remastered from the original tapes.",
            "Produced by {guest} in {town}.",
            "Strings, brass and {instrument} fill out the sound.",
            "Lyrics are printed inside the sleeve.",
            "It is music for {setting}.",
            "Ideal for {setting}.",
        ),
        closing=MUSIC_CLOSING,
        facts=RECORD
        | {
            "artist": invent_person,
            "nth": ("first", "second", "third", "fourth", "fifth", "sixth"),
            "genre": ("country", "folk", "soul", "blues", "gospel", "pop", "bluegrass", "jazz"),
            "instrument": ("pedal steel", "fiddle", "upright bass", "organ", "mandolin", "slide guitar", "accordion"),
        },
        titles=("{work}", "{artist}: {work}", "{work} by {artist}", "{artist} - {work}"),
        formats=MUSIC_FORMATS,
        phrases={
            "theme": ("home", "hard work", "young love", "leaving", "the sea", "old friends", "Saturday night"),
            "mood": ("playful", "late-night", "wistful", "stomping", "sunny"),
            "influence": ("a touch of brass", "old dance tunes", "church harmonies", "spare electric guitar"),
            "setting": ("long drives", "a rainy afternoon", "dancing in the kitchen", "a quiet evening"),
        },
        mentions=MUSIC_MENTIONS,
    ),
    _medium(
        "music",
        "band",
        (
            "{artist} play {genre} the way it should be played, and {work} proves it.",
            "Recorded live in {town}, {work} catches {artist} in front of a home crowd.",
            "{work}, the {nth} record by {artist}, is loud, quick and full of hooks.",
            "{artist} spent a winter in {town} making {work}.",
            "{tracks}, no filler: {work} is {artist} at their best.",
            "When {artist} broke up in {year}, nobody expected {work}.",
            "The {nth} album by {artist} brings {instrument} to the front.",
        ),
        (
            "{guest} sits in on {instrument}.",
            "Guitars ring, drums push and {instrument} does the rest.",
            "The {mood} single opens the record, and the pace never drops.",
            "Fans of {genre} will hear echoes of old records, but the songs are new.",
            "Every one of the {tracks} was cut in a single take.",
            "Between the {mood} songs there are quieter moments, too.",
        ),
        (
            "Mixed by {guest}.",
            "Turn it up.",
            "This reissue restores the original running order.",
            "Cover art by {guest}.",
            "The sleeve notes tell the story of the sessions.",
        ),
        closing=MUSIC_CLOSING,
        facts=RECORD
        | {
            "artist": GROUPS,
            "nth": ("first", "second", "third", "fourth", "fifth"),
            "genre": ("rock", "surf rock", "ska", "garage rock", "new wave", "reggae", "punk", "country rock"),
            "instrument": ("organ", "twin guitars", "saxophone", "a borrowed synthesizer", "trumpet", "piano"),
        },
        titles=("{work}", "{artist}: {work}", "{artist} - {work}"),
        formats=MUSIC_FORMATS,
        phrases={"mood": ("restless", "swaggering", "bright", "angry", "joyful")},
        mentions=MUSIC_MENTIONS,
    ),
    _medium(
        "music",
        "classical",
        (
            "{artist} leads the {ensemble} in {piece} and other works.",
            "This recording of {piece} by the {ensemble} was made in {town}.",
            "Recorded in {town}, this disc brings together {piece} and shorter pieces, played by {artist}.",
            "{artist} brings {quality} to {piece}.",
            "The {ensemble} and {artist} give {piece} a reading of great {quality}.",
            "From the first bar of {piece}, {artist} plays with {quality}.",
        ),
        (
            "The sound is clear and natural, with every voice in place.",
            "{guest} joins as soloist in the slow movement.",
            "Shorter works by lesser-known composers complete the program.",
            "The {ensemble} answers with {quality}.",
            "Listeners new to the music could not ask for a better guide.",
            "The tempos are brisk, and the finale has real fire.",
        ),
        closing=MUSIC_CLOSING,
        facts={key: value for key, value in RECORD.items() if key != "work"}
        | {
            "artist": invent_person,
            "ensemble": (
                "Sandring Chamber Orchestra",
                "Wethersea Philharmonic",
                "Dunvale Festival Orchestra",
                "Kelby Chamber Players",
            ),
            "piece": tuple(
                f"the {form} in {key}"
                for form in ("Piano Concerto", "String Quartet", "Evening Mass", "Third Symphony", "Cello Suite")
                for key in ("D minor", "G major", "E flat major", "C minor")
            ),
        },
        titles=("{artist} Plays {piece}", "{ensemble}: {piece}", "{piece} - {artist}"),
        formats=MUSIC_FORMATS,
        phrases={"quality": ("warmth", "clarity", "tenderness", "nervous energy", "poise")},
        mentions=MUSIC_MENTIONS
        | {"ensemble": ("With the {ensemble}.",), "piece": ("The program is built around {piece}.",)},
    ),
    _medium(
        "films",
        "film",
        (
            "{star} stars in this {genre} about {hero}, a_ {job} who [discovers|steals|inherits] {thing}.",
            "When a_ {job} finds {thing} in {place}, nothing will ever be the same.",
            "Director {director} turns a simple story about {thing} into a_ {mood} {genre}.",
            "{star} and {guest} play rivals in search of {thing} in this {mood} {genre}.",
            "A_ {job} with nothing to lose. A town with everything to hide. {star} stars in {work}.",
            "In {place}, {job} {hero} must protect {thing} from people who will stop at nothing.",
            "{work} tells the story of {hero}, a_ {job} in {place}.",
            "Shot on location in {place}, {work} is a_ {mood} {genre} by {director}.",
        ),
        (
            "With the help of {guest}, {hero} sets out to put things right.",
            "{guest} is [unforgettable|very funny|quietly menacing] as the neighbor.",
            "Before the night is over, friends become enemies and {thing} changes hands again.",
            "The chase leads from the docks of {place} to the snow line.",
            "{star} gives a_ {mood} performance.",
            "Nobody can be trusted, least of all the {job}.",
        ),
        (
            "A_ {mood} score and sharp dialogue keep things moving.",
            "The ending will surprise you.",
            "The supporting cast is first-rate.",
            "It won {award}.",
            "The photography alone is worth the price.",
            "It rewards a second viewing.",
        ),
        closing=(
            "Running time: {minutes}.",
            "Bonus features include {bonus}.",
            "{minutes}, with {bonus}.",
            "Extras: {bonus} and the original trailer.",
            "Directed by {director}, {year}.",
            "In English, with optional subtitles. {minutes}.",
            "Released in {year}.",
        ),
        facts={
            "work": invent_work,
            "star": invent_person,
            "hero": invent_person,
            "guest": invent_person,
            "director": invent_person,
            "job": ("detective", "jockey", "schoolteacher", "trucker", "bank clerk", "pianist", "sheriff", "locksmith"),
            "thing": (
                "a stolen painting",
                "a lost diary",
                "a racehorse",
                "a sunken boat",
                "a winning ticket",
                "an old map",
            ),
            "place": TOWNS,
            "genre": ("thriller", "comedy", "western", "family adventure", "drama", "heist movie"),
            "minutes": tuple(f"{n} minutes" for n in range(82, 148)),
            "year?": tuple(str(n) for n in range(1948, 2013)),
            "award?": ("the Golden Ferry", "the jury prize in Wethersea", "the Silver Lantern"),
            "bonus": (
                "a making-of feature",
                "deleted scenes",
                "a director's commentary",
                "a photo gallery",
                "cast interviews",
            ),
        },
        titles=("{work}", "{work} ({year})", "{work}: A_ {director} Film", "{work} starring {star}"),
        formats=FILM_FORMATS,
        phrases={"mood": ("tense", "charming", "moody", "fast-paced", "bittersweet", "stylish")},
        mentions=FILM_MENTIONS | {"star": ("Starring {star}.",)},
    ),
    _medium(
        "films",
        "documentary",
        (
            "Filmed over {span}, this documentary follows {subject} through the year.",
            "Narrated by {star}, {work} takes viewers into the world of {subject}.",
            "{director} spent {span} with {subject} in {place}.",
            "Join {star} for a close look at {subject}.",
            "What is life really like for {subject}? {director} went to {place} to find out.",
            "In {count}, {director} tells the story of {subject}.",
        ),
        (
            "Rare footage and new interviews bring the story up to date.",
            "Cameras capture moments never filmed before.",
            "Viewers of all ages will enjoy the [patient|gentle|good-humored] storytelling.",
            "The music is by {guest}.",
            "Breathtaking pictures from {place} fill the screen.",
        ),
        closing=(
            "Running time: {minutes}.",
            "{count}, {minutes} in all.",
            "Bonus features include {bonus}.",
            "Produced in {year}.",
            "Suitable for classroom use. {minutes}.",
        ),
        facts={
            "work": invent_work,
            "star": invent_person,
            "director": invent_person,
            "guest": invent_person,
            "subject": (
                "the last ice harvesters",
                "wild ponies",
                "a village brass band",
                "mountain bees",
                "river otters",
                "the boat builders",
                "a traveling circus",
                "night train crews",
            ),
            "span": ("two winters", "three summers", "a single season", "five years"),
            "place": TOWNS,
            "count": tuple(f"{n} episodes" for n in (2, 3, 4, 6, 8)),
            "minutes": tuple(f"{n} minutes" for n in range(50, 240, 5)),
            "year?": tuple(str(n) for n in range(1978, 2013)),
            "bonus": ("a viewer's guide", "extended interviews", "a photo gallery", "a short film"),
        },
        titles=("{work}: {subject}", "{work}", "{work} - {count}", "{work}: The Story of {subject}"),
        formats=FILM_FORMATS,
        phrases={},
        mentions=FILM_MENTIONS | {"subject": ("The subject is {subject}.",), "count": ("In {count}.",)},
    ),
)
