"""Write a made-up catalogue with the shape and the defects of AmazonTitles-1.3MM, and the truth about every row.

    python benchmarks/generate_catalogue.py trn.jsonl --rows 2248619

Beside `trn.jsonl` lies `trn.truth.parquet`: for each line why it should be removed, which rules should change it, the
hash of its clean description, and the cluster of near-duplicates it belongs to. Words are invented; lengths, empty
fields, repeated descriptions, entities, notices and spaces occur about as often as in the real file.
"""

import argparse
import json
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from catalora.catalog.keys import hash_text

REAL_ROWS = 2_248_619
VOCABULARY = 60_000
BATCH_ROWS = 20_000
REMEMBERED_TEXTS = 20_000
# Five real descriptions in a hundred have fewer than 47 characters. Invented ones of four words would repeat each other
# by chance, since here frequent words follow each other more often than in a language.
FEWEST_WORDS, MOST_WORDS = 7, 25_000

# Shares of all rows.
EMPTY_TITLE, EMPTY_CONTENT = 0.056, 0.333
# Shares of rows with a description.
REPEATED, NEAR_DUPLICATE, ONLY_NOTICE, SAME_AS_TITLE, RESIDUE, TOO_SHORT = 0.12, 0.03, 0.01, 0.004, 0.0005, 0.002
ENTITIES, TAGS, GLUED, SPACES, EDITION, COPYRIGHT, MISREAD, LOST, EMOJI = (
    *(0.17, 0.005, 0.15, 0.18, 0.20, 0.14),
    *(0.003, 0.001, 0.0002),
)

SYLLABLES = [c + v + e for c in "bcdfghjklmnprstvw" for v in "aeiou" for e in ("", "n", "r", "s", "l")]
BINDINGS = ("Paperback", "Hardcover", "Mass Market Paperback", "Audio CD", "Kindle Edition", "Unknown Binding")
PUBLISHERS = (
    "Redwood Business Information, Inc.",
    "Cobalt Associates, LP.",
    "Northern Library Guild.",
    "Ponte Verlag GmbH.",
)
# What an entity stands for, and the ways in which it is written.
WRITTEN = {
    "’": ("&#8217;", "&#x2019;", "&rsquo;"),
    "“": ("&#8220;", "&ldquo;", "&#x201C;"),
    "”": ("&#8221;", "&rdquo;", "&#x201D;"),
    "–": ("&#8211;", "&ndash;"),
    "é": ("&#233;", "&eacute;", "&#xE9;"),
    "&": ("&amp;", "&#38;"),
}
MISREAD_AS = {"’": "â€™", "é": "Ã©", "“": "â€œ", "–": "â€“"}


@dataclass(slots=True)
class Text:
    """A description as it should be after cleaning; repeated and edited ones share a cluster."""

    words: list[str]
    cluster: int


@dataclass(slots=True)
class Row:
    """One line and the truth about it."""

    title: str
    content: str
    reason: str | None = None
    rules: set[str] = field(default_factory=set)
    clean: str = ""
    cluster: int = -1


class Generator:
    """Makes rows; the same seed makes the same rows."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.vocabulary = self._invent_words()
        ranks = np.arange(1, VOCABULARY + 1)
        self.cumulative = np.cumsum(1 / ranks**1.05)
        self.cumulative /= self.cumulative[-1]
        self.remembered: deque[Text] = deque(maxlen=REMEMBERED_TEXTS)
        self.clusters = 0

    def make_batch(self, rows: int) -> Iterator[Row]:
        """Rows of one batch."""
        # Quartiles of the real lengths: 194/398/805 characters of content, 37/54/75 of title.
        content_words = np.clip(self.random.lognormal(np.log(72), 1.05, rows), FEWEST_WORDS, MOST_WORDS).astype(int)
        title_words = np.clip(self.random.lognormal(np.log(12), 0.53, rows), 1, 60).astype(int)
        words = self._draw_words(int(content_words.sum() + title_words.sum()))
        start = 0
        for chance, in_title, in_content in zip(
            self.random.random((rows, 12)), title_words, content_words, strict=True
        ):
            middle, end = start + in_title, start + in_title + in_content
            yield self._make_row(words[start:middle], words[middle:end], chance)
            start = end

    def _make_row(self, title_words: list[str], words: list[str], chance: np.ndarray) -> Row:
        title = "" if chance[0] < EMPTY_TITLE else " ".join(title_words).title()
        if chance[1] < EMPTY_CONTENT:
            return Row(title, "", "empty-content" if title else "empty-title")
        special = self._make_special(title, words, chance[2])
        if special is not None:
            return special if title else Row("", special.content, "empty-title")
        text = self._choose_text(words, chance[3], is_usable=bool(title))
        row = self._make_dirty(title, text, chance[4:])
        if not title:
            row.reason = "empty-title"
        return row

    def _make_special(self, title: str, words: list[str], chance: float) -> Row | None:
        """The rare rows that are of no use although both fields are filled."""
        for share, row in (
            (
                ONLY_NOTICE,
                Row(title, f"--This text refers to the{BINDINGS[len(words) % 4]}edition.", "only-boilerplate"),
            ),
            (SAME_AS_TITLE, Row(title, title.upper(), "content-equals-title" if len(title) else "empty-title")),
            (RESIDUE, Row('<span class="a-size-medium a-color-secondary"', " ".join(words), "scraping-residue")),
            (TOO_SHORT, Row(title, words[0][:8], "short-content")),
        ):
            if chance < share:
                return row
            chance -= share
        return None

    def _choose_text(self, words: list[str], chance: float, *, is_usable: bool) -> Text:
        """A new text, an earlier one, or an edited one; only those of usable rows are repeated and edited."""
        if self.remembered and chance < REPEATED + NEAR_DUPLICATE:
            earlier = self.remembered[int(self.random.integers(len(self.remembered)))]
            if chance < REPEATED:
                return earlier
            if len(earlier.words) >= 20:
                return Text(self._edit(earlier.words), earlier.cluster)
        text = Text(self._write_sentences(words), self.clusters)
        self.clusters += 1
        if is_usable:
            self.remembered.append(text)
        return text

    def _edit(self, words: list[str]) -> list[str]:
        """Replace, drop or insert 5 to 20 % of the words."""
        edits = max(1, round(len(words) * self.random.uniform(0.05, 0.20)))
        edited: list[list[str]] = [[word] for word in words]
        for place in self.random.choice(len(words), edits, replace=False):
            word = self.vocabulary[int(self.random.integers(VOCABULARY))]
            edited[place] = ([word], [], [*edited[place], word])[int(self.random.integers(3))]
        return [word for group in edited for word in group]

    def _write_sentences(self, words: list[str]) -> list[str]:
        """Capitals and full stops; in some texts characters beyond ASCII, or words that were glued together."""
        words = list(words)
        place, entities, glued = (float(chance) for chance in self.random.random(3))
        if entities < ENTITIES:
            words[int(place * len(words))] += list(WRITTEN)[int(place * 1000) % len(WRITTEN)] + "s"
        if glued < GLUED and len(words) > 2:
            # Nothing says where such a word should be cut, so cleaning leaves it.
            words[1:3] = [words[1] + words[2].capitalize()]
        for place in range(0, len(words), 14):
            words[place] = words[place].capitalize()
        for place in range(13, len(words), 14):
            words[place] += "."
        words[-1] = words[-1].rstrip(".") + "."
        return words

    def _make_dirty(self, title: str, text: Text, chance: np.ndarray) -> Row:
        rules = set[str]()
        place = int(self.random.integers(1000))
        clean = " ".join(text.words)
        dirty = self._write_entities(clean)
        if dirty != clean:
            rules.add("entities")
        if chance[0] < TAGS:
            dirty = f"<p>{dirty}</p>"
            rules |= {"tags", "spacing"}  # a line break is left at each end
        if chance[3] < MISREAD:
            clean, dirty = clean + " Café’s.", dirty + " CafÃ©â€™s."
            rules.add("characters")
        elif chance[3] < MISREAD + LOST:
            dirty += "\ufffd"
            rules.add("lost-characters")
        elif chance[3] < MISREAD + LOST + EMOJI:
            clean, dirty = clean + " \U0001f642", dirty + " \U0001f642"
        if chance[4] < SPACES:
            dirty = dirty.replace(" ", "  ", 2) + "   "
            rules.add("spacing")
        if chance[5] < COPYRIGHT:
            dirty += f"{'' if place % 2 else ' '}Copyright {1980 + place % 40} {PUBLISHERS[place % len(PUBLISHERS)]}"
            rules.add("copyright-notices")
        if chance[6] < EDITION:
            dirty += self._write_edition_note(place)
            rules.add("edition-notes")
        return Row(title, dirty, None, rules, clean, text.cluster)

    def _write_entities(self, text: str) -> str:
        for character, ways in WRITTEN.items():
            if character in text:
                text = text.replace(character, ways[int(self.random.integers(len(ways)))])
        return text

    def _write_edition_note(self, place: int) -> str:
        binding = BINDINGS[place % len(BINDINGS)]
        return (
            f"--This text refers to the{binding}edition.",
            f" --This text refers to the {binding} edition.",
            "--This text refers to an out of print or unavailable edition of this title.",
        )[place % 3]

    def _draw_words(self, count: int) -> list[str]:
        drawn = np.searchsorted(self.cumulative, self.random.random(count))
        return self.vocabulary_array[drawn].tolist()

    def _invent_words(self) -> list[str]:
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            lengths = self.random.integers(1, 5, 1000)
            for length in lengths:
                syllables = self.random.integers(len(SYLLABLES), size=length)
                words["".join(SYLLABLES[syllable] for syllable in syllables)] = None
        # Frequent words are short, as in every language.
        invented = sorted(list(words)[:VOCABULARY], key=lambda word: len(word) // 3)
        self.vocabulary_array = np.array(invented, dtype=object)
        return invented


def write_catalogue(path: Path, rows: int, seed: int) -> None:
    """Write the catalogue and its truth."""
    generator = Generator(seed)
    truth: list[pl.DataFrame] = []
    line = 0
    with path.open("w", encoding="utf-8") as file:
        while line < rows:
            batch = list(generator.make_batch(min(BATCH_ROWS, rows - line)))
            labels = generator.random.integers(1_305_265, size=(len(batch), 20))
            for number, (row, targets) in enumerate(zip(batch, labels.tolist(), strict=True), start=line):
                record = {"uid": f"{number:010}", "title": row.title, "content": row.content}
                record |= {"target_ind": targets, "target_rel": [1.0] * len(targets)}
                file.write(json.dumps(record) + "\n")
            truth.append(_describe(batch, line + 1))
            line += len(batch)
    pl.concat(truth).write_parquet(path.with_suffix(".truth.parquet"))


def _describe(batch: list[Row], first_line: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "line": range(first_line, first_line + len(batch)),
            "reason": pl.Series([row.reason for row in batch], dtype=pl.String),
            "rules": pl.Series([sorted(row.rules) for row in batch], dtype=pl.List(pl.String)),
            "clean_hash": pl.Series([hash_text(row.clean) for row in batch], dtype=pl.UInt64),
            "cluster": [row.cluster for row in batch],
        }
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=REAL_ROWS)
    parser.add_argument("--seed", type=int, default=17)
    arguments = parser.parse_args()
    started = time.perf_counter()
    write_catalogue(arguments.path, arguments.rows, arguments.seed)
    size = arguments.path.stat().st_size
    print(f"{arguments.rows:,} rows, {size / 1e9:.2f} GB, {time.perf_counter() - started:.0f} s")
