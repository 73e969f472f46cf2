"""English patterns: how questions are put, and the stages of a long, vague answer.

An answer walks through the stages in order (what it is, its details, where and how it is used, who likes it, how it
came about, how it varies, a caution, a close), so that its end can be told from its beginning. ``{s}`` is the subject
as the question names it, ``{full}`` the same without an article; the other slots are facts of the title, words of its
field, or the general rules at the end.
"""

QUESTIONS = (
    "What is {s}?",
    "What is {s}?",
    "What is {s}?",
    "{full}",
    "{full}",
    "Describe {s}.",
    "Describe {s}",
    "Tell me about {s}.",
    "What can you say about {s}?",
    "Can you explain what {s} is?",
    "Do you know {s}?",
    "Write a description of {s}.",
    "Write about {s}.",
    "Explain {s}.",
    "What do people mean by {s}?",
    "What should I know about {s}?",
    "{full}?",
    "Give me some information about {s}.",
    "I have heard of {s}. What is it?",
    "Could you describe {s} for me?",
    "What kind of thing is {s}?",
    "What is {s} for?",
    "Who would like {s}?",
    "Why do people talk about {s}?",
    "Describe the product: {full}",
    "Present {s}.",
    "What do you think of {s}?",
    "Say something about {s}.",
)

FOLLOW_UPS = (
    "How is {s} used?",
    "Who uses {s}?",
    "Where can people find {s}?",
    "Why do people like {s}?",
    "Is {s} important?",
    "What is special about {s}?",
    "Is it easy to understand {s}?",
    "When do people need {s}?",
    "What else is there to say about {s}?",
    "How long does {s} last?",
    "What are the advantages of {s}?",
    "What is the history of {s}?",
    "Are there different kinds of {nouns}?",
    "How should one take care of {s}?",
    "What makes {s} different?",
    "Who made {s}?",
    "Can children use {s}?",
    "Is {s} old or new?",
    "What do experts say about {s}?",
    "How much does {s} matter?",
)

NEXT_QUESTIONS = (
    "What is {a_concept}?",
    "Why is {a_concept} important?",
    "What do people do with {a_concept}?",
    "Who needs {a_concept}?",
    "What is the difference between {a_concept} and {noun_two.a}?",
    "Where does one find {a_concept}?",
    "{a_concept.cap}",
    "What should I know about {a_concept}?",
    "How has {a_concept} changed?",
    "Is {a_concept} good for children?",
)

OPENING = (
    "{s} is something that {many_people} find {good} in {everyday}.",
    "{s} is {family.a} that [is often mentioned|comes up|can be found] [when people talk about|in connection "
    "with] {acting}.",
    "{s} is, [to put it simply|in a few words|generally speaking], {family.a}, and [most people|many of us] have "
    "seen "
    "something like it before.",
    "[People speak of|One may think of|We can think of] {s} as {family.a}, although [the word|the name] can "
    "[mean|cover] "
    "several things.",
    "The name {full} [refers to|stands for|is used for] {family.a} that {many_people} [know|have come "
    "across|recognize].",
    "{s} is one of those things that [seem ordinary|look simple|are easy to overlook] [at first|at first sight], but "
    "[there is more to say about it|it has its place in {everyday}].",
    "When people hear about {s}, they [often|usually|sometimes] think of {family.a} and of {acting}.",
    "{s} can be described as {family.a}, [and it is known to|and it is of interest to] {many_people}.",
    "There are many ways to [explain|describe|think about] {s}, [and none of them is complete|and each of them "
    "is partly right].",
    "{s} belongs to the large group of things that help people {act} [and {act}|or simply enjoy the day].",
    "In general, {s} is {noun.a}, and {noun.a} is [a thing|an object] that [we meet in|belongs to] {everyday}.",
    "{s} is a [common|familiar|well known|typical] example of {family.a}, [at least in many countries|as many "
    "would agree].",
    "It is [not easy|hard|interesting] to say in a few words what {s} is, [but|although] it has to do with {acting}.",
    "{s} is the kind of thing that [one finds in|belongs in] {a_place}, and [it is there for a reason|people "
    "expect it there].",
    "As the name suggests, {s} has something to do with {nouns} and with {acting}.",
    "{s} is [a name|an expression] that [may mean different things|has more than one meaning] to different people.",
    "Some would call {s} {family.a}, others would call it [a part of|a companion in] {everyday}.",
    "{s} is [mainly|mostly|above all] [connected with|associated with|about] {acting}, and it "
    "[interests|concerns] {who}.",
)

DETAILS = {
    "brand": (
        "The name {brand} [tells us|says] [where it comes from|who stands behind it], and [a name like {brand} "
        "is|names of "
        "this kind are] [easy to remember|part of the story].",
        "{brand} is [the name that people connect with it|the name on it], [although|but] {brand} may also stand "
        "for other things.",
        "Those who know {brand} will [probably|certainly] have their own opinion about it.",
        "It is said that {brand} [began as|was once] a small [workshop|company|family business] in [a town|a "
        "city] near {direction}.",
        "Not everybody has heard of {brand}, but [many|some] people [speak well of {brand}|have seen the name "
        "{brand} before].",
        "What {brand} has in common with other names is [the wish to be useful|a certain idea of {acting}].",
    ),
    "material": (
        "The word {material} [is important here|should not be forgotten], because {material} {material_fact}.",
        "As for the material, {material} {material_fact}.",
        "{material.cap} {material_fact}, and this is [one reason|a reason] why {nouns} are [sometimes|often] "
        "made from {material}.",
        "People have worked with {material} for {a_long_time}, and {material} {material_fact}.",
        "[Many|Some] people like {material} because it [feels|looks|seems] {word}, while others [prefer|would "
        "rather have] "
        "{other_material}.",
        "A person who [touches|sees] {material} for the first time [notices|may notice] that it is {word}.",
    ),
    "colour": (
        "The color {colour} [gives it a certain mood|is a matter of taste], and {colour} {colour_fact}.",
        "{colour.cap} {colour_fact}, [and so|which is why] the color [matters to|means something to] {many_people}.",
        "Whether {colour} is the right color depends on {depends}.",
        "Some say that {colour} goes well with {other_colour}, others like {colour} alone.",
        "Because it is {colour}, one can [tell it apart from others|see it from far away|find it again].",
    ),
    "size": (
        "The measure {size} [says|tells us] something about how [big|large|small] it is, [but|and] {size} may "
        "seem a lot to some.",
        "With {size}, it is [neither very large nor very small|about as large as one would expect].",
        "The number in the name, {size}, is there [so that|because] people can compare one {noun} with another.",
        "If {size} is too much or too little, there are [other sizes|other {nouns}] as well.",
    ),
    "count": (
        "The words {count} [mean that there is more than one|tell us how many there are], which is [helpful|useful] "
        "[when things get lost|when several people share them].",
        "As {count} suggests, [one does not get only a single {noun}|they come together].",
        "Why {count} and not another number is [hard to say|a question of habit].",
    ),
    "code": (
        "The sign {code} is [a kind of name|used] to tell it apart from [other things of the same kind|similar "
        "{nouns}].",
        "Letters and numbers such as {code} [mean little to most people|are mainly of interest to {who}].",
        "Somebody who looks for {code} [will want to know|should check] [what it belongs to|which {noun} is meant].",
    ),
    "feature": (
        "It is said to come with {feature}, and {feature} can be [useful|helpful|pleasant] when one wants to {act}.",
        "The part about {feature} is [perhaps|probably] what [people notice first|makes it a little different].",
        "A {noun} with {feature} is [not the same as|quite unlike] a {noun} without it, [as {who} know|as one "
        "may imagine].",
    ),
    "noun": (
        "A {noun} is [usually|in most cases] [thought of as|seen as] {family.a} that helps to {act}.",
        "There are as many kinds of {nouns} as there are ways of {acting}.",
        "The {part} of a {noun} [is worth a look|deserves some attention], because [it is used again and "
        "again|much depends on it].",
        "Like every {noun}, it has [a {part} and a {part}|its {part}], and [each part has its task|that is easy "
        "to see].",
    ),
}

STAGES = (
    (
        "It can be [found|seen|met] in [many places|all kinds of places], for example in {a_place} or in {a_place}.",
        "In many homes there is something like it, [often|usually|sometimes] [near|in] {a_place}.",
        "[Some people|A few people|Others] keep it in {a_place}, [where it is always at hand|where nobody forgets it].",
        "Whether one lives near {direction} or near {direction}, [it looks much the same|one will come across it "
        "sooner or later].",
        "One may see it in {a_place}, in a [shop window|film|magazine|picture], or at the house of [a friend|a "
        "neighbor].",
        "Its usual place is {a_place}, but [nothing speaks against|there is no rule against] {a_place}.",
        "[In the morning|In the evening|On weekends|In winter|In summer], when people want to {act}, it is "
        "[close by|not far away].",
    ),
    (
        "People use it to {act}, to {act}, and [of course|sometimes|perhaps] to {act}.",
        "It is used [in many ways|in different ways], and [how one uses it|the way one uses it] depends on {depends}.",
        "[A person|Somebody] who wants to {act} may find it {good}, and [so may|the same is true for] {who}.",
        "The idea is [simple|not complicated]: one takes {noun.a} and begins to {act}.",
        "There is no single right way to {act}, [so|and] people [try|find out] what [suits them|works for them].",
        "It has been used for {acting}, for {acting}, and for [many other things|things nobody thought of before].",
        "[First|To begin with], one should know [how to {act}|what one wants to do]; [then|after that] the rest "
        "[becomes easier|follows].",
        "With some [patience|practice|care|time], {almost_anyone} can learn to {act}.",
    ),
    (
        "{who.cap} [like it|speak well of it|know it], [and|while] [others|{who}] [do not think about it "
        "much|have other things in mind].",
        "Among {who} it is [well known|a common subject], and [even|also] {who} [ask about it|show some interest].",
        "[Many|Most|Some] of the people who {act} would [miss it|recommend it|not want to be without it].",
        "For {who} it can be [a great help|a small joy|part of the day], [especially|above all] when they {act}.",
        "[Old and young|Men and women|People of every age] [have some use for it|may enjoy it], [each in their "
        "own way|for different reasons].",
        "A [friend|teacher|grandmother|neighbor|cousin] may [give it as a present|have told you about it], and "
        "then one begins to {act}.",
        "It is often said that {who} [understand it best|see more in it than others], [which may be true|but "
        "this is not certain].",
    ),
    (
        "[It feels|It seems|Many find it] {word} and {word}, and that is [worth something|a good thing|not a "
        "small matter].",
        "What people [like about it|remember|mention] is that it is {word}, [although|even if] not everyone "
        "would [say so|agree].",
        "The {part} is [often|sometimes|usually] {word}, and the {part} [matters as well|should not be forgotten].",
        "One [good|important|useful] thing is the {part}, [because|since] it [helps to {act}|makes {acting} easier].",
        "If the {part} is {word}, [people are glad|so much the better]; if not, [one gets used to it|there are "
        "other ways].",
        "It is [neither|not only] {word} [nor|but also] {word}, [as one can see|at least for most people].",
        "{word.a} {noun} is [usually better|more pleasant] than one that is not, but [tastes differ|that is only "
        "an opinion].",
    ),
    (
        "[Long ago|In earlier times|A hundred years ago|In the past], people had to {act} without such things, "
        "and [they managed|it took longer].",
        "Its history goes back {a_long_time}, [to|perhaps to] {direction}, where people [first learned|wanted] "
        "to {act}.",
        "Over the years it has [changed|grown|become more common], and today it is [known in|found in] [many "
        "countries|most towns].",
        "Nobody knows [exactly|for certain] when it [began|was first made], but [old letters|old books|stories] "
        "[speak of|mention] it.",
        "[Our grandparents|Earlier generations] [knew it too|did not know it], [and|but] the world has changed "
        "since then.",
        "With time, things of this kind have become [better|cheaper|more common], and {acting} has become [a "
        "habit|an art|a pleasure].",
        "{person} of {town} is said to have [written about it|used one|known it], but {person_note}.",
    ),
    (
        "There are [many|several|countless] kinds, [large ones and small ones|old ones and new ones|simple ones "
        "and special ones].",
        "Some are made of {other_material}, some of {other_material}, and [the difference|this] [is easy to "
        "notice|matters to {who}].",
        "One can get it in {other_colour} or in {other_colour}, and [some people|collectors] want [one of "
        "each|every color].",
        "[Compared with|Unlike] {noun_one.a}, it is [rather|more or less] {word}, and [compared with|unlike] "
        "{noun_two.a}, [less so|even more so].",
        "It is [related to|often confused with|not the same as] {noun_one.a}, [although|because] both [help to "
        "{act}|have a {part}].",
        "From one [country|region|family] to another, the {part} and the name may be different.",
    ),
    (
        "[However|Still|At the same time], it is [not for everyone|only one of many things|not without its limits].",
        "Of course, one [should|has to] [be careful|take one's time|ask somebody who knows], [especially|above "
        "all] [with children|at the beginning].",
        "[Some people|Critics|A few] say that one can {act} [just as well|equally well] without it, and [they "
        "may be right|perhaps that is true].",
        "It [takes|needs] some [time|money|space|care], and [not everybody has|one does not always have] enough of it.",
        "[Before|When] people decide, they [should think about|often think about|compare] the price, the {part}, "
        "and {depends}.",
        "It is [hard|not possible] to say [how good it is|whether it is worth it], [because|since] everything "
        "depends on {depends}.",
        "[Opinions|Views] about it [differ|are divided], as [so often|always] when [people {act}|it comes to "
        "{acting}].",
    ),
)

CLOSING = (
    "In the end, [each person has to decide|everyone must find out] [what it means to them|how important it is].",
    "All in all, it is [a good example of|a small part of] what people [do|need|love] in {everyday}.",
    "In short, it is [useful|interesting|worth knowing], and [there is always more to learn|much more could be said].",
    "For these reasons, {many_people} [are happy to have it|would say that it is important|go on using it].",
    "In conclusion, {s} [is something worth knowing|has many sides|remains a part of {everyday}].",
    "So, when [somebody asks about it|the subject comes up], one can say that it is [many things at once|a good "
    "thing to have].",
    "To sum up, {s} is a matter of {acting}, [of time, and of taste|and of much more].",
    "In any case, [it does no harm to know more about it|it will be with us for a long time].",
    "Finally, one should [remember|not forget] that [every {noun} is different|people are different].",
    "That is why people [go on talking about|still speak of|ask about] {s}.",
    "Altogether, {s} [is more than a name|shows how people live|leaves nobody quite indifferent].",
    "Perhaps this is the best answer: {s} is [what people make of it|one thing among many|a part of the day].",
    "Taken together, [these things|all this] [explains a little|makes it clear] what {s} is.",
    "After all, [a {noun} is only a {noun}|people have to {act}], and [that is enough|there is nothing wrong "
    "with that].",
    "In other words, {s} is {family.a} [for|that suits] {who}, [for {who}|and also for {who}], [and for everyone "
    "else|or nearly so].",
)

WORK_OPENING = (
    "{s} is a {work_kind} [that many people have heard of|which has found its public|known to {many_people}].",
    "{s} is a {work_kind} about {theme}, [at least on the surface|as far as one can tell|and about much more].",
    "{s} is the [title|name] of a {work_kind}, and [like many titles|as a title], it [can be understood in "
    "several ways|says a lot].",
    "[Readers|People] [who ask about|who look for] {s} usually mean the {work_kind} about {theme} and {theme}.",
    "When people speak of {s}, they [mean|think of] a {work_kind} [that deals with|that turns around|full of] {theme}.",
    "{s} is [one of many|among the] {work_kind.s} [that speak of|concerned with] {theme}, and [some call it|many "
    "find it] {work_word}.",
    "The {work_kind} {full} [is about|deals with] {theme}, [but it is also about|and also with] {theme}.",
)
WORK_DETAILS = {
    "author": (
        "It [is by|comes from|was made by] {author}, and {author} is [a name that some people know|known for "
        "{work_word} work].",
        "{author} [worked on it for|spent] {a_long_time} [on it|at the desk], [or so it is said|as {author} once "
        "told a friend].",
        "Of {author} [we know little|people tell many stories], [only|except] that {author} came from {town}.",
    ),
    "format": (
        "The word {format} tells us in which form it comes, and {format} is [only one of several|a common one].",
        "Some [prefer|like] {format}, others [do not mind the form|would choose another form].",
    ),
    "subject": (
        "{subject} is a [wide|difficult|beautiful] field, and [nobody learns {subject} in a day|many begin with "
        "{subject} at school].",
        "Those who study {subject} [need patience|ask many questions], and {subject} [rewards them|has its own "
        "language].",
    ),
    "hero": (
        "{hero} is [at the center of it|the one we follow], and [everything|much of what] {hero} does [changes "
        "something|has a reason].",
        "The name {hero} [is easy to remember|stays in the mind], [because|and] {hero} [meets all kinds of "
        "people|has a secret].",
    ),
    "thing": (
        "The {thing} in the title [may be|is perhaps] a [symbol|picture] of {theme}, or it is [simply|only] a {thing}.",
        "What the {thing} means is [left open|for the public to decide], and [some|many] have [written|argued] "
        "about the {thing}.",
    ),
}
WORK_STAGES = (
    (
        "The story [begins|starts|opens] in {work_place}, where {hero_kind} [finds|loses|waits for|returns to] "
        "{story_thing}.",
        "It tells of {hero_kind} who [leaves home|comes back|falls in love|keeps a secret|looks for "
        "{story_thing}] in {work_place}.",
        "At the center there is {hero_kind}, and around [this person|it] a world of {theme} [opens|unfolds].",
        "There are [chapters|scenes|pages|parts] about {theme}, about {theme}, and about {story_thing}.",
        "It leads us from {work_place} to {work_place}, [by train|step by step|through many years].",
    ),
    (
        "The language is {work_word}, and the [chapters|scenes|songs|parts] are [short|long|of different length].",
        "Some [parts|moments] are {work_word}, others are {work_word}, [and so|but on the whole] it [never gets "
        "dull|holds together].",
        "One [hears|feels|finds] in it [the voice of|a memory of] {theme}, and [sometimes|often] [a little "
        "humor|a touch of sadness].",
        "It [mixes|joins] {theme} with {theme}, which is [not easy|nothing new], but it [works|can be done well].",
        "People who like {work_kind.s} will [know the feeling|recognize many things], [while|but] others may "
        "need [some time|an introduction].",
    ),
    (
        "[Critics|Readers|Listeners|Viewers|Teachers] [praised it|argued about it|asked what it means], and "
        "[some|a few] [came back to it|wrote letters about it].",
        "For [young people|families|students|older readers] it can be [a beginning|a good companion|a way into "
        "{theme}].",
        "It is [often|sometimes] [given as a present|read aloud|discussed at school|played at parties], "
        "[especially|mostly] in [winter|summer|autumn].",
        "[Many|Most] people [remember|mention] the [ending|beginning|music|pictures|characters], and [hardly "
        "anybody|few people] the rest.",
        "It has [been compared with|something in common with] other {work_kind.s} about {theme}, [rightly or "
        "not|and not without reason].",
    ),
    (
        "It [appeared|came out|was made] [many years ago|some time ago|after the war|in a quiet year], when "
        "people [thought a lot about|talked about] {theme}.",
        "Since then, [the world|taste] has changed, [but|and] {theme} [is still with us|remains a subject].",
        "There are [several versions|different editions|translations], and [each|every one] has its [friends|own "
        "cover|own sound].",
        "Nobody knows [how many people|who exactly] [have read it|have seen it|know it], but [it must be "
        "many|the number grows].",
    ),
    (
        "[However|Still|Of course], [not everyone will like it|it is a matter of taste|it asks for some patience].",
        "[Some|A few] find it too [long|short|sad|simple], and [perhaps they are right|one can understand them].",
        "Whether it is a good {work_kind} depends on {depends}, and on [what one expects|the mood one is in].",
    ),
)

CONCEPT_OPENING = (
    "{s.cap} is [something|a thing] that [everybody knows|belongs to {everyday}|people have always known], and "
    "[yet|still] it is hard to define.",
    "{s.cap} [is part of|has its place in] {everyday}, [in almost every country|for rich and poor alike].",
    "[One can say|It is often said] that {s} is [important|useful|beautiful|necessary], and there are good "
    "reasons for this.",
    "When we speak of {s}, we [usually mean|think of] [several things at once|more than one thing].",
    "There are many [answers|ways to answer], because {s} [has many sides|means something different to everyone].",
    "{s.cap} is [in general|for the most part] connected with {acting}, with {acting}, and with {everyday}.",
)

RULES = {
    "many_people": (
        "many people",
        "a lot of people",
        "most people",
        "people everywhere",
        "quite a few people",
        "some people",
    ),
    "good": (
        "useful",
        "interesting",
        "helpful",
        "pleasant",
        "important",
        "practical",
        "worth having",
        "enjoyable",
        "good",
    ),
    "everyday": (
        "everyday life",
        "daily life",
        "modern life",
        "the life of a family",
        "our time",
        "the home",
        "ordinary life",
    ),
    "a_place": ("[the|a] {place}", "the {place}", "a quiet {place}", "the {place} of a friend"),
    "direction": (
        "the north",
        "the south",
        "the sea",
        "the mountains",
        "a big city",
        "a small village",
        "the old part of town",
        "the countryside",
        "the east",
        "the west",
        "the coast",
        "the river",
        "{town}",
        "{town}",
        "{town}",
    ),
    "a_long_time": (
        "many years",
        "a long time",
        "hundreds of years",
        "centuries",
        "several generations",
        "a few decades",
        "thousands of years",
        "a whole winter",
        "ten years",
        "half a century",
    ),
    "depends": (
        "the person",
        "the place",
        "the season",
        "what one wants to do",
        "how much time there is",
        "the habits of the family",
        "one's own taste",
        "the weather",
        "the people one lives with",
        "many things",
        "the situation",
        "experience",
    ),
    "almost_anyone": ("almost anyone", "nearly everybody", "even a beginner", "anybody", "most people", "a child"),
    "person_note": (
        "this cannot be proved",
        "that is another story",
        "not everyone believes it",
        "the letters are lost",
    ),
    "a_concept": ("{material}", "{concept}", "{concept}", "{noun.a}"),
    "concept": (
        "patience",
        "friendship",
        "time",
        "money",
        "work",
        "music",
        "silence",
        "travel",
        "memory",
        "language",
        "school",
        "sleep",
        "health",
        "water",
        "bread",
        "light",
        "color",
        "weather",
        "winter",
        "summer",
        "family",
        "childhood",
        "history",
        "nature",
        "art",
        "science",
        "cooking",
        "reading",
        "writing",
        "dancing",
        "the sea",
        "the moon",
        "trust",
        "luck",
        "habit",
        "courage",
        "fashion",
        "trade",
        "quality",
        "comfort",
        "order",
        "beauty",
        "craft",
        "tradition",
        "technology",
        "electricity",
        "paper",
        "coffee",
        "tea",
        "salt",
        "sugar",
        "wood",
        "glass",
        "metal",
        "fire",
        "a garden",
        "a village",
        "a market",
        "a promise",
        "a secret",
        "a journey",
        "a holiday",
        "a birthday",
        "a wedding",
        "a neighbor",
        "a library",
        "a museum",
        "a hospital",
    ),
    "work_word": (
        "quiet",
        "funny",
        "sad",
        "moving",
        "strange",
        "rich",
        "simple",
        "warm",
        "dark",
        "bright",
        "slow",
        "fast",
        "honest",
        "romantic",
        "serious",
        "poetic",
        "clever",
        "touching",
        "exciting",
        "gentle",
        "powerful",
        "beautiful",
        "unusual",
        "thoughtful",
        "lively",
        "classic",
        "mysterious",
        "popular",
        "famous",
        "memorable",
        "inspiring",
        "difficult",
    ),
    "theme": (
        "love",
        "loss",
        "family",
        "friendship",
        "war",
        "memory",
        "growing up",
        "the sea",
        "a long journey",
        "old secrets",
        "courage",
        "home",
        "faith",
        "money",
        "crime",
        "nature",
        "music",
        "history",
        "dreams",
        "revenge",
        "hope",
        "childhood",
        "marriage",
        "the past",
        "the future",
        "power",
        "freedom",
        "magic",
        "science",
        "art",
        "food",
        "work",
        "truth",
        "betrayal",
        "adventure",
        "loneliness",
        "justice",
        "city life",
        "village life",
        "animals",
        "the supernatural",
        "survival",
        "humor",
    ),
    "work_place": (
        "a small town",
        "a big city",
        "an old house",
        "a village by the sea",
        "{town}",
        "{town}",
        "a school",
        "a distant country",
        "a cabin",
        "the mountains",
        "a farmhouse",
        "a hotel",
        "a castle",
        "the desert",
        "a prison",
        "another world",
        "a quiet street",
        "a theater",
        "a fishing port",
        "the forest",
        "a hospital",
        "the court of a king",
        "the future",
        "a bookshop",
    ),
    "hero_kind": (
        "a young woman",
        "an old man",
        "a boy",
        "a girl",
        "a detective",
        "a doctor",
        "a teacher",
        "a soldier",
        "a painter",
        "two sisters",
        "three brothers",
        "a family",
        "a stranger",
        "a widow",
        "a musician",
        "a thief",
        "a king",
        "a scientist",
        "a lawyer",
        "a dog",
        "{person}",
        "{person}",
        "{person}",
        "a journalist",
        "a princess",
        "a sailor",
        "an orphan",
        "a mother",
    ),
    "story_thing": (
        "a letter",
        "a lost friend",
        "the truth",
        "a map",
        "a key",
        "an old photograph",
        "a treasure",
        "a new life",
        "a child",
        "the answer",
        "a secret",
        "a home",
        "a murderer",
        "a name",
        "a promise",
        "a house",
        "a song",
        "the sea",
        "a diary",
    ),
    "material_fact": (
        "has been used for {a_long_time}",
        "is known for being {word}",
        "is liked by {who}",
        "can be {word}",
    ),
    "colour_fact": (
        "makes people think of {colour_thought}",
        "is a color that many find {colour_word}",
        "has been loved for {a_long_time}",
        "looks different in the evening light",
        "is often seen in {place_plain}",
        "can be {colour_word} or {colour_word}",
    ),
    "colour_thought": (
        "the sea",
        "autumn",
        "spring",
        "fire",
        "snow",
        "old houses",
        "the sky",
        "childhood",
        "the forest",
        "roses",
        "night",
        "the desert",
        "fruit",
        "the sun",
        "winter",
        "gold",
        "wine",
        "stone",
        "milk",
        "fresh leaves",
    ),
    "colour_word": (
        "calm",
        "warm",
        "cold",
        "cheerful",
        "serious",
        "elegant",
        "lively",
        "modest",
        "deep",
        "pale",
        "friendly",
    ),
    "place_plain": (
        "kitchens",
        "gardens",
        "offices",
        "old paintings",
        "clothes",
        "schools",
        "cars",
        "living rooms",
        "shops",
    ),
}
