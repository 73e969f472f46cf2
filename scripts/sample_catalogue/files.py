"""The two files: rows as the real catalogue writes them, and the truth about each row."""

import gzip
import json
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from .defects import DamagedRow
from .products import occurs

BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LABELS = 1_305_265
HEAD_ROWS = 1_200
HEAD_BOOKS, HEAD_EMPTIES = 0.78, 0.50


def order_rows(items: list[DamagedRow], rng: Random) -> list[DamagedRow]:
    """Shuffle so that the head holds more books and more empty contents than the rest, as the real file's does."""
    piles: dict[tuple[bool, bool], list[DamagedRow]] = {}
    for item in rng.sample(items, len(items)):
        piles.setdefault((item.row.product.kind == "books", not item.content), []).append(item)
    head: list[DamagedRow] = []
    for (is_book, is_empty), pile in piles.items():
        share = (HEAD_BOOKS if is_book else 1 - HEAD_BOOKS) * (HEAD_EMPTIES if is_empty else 1 - HEAD_EMPTIES)
        head.extend(pile.pop() for _ in range(round(share * HEAD_ROWS)))
    rest = [item for pile in piles.values() for item in pile]
    return rng.sample(head, len(head)) + rng.sample(rest, len(rest))


def invent_uids(items: list[DamagedRow], rng: Random) -> list[str]:
    """A ten-character number for each row: like an ISBN-10 for books, like an ASIN otherwise, never a valid one."""
    uids: dict[str, None] = {}
    for item in items:
        invent = invent_isbn if item.row.product.kind == "books" else invent_asin
        uid = invent(rng)
        while uid in uids:
            uid = invent(rng)
        uids[uid] = None
    return list(uids)


def invent_isbn(rng: Random) -> str:
    """Ten characters like an ISBN-10 whose check character is wrong, so that no real book has it."""
    body = rng.choice(("0", "0", "1")) + "".join(rng.choice("0123456789") for _ in range(8))
    right = -sum(int(digit) * (10 - place) for place, digit in enumerate(body)) % 11
    return body + rng.choice([character for value, character in enumerate("0123456789X") if value != right])


def invent_asin(rng: Random) -> str:
    """Ten characters like an ASIN, in a range ("B9") that none has reached."""
    return "B9" + "".join(rng.choice(BASE36) for _ in range(8))


def render_row(item: DamagedRow, uid: str, rng: Random) -> dict[str, object]:
    """One line of the catalogue, in the schema of the real ``trn.json``."""
    labels = sorted(rng.sample(range(LABELS), rng.choice((0, 0, 1, 1, 2))))
    return {
        "uid": uid,
        "title": item.title,
        "content": item.content,
        "target_ind": labels,
        "target_rel": [1.0] * len(labels),
    }


def render_truth(item: DamagedRow, uid: str, uid_of: Mapping[int, str]) -> dict[str, object]:
    """What is true of one line; ``uid_of`` leads from a row's ``id()`` to its uid."""
    row = item.row
    return {
        "uid": uid,
        "title": row.title,
        "content": row.content,
        "usable": bool(row.title and row.content and row.content != row.title),
        "kind": row.product.kind,
        "type": row.product.type.name,
        "facts": [
            {
                "name": name,
                "value": value,
                "in_title": occurs(value, row.title),
                "in_description": occurs(value, row.content),
            }
            for name, value in row.facts.items()
        ],
        "description_id": row.group if row.content and row.group >= 0 else None,
        "near_duplicate_of": uid_of[id(row.source)] if row.source is not None else None,
        "edited_share": round(row.edited_share, 4) if row.source is not None else None,
        "defects": [{"name": d.name, "field": d.field, "detail": d.detail} for d in item.defects],
    }


def pack(records: Iterable[Mapping[str, object]]) -> bytes:
    """JSON Lines, gzip'd without a time stamp: the same records always give the same bytes."""
    lines = "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
    return gzip.compress(lines.encode("utf-8"), compresslevel=9, mtime=0)


def unpack(data: bytes) -> list[dict[str, Any]]:
    """The records of a packed file."""
    return [json.loads(line) for line in gzip.decompress(data).decode("utf-8").splitlines()]
