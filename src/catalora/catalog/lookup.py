"""Finding the product that a question is about, by its title."""

import polars as pl

from catalora.catalog.keys import normalise_texts

# A title this short ("It", "Color") stands in too many questions by chance.
_SHORTEST_TITLE_INSIDE = 4


def find_product(table: pl.DataFrame, question: str) -> pl.DataFrame:
    """Find the products whose title is the question, or stands inside it as whole words.

    Case and white space do not count. A title that is the whole question wins; otherwise the longest title inside it.

    Returns:
        The rows of `table` that have that title, none when no title fits.

    Example:
        >>> table = pl.DataFrame({"uid": ["1", "2"], "title": ["Mug", "Blue Mug"]})
        >>> find_product(table, "O que é  blue mug?")["uid"].to_list()
        ['2']
    """
    asked: str = normalise_texts(pl.Series([question])).item()
    titles = pl.DataFrame({"title": normalise_texts(table["title"])}).with_row_index("row")
    exact = titles.filter(pl.col("title") == asked.rstrip(" ?!."))
    if exact.is_empty():
        exact = titles.filter(pl.col("title") == asked)
    if exact.is_empty():
        exact = _find_inside(titles, asked)
    return table[exact["row"]]


def _find_inside(titles: pl.DataFrame, asked: str) -> pl.DataFrame:
    long_enough = pl.col("title").str.len_chars() >= _SHORTEST_TITLE_INSIDE
    inside = titles.filter(long_enough & pl.lit(asked).str.contains(pl.col("title"), literal=True))
    words = inside.filter([_stands_alone(title, asked) for title in inside["title"]] if inside.height else pl.lit(True))
    return words.filter(pl.col("title").str.len_chars() == pl.col("title").str.len_chars().max())


def _stands_alone(title: str, asked: str) -> bool:
    start = asked.find(title)
    while start >= 0:
        before, after = asked[start - 1 : start], asked[start + len(title) : start + len(title) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        start = asked.find(title, start + 1)
    return False
