"""Short general knowledge on materials and colours, and patterns of plain expository paragraphs and small stories."""

# ruff: noqa: SIM905 -- lists of hundreds of words read better as running text

MATERIALS = {
    "copper": "a reddish metal that carries heat and electricity well",
    "brass": "a yellow metal made from copper and zinc",
    "bronze": "a brown metal that was used for bells and statues",
    "steel": "a strong metal that is made from iron and a little carbon",
    "stainless steel": "a steel that does not rust easily and is simple to clean",
    "cast iron": "a heavy iron that stays hot for a long time",
    "iron": "a hard metal that rusts when it gets wet",
    "aluminum": "a light metal of silver color that does not rust",
    "titanium": "a light and very strong metal",
    "silver": "a bright metal that turns dark in the air",
    "gold": "a soft yellow metal that never rusts",
    "glass": "a clear and hard material made from sand",
    "porcelain": "a fine white clay that is burned at great heat",
    "ceramic": "burned clay with a smooth glaze",
    "stoneware": "a dense clay that keeps water in without a glaze",
    "terracotta": "a red clay that lets air and water pass",
    "concrete": "a mixture of cement, sand, stones and water",
    "marble": "a stone with fine lines that can be polished",
    "oak": "a hard and heavy wood that lasts for generations",
    "pine": "a soft and light wood with many knots",
    "walnut": "a dark wood that is easy to polish",
    "teak": "an oily wood that stands rain and sun",
    "maple": "a pale and hard wood",
    "cedar wood": "a wood with a pleasant smell that insects do not like",
    "beech wood": "a hard, pale wood without a strong smell",
    "bamboo": "a grass that grows fast and becomes as hard as wood",
    "cork": "the bark of a tree, light and soft",
    "rattan": "a plant whose long stems can be bent and woven",
    "paper": "a thin sheet made from wood or old rags",
    "cardboard": "a thick and stiff kind of paper",
    "cotton": "a soft plant fiber that takes up water",
    "linen": "a cool fabric made from flax",
    "wool": "the warm hair of sheep",
    "merino wool": "a very fine wool that does not scratch",
    "cashmere": "a soft and costly hair of goats",
    "silk": "a shining thread made by worms",
    "denim": "a strong cotton fabric, mostly blue",
    "canvas": "a thick fabric for sails, tents and pictures",
    "felt": "pressed wool without any weaving",
    "velvet": "a fabric with a short, soft pile",
    "fleece": "a light fabric that dries quickly",
    "leather": "the treated skin of animals, strong and flexible",
    "suede": "a leather with a soft and rough side",
    "rubber": "an elastic material that keeps water out",
    "silicone": "a soft material that stands great heat",
    "plastic": "a light material that takes any shape and color",
    "nylon": "a strong artificial fiber that dries fast",
    "polyester": "an artificial fiber that keeps its shape",
    "foam": "a material full of air, soft under pressure",
    "resin": "a clear mass that becomes hard with time",
    "beeswax": "a yellow wax that bees make",
    "lavender": "a purple plant with a calming smell",
    "honey": "a sweet and sticky food made by bees",
}
COLOURS = (
    "red",
    "blue",
    "green",
    "yellow",
    "orange",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "gray",
    "silver",
    "gold",
    "beige",
    "ivory",
    "cream",
    "navy",
    "navy blue",
    "sky blue",
    "turquoise",
    "teal",
    "mint",
    "olive",
    "forest green",
    "emerald",
    "lime",
    "mustard",
    "amber",
    "coral",
    "peach",
    "rose",
    "burgundy",
    "maroon",
    "scarlet",
    "crimson",
    "violet",
    "lavender",
    "indigo",
    "charcoal",
    "sand",
    "rust",
    "copper",
    "chocolate",
    "walnut",
    "natural",
    "light blue",
    "dark green",
    "dark red",
    "light gray",
    "multicolor",
    "plum",
    "slate",
    "ruby",
    "sage",
    "midnight blue",
    "off-white",
    "terracotta",
)
ADJECTIVES = (
    "Small Large Round Square Folding Portable Vintage Modern Classic Handmade Organic Natural Adjustable "
    "Electric Wireless "
    "Digital Waterproof Heavy Light Soft Double Single Long Short Wide Slim Mini Giant Deluxe Professional "
    "Rustic Elegant "
    "Decorative Reusable Washable Insulated Cordless Rechargeable Magnetic Hanging Wall-Mounted Outdoor Indoor "
    "Kids Baby "
    "Vented Padded Striped Painted Carved Woven Knitted Quilted Embroidered Personalized Antique Universal "
    "Replacement"
).split()
FEATURES = (
    "Lid|Handle|Wooden Handle|Stand|Storage Bag|Carrying Case|Remote Control|Timer|Cover|Two "
    "Pockets|Zipper|Hood|Wheels|"
    "LED Light|Mirror|Drawer|Straw|Strap|Brush|Filter|Charger|Cable|Box|Lock|Cushion|Belt|Clip|Hooks|Magnet|Steamer|"
    "Spout|Base|Shelf|Rope|Gift Box|Extra Battery|Built-in Speaker|Touch Screen|Nonstick Coating|Rubber Feet"
).split("|")

EXPOSITION = (
    "{material.cap} is {material_note}. {other_material.cap} is different: it {other_fact}. "
    "[People|Craftsmen|Makers] choose "
    "between {material} and {other_material} according to {depends}, and also according to the price.",
    "A {noun} has [several|three|many] parts, among them the {part} and the {part}. The {part} is the part that "
    "people [touch|see|"
    "use] most. If it breaks, the {noun} [can often be repaired|is no longer of much use].",
    "[To|If one wants to] {act}, one needs time and {noun_one.a}. First one [looks for|prepares] a good place, "
    "[such as|perhaps] "
    "the {place}. Then one begins slowly. After {a_while}, the work becomes easier, and one can {act} without "
    "thinking about it.",
    "The {place} is a part of the house or of the world where people {act}. There is [often|usually] "
    "{noun_one.a} in it, and {noun_two.a} "
    "[as well|too]. In {direction} the {place} may look different, but the purpose is the same.",
    "{acting.cap} is an old activity. [In every country|In many families], {who} have their own way of {acting}. "
    "Some learn it "
    "from books, others from a friend. It needs {noun_one.a}, a little patience, and a good teacher.",
    "Among the colors, {colour} {colour_fact}. In [painting|fashion|design], {colour} is often put next to "
    "{other_colour}. A "
    "{noun} in {colour} looks {word}, while a {noun} in {other_colour} looks {word}.",
    "A {work_kind} about {theme} can [move|change|help] people. It tells of {hero_kind} and of {story_thing}. "
    "The story takes place "
    "in {work_place}, and it ends [well|badly|with a question|in silence]. Afterwards one thinks about {theme}.",
    "There are {number} {noun.s} in the {place}: {small_number} are {colour}, and the others are {other_colour}. "
    "The largest one measures "
    "{number} {length_unit}, and the smallest one {small_number}. Together they weigh about {number} {weight_unit}.",
    "Reading is more than looking at letters. A novel has chapters, a chapter has pages, and each page has words "
    "that make "
    "[a picture|a voice|a world]. [Some readers|Children] like {theme}, others prefer {theme}. A library keeps "
    "them all.",
    "Music [begins|starts] with a sound and with silence. A song has verses, a melody and a rhythm, and "
    "{person_kind} may sing it. "
    "An album [collects|brings together] several songs, from [quiet|slow|sad] ones to [loud|fast|happy] ones.",
    "A film [tells|shows] a story with pictures and sound. The director, the actors and the camera work together. A "
    "film about {theme} may be {work_word}, and the same film may [seem|feel] {work_word} to somebody else.",
    "Cooking is mixing, heating and waiting. One cuts vegetables, adds salt, pepper and oil, and lets it simmer "
    "on a low flame. A "
    "recipe tells how many grams or spoons of [flour|sugar|butter|rice] one needs, and how many minutes it stays "
    "in the oven.",
    "A book has a cover, a title page and chapters. The author writes it, an editor reads it, a publisher prints "
    "it, and "
    "readers carry it home. There are novels, poems, guides, diaries, cookbooks, picture books and "
    "[histories|biographies].",
    "Clothes protect the body from wind, rain and cold. A coat has sleeves, pockets, buttons and a collar; a "
    "shoe has a sole "
    "and laces. {colour.cap} cloth fades in the sun, {other_colour} cloth [less so|even faster]. One washes it "
    "and hangs it up to dry.",
    "A tool makes the hand stronger. A hammer drives a nail, a saw cuts a board, a wrench turns a bolt, and a "
    "drill makes a hole. "
    "A good handle fits the hand, and a sharp edge [saves time|needs care]. After work, tools are cleaned and "
    "put away.",
    "A garden changes with the seasons. In spring one digs and plants seeds, in summer one waters and picks "
    "fruit, in autumn "
    "leaves fall, and in winter [everything rests|the soil is frozen]. [Bees|Birds|Worms] help, and so does rain.",
    "A room has walls, a floor, a ceiling, a door and windows. One furnishes it with a table, chairs, a shelf "
    "and a lamp. "
    "{colour.cap} walls make it look [larger|smaller|warmer], and a rug keeps the feet warm. "
    "[Plants|Pictures|Curtains] add some life.",
    "Children learn by playing. With blocks they build towers, with crayons they draw, with puzzles they learn "
    "patience. "
    "A game needs rules, and two, three or four players. [A small child|A toddler] should not put little parts "
    "into the mouth.",
    "A journey begins with a plan. One packs a suitcase with clothes, a map, a ticket, soap and a book. The "
    "train passes "
    '{home}, then {far}, and the traveler writes a letter home: "{far} is beautiful, but I miss {home}."',
    "Machines need power. A battery stores it, a cable carries it, a switch turns it on and off, and a motor "
    "changes it into motion. "
    "A screen shows pictures, a speaker plays sound, and a sensor measures temperature, light or pressure.",
    "An animal needs food, water, shelter and company. A dog wants to run, a cat wants to climb, a bird wants to "
    "fly, and a fish needs "
    "a clean tank. [Owners|Families] feed them, brush them, and take them to the doctor when they are ill.",
    "Things come in different packages: in boxes, bags, bottles, jars, tubes, rolls, sheets and sets. A set of "
    "{small_number} "
    "holds {small_number} pieces, and a pack of {number} holds {number}. On the label one reads weight, size, "
    "color and maker.",
    "Music is played on strings, keys, pipes and drums. A singer, a guitarist, a bass player and a drummer make "
    "a band; an orchestra has "
    "violins, flutes, trumpets and a conductor. They record songs, ballads, dances and hymns, on stage or in a "
    "studio.",
    "[One hour has sixty minutes|A day has twenty-four hours|A year has twelve months]. A meter has one hundred "
    "centimeters, an inch is "
    "about two and a half centimeters, and a kilogram is a little more than two pounds. With such numbers people "
    "compare things.",
)
STORIES = (
    "{hero} lived in {home}. Every [morning|evening|Sunday], {hero} went to the {place} to {act}. One day, "
    "{friend} came to {home} "
    'and brought {noun_one.a}. "What is this?" asked {hero}. "It is [called {thing_name}|from {far}]," said '
    "{friend}. {hero} took the "
    "{noun_one} [home|to the {place}], and [from that day on|soon] {hero} and {friend} were friends. In {home} "
    "people still speak of "
    "{hero}, of {friend}, and of the {noun_one} from {far}.",
    "The company {thing_name} was founded in {home} by {hero}. At first, {thing_name} made only {noun_one.s}. "
    "Later, {friend} joined "
    "{hero}, and {thing_name} began to make {noun_two.s} [too|as well]. When {hero} left {home}, {friend} took "
    "over {thing_name} and moved it "
    "to {far}. Today {thing_name} is known in {home} and in {far} for its {noun_one.s}.",
    "{hero} and {friend} wanted to travel from {home} to {far}. {hero} packed {noun_one.a}, {friend} packed "
    "{noun_two.a}. Between {home} "
    "and {far} there is [a river|a mountain|a forest|a desert], and they had to {act} there. In {far} they met "
    '{other}. "Welcome to '
    '{far}," said {other}. "{hero}, {friend}, what have you brought?" {hero} showed {other} the {noun_one}.',
    "[Letters|Words|Names] can be [spelled|learned|compared]: {thing_name}, {home}, {far}, {hero}, {friend}. The "
    "first is {thing_name}, the "
    "second is {home}, the third is {far}, the fourth is {hero}, and the last is {friend}. Again: {thing_name}, "
    "{home}, {far}, {hero}, "
    "{friend}. [Whoever reads|If one reads] {thing_name} and {far} often enough will not forget {thing_name} and "
    "{far}.",
    "In {home} there is a {place} with the name {thing_name}. {hero} opened {thing_name} [many years ago|in a "
    "cold winter], and {friend} "
    'helped. People come to {thing_name} from {far} to {act}. "{thing_name} is my life," says {hero}. {friend} '
    "laughs and says that "
    "without {noun_one.a} there would be no {thing_name} in {home}.",
)
