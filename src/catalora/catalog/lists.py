"""Descriptions that were saved as the list of their paragraphs, in the notation of Python or JSON."""

import re

# Shops write the lists themselves and leave quotes inside unescaped, so no parser of either language reads them.
_LIST = re.compile(r"""\s*\[\s*['"](.*)['"]\s*\]\s*""", re.DOTALL)
_BETWEEN_ITEMS = re.compile(r"""['"]\s*,\s*['"]""")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\n", "t": " "}


def join_list_items(text: str) -> str:
    r"""Turn a text that is a list of texts into those texts, one a line; empty ones go.

    Example:
        >>> join_list_items("['A warm mug.', '', \"It's washable.\"]")
        "A warm mug.\nIt's washable."
        >>> join_list_items("[as seen on television] A mug.")
        '[as seen on television] A mug.'
    """
    listed = _LIST.fullmatch(text)
    if listed is None:
        return text
    items = (_ESCAPE.sub(_unescape, item).strip() for item in _BETWEEN_ITEMS.split(listed[1]))
    return "\n".join(item for item in items if item)


def _unescape(match: re.Match[str]) -> str:
    code, character = match[1] or match[2], match[3]
    if code is None:
        return _ESCAPED.get(character, character)
    # Half of a surrogate pair is no character.
    return match[0] if 0xD800 <= int(code, 16) < 0xE000 else chr(int(code, 16))
