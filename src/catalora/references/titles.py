"""Finding products by their titles: the lexical half of retrieval.

Meaning alone misses products that are asked by name, above all in a language the embedding model hardly knows. This
module finds titles that stand in a question word for word, and ranks the others by the words they share (BM25).
It knows nothing of vectors. A folder holds, read-only once written:

    titles.sqlite    uid and title by position, found by the whole title
    title-words/     what each word counts in each title that has it, by bm25s
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

if TYPE_CHECKING:
    from bm25s import BM25

TITLES, WORDS = "titles.sqlite", "title-words"

_ENGLISH = (
    "a about an and answer are as ask can catalog catalogue could describe description details do does entry explain "
    "for from give have how i in information is it know like listing me of on or please product question s say show "
    "some tell text that the there this to us want what which who write would you your"
)
_PORTUGUESE = (
    "ao catalogo com como conte da das de descreva descreve descreveria descrever descricao diga dos e em escreva esse "
    "este explica explicar explique fala fale falar favor isso isto mais mim mostre na nas nesse neste no nos o os "
    "para pergunta pode podia poderia por produto qual quais que quero resposta saber se sobre texto um uma voce"
)
# Words that ask: what is left of a question is about the product. In the form of `normalise_title`.
QUESTION_WORDS = frozenset(f"{_ENGLISH} {_PORTUGUESE}".split())
MAX_QUESTION_WORDS = 200
_LOOKUP_BATCH = 500


def normalise_title(text: str) -> str:
    """A title or question as lower-case words, without accents and punctuation.

    Example:
        >>> normalise_title("O que é “Mog's Kittens”?")
        'o que e mog s kittens'
    """
    # Decomposing can bring capitals (№ becomes No), folding them can bring accents.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    return " ".join(re.findall(r"[^\W_]+", bare))


def write_titles(folder: Path, uids: Sequence[str], titles: Sequence[str]) -> None:
    """Write the files that `TitleIndex` reads into a folder that is there; a product is known by its position."""
    names = [normalise_title(title) for title in titles]
    connection = sqlite3.connect(folder / TITLES)
    try:
        with connection:
            connection.execute(
                "CREATE TABLE product (position INTEGER PRIMARY KEY, uid TEXT, title TEXT, name TEXT, words INTEGER)"
            )
            connection.executemany(
                "INSERT INTO product VALUES (?, ?, ?, ?, ?)",
                ((i, uids[i], titles[i], name, name.count(" ") + 1) for i, name in enumerate(names)),
            )
            connection.execute("CREATE INDEX product_name ON product (name)")
    finally:
        connection.close()
    _weigh_words(names).save(folder / WORDS, show_progress=False)


def _weigh_words(names: Sequence[str]) -> "BM25":
    from bm25s import BM25

    # Numbers instead of words: a million titles as lists of strings would take gigabytes. The empty word keeps titles
    # without any word from making an index of nothing.
    numbers = {"": 0}
    rows = [[numbers.setdefault(word, len(numbers)) for word in name.split()] or [0] for name in names]
    ranking = BM25(k1=1.2, b=0.75)
    ranking.index((rows, numbers), show_progress=False)
    return ranking


class TitleIndex:
    """Titles of one index, searched by words.

    Args:
        folder: where `write_titles` wrote.

    Raises:
        Exception: of SQLite, NumPy or the system, when the files are not whole.
    """

    def __init__(self, folder: Path) -> None:
        from bm25s import BM25

        self._ranking = BM25.load(folder / WORDS, mmap=True, show_progress=False)
        # Nothing writes to a finished generation, so no lock is needed and the folder may be read-only.
        self._connection = sqlite3.connect(
            f"file:{quote(str((folder / TITLES).resolve()))}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        try:
            (count, longest) = self._connection.execute("SELECT count(*), max(words) FROM product").fetchone()
            if count != self._ranking.scores["num_docs"]:
                raise ValueError(f"{count} titles, and the words of {self._ranking.scores['num_docs']}")
        except BaseException:
            self._connection.close()
            raise
        self.count: int = count
        self._longest: int = longest or 0

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def read(self, positions: Iterable[int]) -> dict[int, tuple[str, str]]:
        """Uid and title of products by position."""
        rows = self._select("SELECT position, uid, title FROM product WHERE position IN", list(positions))
        return {int(position): (str(uid), str(title)) for position, uid, title in rows}

    def find_named(self, question: str) -> dict[int, int]:
        """Products whose title stands in the question as a whole.

        A title inside a longer one found there does not count. A title needs two telling words where the question has
        two, and the titles found must be at least half of what the question tells: "Emma" is named by "What is Emma?",
        not by "What did Emma cook?".

        Returns:
            The number of words of the title, by position of the product.
        """
        words = normalise_title(question).split()[:MAX_QUESTION_WORDS]
        spans: dict[str, list[tuple[int, int]]] = {}
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + self._longest) + 1):
                spans.setdefault(" ".join(words[start:end]), []).append((start, end))
        rows = self._select("SELECT position, name, words FROM product WHERE name IN", list(spans))
        found = {span for _, name, _ in rows for span in spans[str(name)]}
        accepted = _choose_spans(found, words)
        return {int(position): int(count) for position, name, count in rows if accepted.intersection(spans[str(name)])}

    def find_similar(self, question: str, limit: int) -> dict[int, float]:
        """Products whose titles share telling words with the question.

        Returns:
            BM25 over that of the best one, so in 0..1, by position; at most `limit`, best first, equals by position.
        """
        words = normalise_title(question).split()[:MAX_QUESTION_WORDS]
        numbers = self._ranking.vocab_dict
        known = [numbers[word] for word in dict.fromkeys(words) if word not in QUESTION_WORDS and word in numbers]
        if not known:
            return {}
        scores = self._ranking.get_scores_from_ids(known)
        last = np.partition(scores, -limit)[-limit] if limit < self.count else 0.0
        reached = np.flatnonzero((scores >= last) & (scores > 0))
        best = reached[np.argsort(-scores[reached], kind="stable")][:limit]
        return {int(position): float(scores[position] / scores[best[0]]) for position in best}

    def count_titles(self, words: Sequence[str]) -> dict[str, int]:
        """In how many titles each word stands; words in the form of `normalise_title`, those of no title left out."""
        numbers, starts = self._ranking.vocab_dict, self._ranking.scores["indptr"]
        known = {word: numbers[word] for word in words if word in numbers}
        return {word: int(starts[number + 1] - starts[number]) for word, number in known.items()}

    def _select(self, statement: str, values: Sequence[int | str]) -> list[tuple[int | str, ...]]:
        rows: list[tuple[int | str, ...]] = []
        for start in range(0, len(values), _LOOKUP_BATCH):
            batch = values[start : start + _LOOKUP_BATCH]
            marks = ",".join("?" * len(batch))
            rows += self._connection.execute(f"{statement} ({marks})", batch)
        return rows


def _choose_spans(found: set[tuple[int, int]], words: Sequence[str]) -> set[tuple[int, int]]:
    """The spans of titles by which a question names products; see `TitleIndex.find_named`."""
    asked = _count_telling(words)
    chosen = {
        (start, end)
        for start, end in found
        if not any((a, b) != (start, end) and a <= start and end <= b for a, b in found)
        and _count_telling(words[start:end]) >= min(2, asked)
    }
    covered = {i for start, end in chosen for i in range(start, end)}
    return chosen if 2 * _count_telling([words[i] for i in covered]) >= asked else set()


def _count_telling(words: Sequence[str]) -> int:
    return sum(word not in QUESTION_WORDS for word in words)
