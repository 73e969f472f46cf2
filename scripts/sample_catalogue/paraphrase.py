"""Near-duplicates: the same description with 5 to 20 % of its words edited."""

import difflib
from random import Random

from .grammar import article
from .names import split_words
from .products import occurs

SYNONYMS = dict(
    pair.strip().split("=")
    for pair in split_words(
        "made=crafted| sturdy=solid| durable=hard-wearing| easy=simple| simple=easy| ideal=perfect|"
        "perfect=ideal| great=fine| good=fine| includes=contains| include=contain|"
        "features=offers| offers=provides| holds=keeps| hold=keep| keeps=holds| keep=hold| choose=pick| quickly=fast|"
        "without=with no| because=since| thanks=owing| story=tale| tale=story| finds=discovers| find=discover|"
        "must=has to| soon=before long| begins=starts| begin=start| every=each| each=every| shows=reveals| show=reveal|"
        "weighs=comes in at| measures=spans| backed=covered| gift=present| handsome=good-looking| compact=small|"
        "rugged=tough| tough=rugged| lightweight=light| roomy=spacious| comfortable=comfy| classic=traditional|"
        "soft=gentle| warm=cozy| cozy=warm| bright=vivid| clever=smart| book=volume| readers=book lovers|"
        "chapters=sections| chapter=section| guide=handbook| clear=plain| practical=useful| useful=practical|"
        "explains=describes| offered=given| songs=tunes| album=record| record=album| recorded=taped| brings=carries|"
        "mood=feeling| director=filmmaker| forever=for good| truth=real story| discovers=uncovers| whole=entire|"
        "entire=whole| just=only| only=just| years=seasons| children=kids| kids=children| small=little| large=big|"
        "big=large| fits=suits| stays=remains| stay=remain| pleasure=joy| built=constructed|"
        "finished=completed| design=look| difference=change| difficult=hard| written=penned|"
        "new=fresh| fresh=new| included=supplied| warranty=guarantee| standard=usual|"
        "everyday=daily| remember=recall| remembers=recalls| people=folk| town=village| adds=brings|"
        "favorite=best-loved| enjoy=relish| sits=rests| sit=rest| carry=tote| secrets=mysteries| secret=mystery|"
        "quiet=hushed| shape=form| solid=firm| smooth=even| pick=choose| covers=takes in| deal=treat| gives=lends|"
        "give=lend| offer=provide| handy=useful| simply=just| room=space| answers=replies| suppers=dinners| helps=aids|"
        "steady=even| evenly=uniformly| neatly=tidily| easily=readily| firmly=securely| cleanly=smoothly|"
        "straight=directly| gently=softly| sharp=keen| evenings=nights",
        "|",
    )
)
LOWEST, HIGHEST = 0.05, 0.20


def edit_words(text: str, protected: list[str], rng: Random) -> tuple[str, float] | None:
    """Exchange words of ``text`` for others of like meaning.

    Args:
        text: A clean description.
        protected: Values that must stand in the result as they do in ``text``.
        rng: Source of chance.

    Returns:
        The edited text and the share of words that differ (0.05 to 0.20), or None when too few words can be exchanged.
    """
    words = text.split(" ")
    target = rng.uniform(LOWEST + 0.01, HIGHEST - 0.03)
    kept = [value for value in protected if occurs(value, text)]
    for position in rng.sample(range(len(words)), len(words)):
        changed = words.copy()
        changed[position] = exchange(words[position])
        if position and words[position - 1] in ("a", "an", "A", "An"):
            changed[position - 1] = words[position - 1][0] + article(changed[position])[1:]
        candidate = " ".join(changed)
        if changed != words and all(occurs(value, candidate) for value in kept):
            words = changed
        share = edited_share(text, " ".join(words))
        if share >= target:
            return (" ".join(words), share) if share <= HIGHEST else None
    return None


def exchange(word: str) -> str:
    """Another word for ``word``, its punctuation and capital kept; ``word`` itself when none is known.

    >>> exchange("Every"), exchange("sturdy,"), exchange("xylophone")
    ('Each', 'solid,', 'xylophone')
    """
    core = word.rstrip(".,:;?!")
    other = SYNONYMS.get(core.lower())
    if other is None or core not in (core.lower(), core.capitalize()):
        return word
    return (other[:1].upper() + other[1:] if core[0].isupper() else other) + word[len(core) :]


def edited_share(before: str, after: str) -> float:
    """Share of words inserted, deleted or replaced, relative to the longer text."""
    left, right = before.split(), after.split()
    same = sum(block.size for block in difflib.SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks())
    return 1 - same / max(len(left), len(right))
