"""Kinds of books, records, films and games, their titles and the sentences that sell them; for `demo_corpus.blurbs`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


WORK_RULES: dict[str, tuple[str, ...]] = {
    "calling": _words(
        "doctor|nurse|teacher|sailor|captain|painter|baker|lawyer|soldier|printer|farmer|singer|detective|"
        "librarian|priest|carpenter|journalist|photographer|gardener|pilot|shepherd|cook|scientist|student|widow|"
        "engineer|violinist|smuggler|judge|clerk|tailor|miner|midwife|miller|potter|blacksmith|beekeeper|chef|"
        "mapmaker|weaver"
    ),
    "shop": _words(
        "bakery|bookshop|inn|flower shop|farm|vineyard|school|clinic|tea room|gallery|boatyard|stable|dairy"
    ),
    "event": _words(
        "war|flood|storm|drought|famine|wedding|funeral|election|harvest|fire|strike|siege|fair|trial|voyage|winter"
    ),
    "keepsake": _words(
        "letter|diary|key|photograph|ring|map|watch|box of papers|painting|song|lantern|necklace|recipe|coin|violin"
    ),
    "power": _words("sword|crown|book|stone|flame|mirror|bell|ring|song|throne|tower|gate|horn|star|seal|blade"),
    "folk": _words("dragons|witches|wolves|giants|thieves|ghosts|kings|monks|machines|pirates|elves|knights"),
    "dish": _words(
        "soups|stews|pies|cakes|salads|breads|cookies|sauces|roasts|tarts|puddings|pickles|noodles|curries|"
        "pancakes|grills|casseroles|sandwiches|jams|dumplings|desserts|suppers|breakfasts|snacks"
    ),
    "stock": _words(
        "fish|beans|rice|eggs|cheese|potatoes|chicken|mushrooms|tomatoes|apples|lemons|pasta|corn|onions|cabbage|"
        "pumpkin|herbs|spices|chocolate|vegetables|fruit|bread|nuts|berries|beef|lentils|garlic|honey|peppers|"
        "seafood"
    ),
    "study": _words(
        "mathematics|physics|chemistry|biology|geography|philosophy|economics|accounting|law|medicine|nursing|"
        "statistics|psychology|programming|grammar|music theory|architecture|engineering|astronomy|geology|"
        "algebra|calculus|logic|anatomy|linguistics|sociology|marketing|ecology|genetics|geometry|drawing|"
        "electronics|history"
    ),
    "learners": _words(
        "students|nurses|teachers|beginners|engineers|adults|managers|children|parents|evening classes|college|"
        "schools|self-study|working people|families|artists"
    ),
    "skill": _words(
        "to build a shed|to lead a team|to save money|to sleep better|to raise a puppy|to write a letter|"
        "to sell a house|to run a meeting|to speak in public|to start a small business|to train a dog|"
        "to fix a bicycle|to keep bees|to plan a wedding|to learn a language|to draw a face|to read a map|"
        "to grow old well|to eat less sugar|to talk to teenagers|to find a job|to paint a room|"
        "to play the guitar|to make friends"
    ),
    "advice": _words(
        "saying no|asking for help|keeping a list|setting goals|taking breaks|planning ahead|dealing with doubt|"
        "habits|listening|mistakes|patience|money|time|rest|courage|good tools|small steps|practice|friends|fear"
    ),
    "beast": _words(
        "bear|fox|mouse|rabbit|hedgehog|duck|owl|cat|puppy|pony|elephant|turtle|penguin|squirrel|goat|frog|lamb|"
        "mole|badger|otter|hen|donkey|kitten|whale|beaver|raccoon"
    ),
    "toy": _words(
        "red kite|hat|balloon|umbrella|boat|button|drum|scarf|star|snowflake|pumpkin|shoe|teapot|feather|cake|"
        "wagon|bell|puddle|blanket|egg|cloud|whistle|key|apple"
    ),
    "plant": _words(
        "roses|tomatoes|tulips|herbs|ferns|orchids|apples|grapes|lettuce|beans|lavender|hostas|berries|bonsai|"
        "lawns|shrubs|peppers|garlic|peonies|cactus|squash|vegetables"
    ),
    "craft": _words(
        "knitting|quilting|woodworking|pottery|origami|embroidery|calligraphy|basket weaving|candle making|"
        "beadwork|watercolor|crochet|bookbinding|paper folding|sewing|weaving|carving|soap making|leather work"
    ),
    "instrument": _words(
        "guitar|piano|violin|cello|drums|trumpet|saxophone|flute|harp|banjo|organ|fiddle|accordion|bass|clarinet|"
        "mandolin|pedal steel|strings|horns|percussion"
    ),
    "music": _words(
        "rock|jazz|folk|blues|country|soul|punk|pop|gospel|reggae|metal|dance|swing|bluegrass|electronic music|hip-hop"
    ),
    "mood": _words(
        "quiet|warm|loud|dark|gentle|wild|slow|bright|tender|raw|playful|haunting|joyful|restless|honest|dreamy"
    ),
    "piece": _words("symphony|concerto|sonata|piano trio|mass|suite|serenade|overture|requiem|nocturne|waltz"),
    "tone": _words("C major|D minor|E minor|F major|G major|A minor|C minor|A major|D major"),
    "orchestra": _words("Philharmonic|Symphony Orchestra|Chamber Orchestra|Ensemble|Quartet|Choir|Sinfonia|Players"),
    "genre": _words("comedy|drama|thriller|western|documentary|mystery|love story|war film|cartoon|horror film|series"),
    "praise": _words(
        "clear|lively|wise|useful|thorough|short|friendly|practical|careful|complete|charming|sharp|moving|funny|"
        "modern|readable|trusted|beautiful|simple|fresh"
    ),
    "platform": _words("Windows|Mac|PC|consoles|phones|tablets|the web|Linux"),
    "task": _words(
        "photos|taxes|music|letters|accounts|maps|video|passwords|recipes|family trees|drawings|addresses|invoices"
    ),
    "extra": _words(
        "drawings|color photographs|maps|tables|an index|a list of addresses|notes|a foreword|patterns|charts|"
        "diagrams|exercises|answers|a glossary|templates"
    ),
    "pet_name": _words(
        "Bo|Tilly|Pip|Nuri|Momo|Fen|Dot|Ruby|Otis|Lulu|Max|Nibs|Coco|Finn|Poppy|Tam|Bix|Juno|Wim|Gus|Pia|Ollie"
    ),
    "climate_": _words(
        "cold winters|dry places|the shade|sandy soil|the city|warm climates|wet summers|pots|the north|"
        "small spaces|windy places|hot weather"
    ),
}
AUTHOR = (
    "{author} lives in {town}.",
    "{author} has taught in {town} for {number} years.",
    "By {author}, whose books are read in many countries.",
    "The author, {author}, was born in {town}.",
    "{pages} pages.",
    "{pages} pages with {extra}.",
    "With {extra} and {extra}.",
    "First printed in {year}.",
    "Published in {year}.",
    "A favorite of readers since {year}.",
    "Nobody who starts {name} will put it aside.",
    "{name} is the {praise} work of {author}.",
)
TEACHING = (
    "{author} explains every step in {praise} language.",
    "No knowledge is expected of the reader.",
    "Boxes in the margin give the terms and their meaning.",
    "At the end of a chapter there are questions with answers.",
    "Examples from daily life make it {praise}.",
    "It can be read from front to back or opened anywhere.",
    "Old hands will learn something, too.",
    "Diagrams and {extra} help where words do not.",
    "Lists at the end save time.",
    "Take it to class or keep it beside the bed.",
    "The tone is {praise} and never dry.",
)


@dataclass(frozen=True)
class Work:
    """One kind of work.

    Attributes:
        titles: patterns of titles.
        openings, middles, closings: sentences in this order.
        bound: slots that keep one value in title and text, and the rules they are drawn from.
    """

    titles: tuple[str, ...]
    openings: tuple[str, ...]
    middles: tuple[str, ...]
    closings: tuple[str, ...]
    bound: Mapping[str, str] = field(default_factory=dict)


LITERARY = (
    "The {adj_thing} {item1}",
    "The {calling1}'s {item1}",
    "The {item1} of {town}",
    "{idea1} and {item1}",
    "All the {adj_thing} {item1.s}",
    "{first} and the {item1}",
    "A {item1} for {first}",
    "The {item1} on the {spot1}",
    "The {spot1} of {idea1}",
    "{town}: A Novel",
    "The last {calling1} of {town}",
    "Without {idea1}",
    "The {spot1}: A Novel",
    "{idea1}: A Novel",
    "The {calling1}'s daughter: A Novel",
)
LITERARY_BOUND = {"item1": "item", "idea1": "idea", "spot1": "spot", "calling1": "calling"}

WORKS: dict[str, Work] = {
    "historical novel": Work(
        LITERARY,
        (
            "It is {year}, and {town} fears the {event} that is coming.",
            "{town}, {year}: {hero}, a young {calling1}, loses everything in the {event}.",
            "When the {event} of {year} reaches {town}, the {calling1} {hero} has to choose a side.",
            "In the {town} of {year}, {hero} earns {his} bread as {calling1.a}.",
            "{name} takes its readers to {town} in the year of the {event}.",
            "{hero} is only a {calling1} when the {event} breaks out in {year}.",
        ),
        (
            "Two families stand on different sides, and {first} belongs to neither.",
            "A {keepsake} is the only thing that {he} saves from the {event}.",
            "Then {friend} arrives from {land} with news that nobody wants to hear.",
            "{first} learns that {friend} has kept a secret since the {event}.",
            "Between duty and love, {first} goes the longer way.",
            "What began as friendship with {friend} ends in betrayal.",
            "The road leads from {town} to the coast of {land}.",
            "Years later, {first} goes home to ask what was true.",
            "{author} has studied the letters of that time.",
        ),
        AUTHOR,
        LITERARY_BOUND,
    ),
    "love story": Work(
        LITERARY,
        (
            "{hero} comes back to {town} to sell the {shop}, and meets {friend}.",
            "After a hard year, {hero} opens a {shop} in {town} and wants to be left alone.",
            "The {calling1} {hero} does not believe in love, but {friend} does.",
            "{friend} is the last person that {hero} wants to see at the {shop}.",
            "A summer in {town}, a {shop} to save, and {friend} next door: {hero} has no time for the heart.",
        ),
        (
            "They work together for the {event}, and they quarrel every day.",
            "Slowly {first} learns to laugh again.",
            "But {friend} has promised {his} family never to stay.",
            "Will {first} dare to trust somebody once more?",
            "One evening at the {shop} changes it all.",
            "A {keepsake} from {land} brings the past to the door.",
            "{first} has to decide between {town} and {land}.",
            "The whole town of {town} has an opinion about the two.",
        ),
        AUTHOR,
        LITERARY_BOUND,
    ),
    "fantasy": Work(
        (
            "The {power1} of {land}",
            "The {adj_thing} {power1}",
            "{folk1} of {land}",
            "{first} and the {power1} of {folk1}",
            "The {power1} and the {folk1}",
            "The chronicles of {land}, book {number}",
            "The {spot1} of {folk1}",
            "The {calling1} of {land}",
        ),
        (
            "In {land}, whoever holds the {power1} rules the {folk1}.",
            "{hero} finds the {power1} that the {folk1} of {land} have lost.",
            "The {folk1} are back in {land}, and only the {calling1} {hero} has seen them.",
            "No one believes the {calling1} {hero} when the {power1} begins to speak.",
            "For a hundred years the {power1} slept under {land}.",
        ),
        (
            "An army is on the march, and winter is near.",
            "With {friend}, who knows the old language, {he} crosses the mountains.",
            "There is a price for each use of the {power1}.",
            "The {folk1} guard the way to the edge of the known lands.",
            "{friend} swears an oath and breaks it.",
            "What {he} wakes in the ruins cannot be put to sleep again.",
            "The fate of {land} hangs on a promise.",
        ),
        AUTHOR,
        {"power1": "power", "folk1": "folk", "spot1": "spot", "calling1": "calling"},
    ),
    "mystery": Work(
        (
            "Murder in the {spot1}",
            "The {spot1} murders",
            "Death of {calling1.a}",
            "The {keepsake1} in the {spot1}",
            "A body in {town}",
            "The case of the {adj_thing} {keepsake1}",
            "Inspector {first} and the {calling1}",
        ),
        (
            "A {calling1} lies dead in the {spot1}, and the door was locked from inside.",
            "Inspector {hero} has three days to find who killed the {calling1} of {town}.",
            "Nobody in {town} liked the dead {calling1}, and everybody has a story for the night of the crime.",
            "When a {keepsake1} disappears from the {spot1}, {hero} is asked to look into it.",
            "A {keepsake1} and a footprint are all that {hero} has.",
        ),
        (
            "The {calling} next door lies, but about what?",
            "{friend} saw a light in the {spot1} and said nothing.",
            "Soon there is a second body.",
            "{first} trusts nobody, least of all {friend}.",
            "Each clue points to another house in {town}.",
            "The answer was in the {keepsake1} from the start.",
        ),
        AUTHOR,
        {"keepsake1": "keepsake", "spot1": "spot", "calling1": "calling"},
    ),
    "memoir": Work(
        (
            "My years as {calling1.a}",
            "A {calling1}'s life: a memoir",
            "Memories of {calling1.a}",
            "Growing up in {town}",
            "From {town} to {land}: a memoir",
            "Diary of {calling1.a}",
            "The {calling1} from {town}: the story of my life",
        ),
        (
            "{author} tells of {number} years as {calling1.a} in {town}.",
            "At {number}, {author} left {town} and became {calling1.a}.",
            "How does one become {calling1.a}? {author} remembers.",
            "{author} never meant to be {calling1.a}.",
            "These are the memories of {author}, {calling1} from {town}.",
        ),
        (
            "There were bad winters, good friends and too little money.",
            "The people of {town} come alive on every page.",
            "With humor and without pity {he} looks back on first love.",
            "{he.cap} writes about {his} mother, about leaving and about coming home.",
            "A chapter on the {event} of {year} is hard to forget.",
            "What remains is gratitude for a {praise} life.",
        ),
        AUTHOR,
        {"calling1": "calling"},
    ),
    "cookbook": Work(
        (
            "{number} {dish1} with {stock1}",
            "Cooking with {stock1}",
            "The {stock1} cookbook",
            "{stock1} all year: {number} dishes",
            "The great book of {stock1}",
            "{dish1} and {dish2} for every day",
            "The {town} kitchen: {number} {dish1}",
            "{number} ways with {stock1}",
            "Simple {stock1}: {number} recipes",
            "{dish1}: {number} recipes from {town}",
        ),
        (
            "{stock1.cap} can be turned into {dish1}, {dish2} and {dish}, as {author} shows.",
            "{author} has collected {number} recipes for {dish1} and {dish2}.",
            "The {number} recipes in this {praise} book begin with {stock1} and end at a full table.",
            "Who loves {stock1} will love these {number} recipes.",
            "Cook {dish1} with {stock1} like {author}: with few pots and good taste.",
            "{number} recipes, most of them for {dish1}, fill this {praise} book on {stock1}.",
        ),
        (
            "There are recipes for weekdays, for guests and for holidays.",
            "The book opens with how to buy and store {stock1}.",
            "Nothing takes longer than an hour.",
            "You need a pan, an oven and a sharp knife.",
            "Next to each recipe stands what to drink with it.",
            "A chapter is about {dish2}, another about {dish}.",
            "Leftovers have a chapter of their own.",
            "The recipes were tested at home by {number} cooks.",
            "Sweet things come last: {dish} and {dish}.",
            "Menus for spring, summer, fall and winter are at the end.",
        ),
        AUTHOR,
        {"stock1": "stock", "dish1": "dish", "dish2": "dish"},
    ),
    "textbook": Work(
        (
            "{study1} for {learners1}",
            "Principles of {study1}",
            "{study1}: the basics",
            "{study1} in {number} lessons",
            "Introduction to {study1} for {learners1}",
            "Foundations of {study1}, {number} chapters",
            "Workbook of {study1}",
            "Problems in {study1}",
        ),
        (
            "A {praise} textbook of {study1} for {learners1}.",
            "{author} teaches {study1} from the ground up.",
            "In {number} lessons, {author} leads {learners1} through {study1}.",
            "This {praise} book introduces {learners1} to {study1}.",
            "What {learners1} have to know about {study1} fits into {number} chapters.",
            "Everything on {study1} that an examination may ask.",
        ),
        (
            *TEACHING,
            "The part on laboratory work is new.",
            "This edition has been revised and expanded.",
            "Proofs are given in full.",
            "Each of the {number} chapters ends with exercises in {study1}.",
            "A summary closes every section.",
        ),
        AUTHOR,
        {"study1": "study", "learners1": "learners"},
    ),
    "advice": Work(
        (
            "How {skill1}",
            "How {skill1} in {number} days",
            "{number} ways {skill1}",
            "How {skill1}: a guide for {learners1}",
            "Learn {skill1}",
            "The art of {advice1}",
            "{advice1}: a guide for {learners1}",
        ),
        (
            "You want {skill1}? {author} tells you where to begin.",
            "In {number} days anyone can learn {skill1}.",
            "This {praise} guide shows {learners1} how {skill1}.",
            "Most people who try {skill1} give up; {author} knows why.",
            "{number} short chapters help you {skill1}.",
        ),
        (
            *TEACHING,
            "It deals with {advice1}, with {advice} and with {advice}.",
            "There are chapters about {advice} and {advice}.",
            "The advice is {praise} and costs nothing.",
            "Tests show where you stand with {advice1}.",
            "Nobody is blamed, and nothing is promised that cannot be kept.",
        ),
        AUTHOR,
        {"skill1": "skill", "learners1": "learners", "advice1": "advice"},
    ),
    "picture book": Work(
        (
            "{pet} the {beast1} and the {toy1}",
            "{pet} finds {toy1.a}",
            "The {beast1} who lost {his} {toy1}",
            "Good night, little {beast1}",
            "{pet} and the {adj_thing} {toy1}",
            "A {toy1} for {pet} the {beast1}",
            "Where is the {beast1}?",
        ),
        (
            "{pet} the {beast1} has found {toy1.a}, but whose is it?",
            "One day {pet}, a little {beast1}, goes looking for {toy1.a}.",
            "A small {beast1} called {pet} dreams of {toy1.a} day and night.",
            "There lives a {beast1} in the {spot} whose name is {pet}.",
            "Who took the {toy1}? {pet} the {beast1} asks all the animals.",
        ),
        (
            "The {beast} helps, and the {beast} only laughs.",
            "Rain falls on the {spot}, and the {toy1} is gone.",
            "In the end all friends share the {toy1}.",
            "Every page hides a {toy} for young eyes to find.",
            "{author} has painted the animals in bright colors.",
            "Little readers will want it again and again at bedtime.",
            "It is about being brave and about saying sorry.",
            "Large letters help children who begin to read.",
        ),
        (
            "For children from {number} months.",
            "Words and pictures by {author}.",
            "Printed on strong paper with round corners.",
            "Read it aloud before sleep.",
            *AUTHOR[:3],
        ),
        {"pet": "pet_name", "beast1": "beast", "toy1": "toy"},
    ),
    "garden book": Work(
        (
            "{plant1} for small gardens",
            "{plant1} and {plant2}",
            "The {plant1} book",
            "{plant1} in {climate}",
            "A garden of {plant1}",
            "Success with {plant1}",
            "{plant1}, month by month",
        ),
        (
            "{author} grows {plant1} in {town}, and shows how others can.",
            "Here is a {praise} book for people who love {plant1}.",
            "{plant1.cap} do well in {climate} when one knows {author}'s rules.",
            "From seed to harvest: {plant1} need less work than you think.",
            "This {praise} guide to {plant1} is made for {climate}.",
        ),
        (
            "It tells when to sow, when to cut and when to wait.",
            "Soil, water and light each have a chapter.",
            "Pests are kept away without poison.",
            "A calendar names the work of every month.",
            "{number} sorts of {plant1} are shown in pictures.",
            "A part on {plant2} follows.",
            "Cuttings, pruning and feeding are explained with {extra}.",
        ),
        AUTHOR,
        {"plant1": "plant", "plant2": "plant", "climate": "climate_"},
    ),
    "craft book": Work(
        (
            "{craft1}: {number} projects",
            "{craft1} step by step",
            "First {craft1}",
            "{craft1} at home",
            "The {craft1} workbook",
            "Weekend {craft1}",
            "Modern {craft1} for {learners1}",
        ),
        (
            "{author} teaches {craft1} in {number} projects.",
            "With {number} projects, this {praise} book makes {craft1} easy for {learners1}.",
            "Start {craft1} on Saturday and show your work on Sunday.",
            "All you need for {craft1} is a table and this {praise} book.",
            "{craft1.cap} is back, and {author} knows it from the first stitch to the last.",
        ),
        (
            *TEACHING,
            "Each project names its tools, its materials and its time.",
            "Patterns in full size are in the back.",
            "The projects go from a gift tag to a large piece for the wall.",
            "Common errors in {craft1} are shown, and how to mend them.",
        ),
        AUTHOR,
        {"craft1": "craft", "learners1": "learners"},
    ),
    "record": Work(
        (
            "{group}: {adj_thing} {item1}",
            "{group} - {idea1} and {spot1}",
            "{group} - songs from {town}",
            "{spot1} {idea1}: {group}",
            "The best of {group}",
            "{group}: live in {town}",
            "{idea1}: {group}",
        ),
        (
            "On {number} tracks, {group} sings of {idea1} and {spot1.s}.",
            "{group} offers {mood} {music1} with {instrument1} and {instrument}.",
            "The new album of {group} has {number} songs, all of them {mood}.",
            "{group} went to {town} with {instrument1.a} and came back with this {mood} record.",
            "{number} tracks of {music1} by {group}, recorded in {town}.",
            "After years on the road, {group} is back with {mood} {music1}.",
        ),
        (
            "{friend} plays the {instrument1}.",
            "The {instrument1} of {friend} stays in the ear.",
            "{friend} joins in on {instrument}, and the {instrument} is never far.",
            "Fans of {music1} and {music} will know that sound.",
            "The single opened the charts in {year}.",
            "It was recorded in one night, without a second take.",
            "The voice is {mood}, the songs are {mood}.",
            "Listen to it in the car or late in the evening.",
            "It begins {mood} and ends {mood}.",
        ),
        (
            "Released by {label} in {year}.",
            "Recorded in {town}, {year}.",
            "Mixed by {author}.",
            "Produced by {author} for {label}.",
            "Remastered from the tapes of {year}.",
            "With a booklet of all words.",
            "Total time: {number} minutes.",
        ),
        {"item1": "item", "idea1": "idea", "spot1": "spot", "instrument1": "instrument", "music1": "music"},
    ),
    "concert": Work(
        (
            "{piece1} in {tone1} - {hero}",
            "{author}: {piece1} in {tone1}",
            "{piece1} for {instrument1} in {tone1}",
            "{town} {orchestra1}: {piece1} in {tone1}",
            "{piece1} and {piece2}: {hero}",
        ),
        (
            "{hero} conducts the {town} {orchestra1} in the {piece1} in {tone1}.",
            "The {piece1} in {tone1}, played by the {town} {orchestra1}.",
            "With the {town} {orchestra1}, {hero} finds {mood} colors in the {piece1} in {tone1}.",
            "A {mood} reading of the {piece1} in {tone1} by {hero}.",
        ),
        (
            "The slow movement sings, and the finale is {mood}.",
            "The {instrument1} of {friend} stands out.",
            "{number} minutes of music that one hears too rarely.",
            "A {piece2} is added at the end.",
            "The sound is close and natural.",
            "It was taken in the hall of {town} before an audience.",
        ),
        (
            "Recorded in {year}.",
            "On {label}.",
            "With notes by {author}.",
            "Live recording from {town}, {year}.",
        ),
        {"piece1": "piece", "piece2": "piece", "tone1": "tone", "orchestra1": "orchestra", "instrument1": "instrument"},
    ),
    "film": Work(
        (
            *LITERARY[:6],
            "The {calling1} of {town}",
            "{town}: the complete series",
            "{idea1}: season {number}",
            "The {calling1} and the {beast}",
        ),
        (
            "A {genre1} about {calling1.a} in {town}, with {hero} and {friend}.",
            "{hero} plays {calling1.a} who comes home to {town} after the {event}.",
            "In this {mood} {genre1}, {hero} and {friend} are caught in the {spot1}.",
            "Starring {hero} as the {calling1} and {friend} as the stranger, {name} is a {mood} {genre1}.",
            "{author} directs a {genre1} full of {idea1}.",
        ),
        (
            "The {event} changes everything for the {calling1}.",
            "Nobody in {town} is what he seems.",
            "The pictures of the {spot1} are {mood}.",
            "{friend} won a prize for this part.",
            "It was filmed in {town} in {year}.",
            "The music is by {author}.",
            "The whole family can watch it.",
        ),
        (
            "Running time {number} minutes.",
            "In color.",
            "In black and white.",
            "Extras: interviews and scenes that were cut.",
            "Directed by {author}, {year}.",
            "{number} episodes on two discs.",
            "English, with subtitles.",
        ),
        LITERARY_BOUND | {"genre1": "genre"},
    ),
    "program": Work(
        (
            "{group} {task1} {number}",
            "{task1} manager for {platform1}",
            "{group}: the {task1} program for {platform1}",
            "{town} empire for {platform1}",
            "{group} quest {number}",
            "Heroes of {land} for {platform1}",
        ),
        (
            "{group} keeps your {task1} in order on {platform1}.",
            "The program for {task1} and {task2}, now for {platform1}.",
            "Build roads, fight {folk1} and rule {land} in this game for {platform1}.",
            "A game for {platform1} in which {folk1} guard {land}.",
            "Sort, print and share your {task1} with {group}.",
        ),
        (
            "It needs no training and little memory.",
            "Play alone or with up to {number} friends.",
            "There are {number} levels, each with its {folk1}.",
            "Import and export work with all common files.",
            "Help is a click away.",
            "Updates are free for a year.",
            "The graphics are {mood}, and the music by {author} fits.",
        ),
        (
            "For {platform1}.",
            "One license, three computers.",
            "Version {number}.",
            "Made by {label}, {year}.",
        ),
        {"task1": "task", "task2": "task", "platform1": "platform", "folk1": "folk"},
    ),
}
