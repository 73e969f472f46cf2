"""Notices that catalogues append to descriptions: which edition a text is about, and whose copyright it is."""

import re

_MOST_NOTICES = 20
_LONGEST_NOTICE = 500  # characters
_NOTICE_WORDS = ("copyright", "©", "(c)", "all rights reserved", "todos os direitos", "title summary field")
# What stands between a notice and the text before it goes with the notice.
_SEPARATORS = " \t\n-–—|*"

_NOTE_WORDS = "his text refers to "
_NOTE_START = re.compile(f"[Tt]{_NOTE_WORDS}")
_EDITION = re.compile(
    r"""
    (?: the | an? )
    (?:
        [^.\n]{0,120}? edition (?: \ of\ this\ title )? (?: \. | (?= \s* (?: $ | [-–—] | \n )) )  # the…edition.
      | [^.\n]{0,80}? edition (?: \ of\ this\ title )?
      | [^.\n]{0,80} (?: \. | $ )  # an alternate Print Magazine.
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)

# A name of up to four abbreviated parts, within one sentence.
_NAME = r"[^\n.!?;]{0,100} (?: \b (?: Inc | Ltd | Co | Corp | St | Dr | Jr | Sr | [A-Z] ) \. [^\n.!?;]{0,60} ){0,4}"
_RESERVED = r"(?i: all\ rights\ reserved | todos\ os\ direitos\ reservados )"
_YEAR = r"(?: 18 | 19 | 20 )\d\d"
_COPYRIGHT_NOTICE = re.compile(
    rf"""
    (?:
        # Copyright 2003 Name, Inc. · Copyright © Name · Copyright (c) 1999 by Name
        (?i: copyright ) \s? (?: (?: © | \([cC]\) ) | {_YEAR} | by\s (?=[A-Z]) ) {_NAME}
      | (?i: copyright ) \s? [A-Z] {_NAME} (?= \.? \s* {_RESERVED} )
      | © \s? (?= \d{{4}} | [A-Z] ) {_NAME}
        # Without a year or a reservation, (c) may be the third item of a list.
      | \([cC]\) \s? (?: {_YEAR} {_NAME} | [A-Z] {_NAME} (?= \.? \s* {_RESERVED} ) )
      | (?i: title\ summary\ field\ provided\ by ) \s {_NAME}
      | (?= {_RESERVED} )
    )
    \.? (?: \s* {_RESERVED} \.? )? \s* $
    """,
    re.VERBOSE,
)


def drop_edition_notes(text: str) -> str:
    """Drop notes such as "--This text refers to the Hardcover edition.", also with their words glued together.

    Inside a text only a note with dashes in front is dropped; without dashes it has to end the text.

    Example:
        >>> drop_edition_notes("A classic tale. --This text refers to the Hardcover edition.")
        'A classic tale.'
        >>> drop_edition_notes("--This text refers to thePaperbackedition.")
        ''
        >>> drop_edition_notes("This text refers to the call stack in several places. By it is meant a list.")
        'This text refers to the call stack in several places. By it is meant a list.'
    """
    position = 0
    for _ in range(_MOST_NOTICES):
        if _NOTE_WORDS not in text:  # far faster than the pattern
            break
        start = _NOTE_START.search(text, position)
        edition = _EDITION.match(text, start.end()) if start else None
        if start is None or edition is None:
            break
        before = text[: start.start()].rstrip(_SEPARATORS)
        after = text[edition.end() :].strip()
        has_dashes = text[: start.start()].rstrip().endswith(("-", "–", "—"))
        names_edition = "edition" in edition[0].lower()
        if (has_dashes and (names_edition or not after)) or (names_edition and not after):
            # What was dropped may have kept an earlier note from ending the text.
            text, position = f"{before} {after}".strip(), 0
        else:
            position = edition.end()
    return text


def drop_copyright_notices(text: str) -> str:
    """Drop copyright notices that end a text.

    Example:
        >>> drop_copyright_notices("A fine novel. Copyright 2003 Example Information, Inc.")
        'A fine novel.'
        >>> drop_copyright_notices("Poems. Copyright © Beispiel GmbH. All rights reserved.")
        'Poems.'
        >>> drop_copyright_notices("Comes in (a) red, (b) green and (c) Blue")
        'Comes in (a) red, (b) green and (c) Blue'
    """
    for _ in range(_MOST_NOTICES):
        start = _find_notice_word(text)
        match = None if start is None else _COPYRIGHT_NOTICE.search(text, start)
        if match is None:
            break
        text = text[: match.start()].rstrip(_SEPARATORS)
    return text


def _find_notice_word(text: str) -> int | None:
    """Where a notice that ends the text may start; looking for plain words first is far faster than the pattern."""
    tail = text[-_LONGEST_NOTICE:]
    lowered = tail.lower()
    found = [place for word in _NOTICE_WORDS if (place := lowered.find(word)) >= 0]
    if not found:
        return None
    # Lower case is longer than the text for very few letters; then places do not match.
    return len(text) - len(tail) + (min(found) if len(lowered) == len(tail) else 0)
