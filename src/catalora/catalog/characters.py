"""Characters that are not what they should be: control characters, invisible ones, and UTF-8 read as Windows-1252."""

import re

# What Windows-1252 means by the bytes that Latin-1 leaves to control characters; five of them mean nothing.
_WINDOWS_1252 = {code: bytes([code]).decode("cp1252", errors="ignore") for code in range(0x80, 0xA0)}
_UNWANTED = {
    **dict.fromkeys(range(0x20), ""),
    0x7F: "",
    **_WINDOWS_1252,
    **dict.fromkeys((0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFFFC, 0xFFFE, 0xFFFF), ""),
    # Marks that reverse the direction of everything after them; emoji and scripts do not need them.
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), ""),
    **dict.fromkeys((0x0A, 0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n"),
    0x09: " ",
}
_LINE_ENDS = re.compile(r"\r\n?")
_ANY_UNWANTED = re.compile("[" + "".join(re.escape(chr(code)) for code in _UNWANTED if code != 0x0A) + "]")

# Each byte above 0x7f as Windows-1252 shows it, or as Latin-1 does where Windows-1252 has no character.
_AS_SHOWN = {code: bytes([code]).decode("cp1252", errors="ignore") or chr(code) for code in range(0x80, 0x100)}
_AS_BYTE = {shown: code for code, shown in _AS_SHOWN.items()} | {chr(code): code for code in range(0x80, 0x100)}
_LATER = "[" + "".join(re.escape(shown) for code, shown in _AS_SHOWN.items() if code < 0xC0) + "\x80-\xbf]"
# Only leads that ordinary texts do not have before such characters: the end of `CAFÉ”` is no Cyrillic letter.
_MISREAD = re.compile(rf"(?P<before>[^\W\d_])?(?:[ÃÂ]{_LATER}|[âï]{_LATER}{{2}}|ð{_LATER}{{3}})")
# After a word in capitals that ends with Ã (`MAÇÃ”`), these are more likely meant as they stand; none ends with Â.
_PLAUSIBLE_AFTER_CAPITALS = frozenset("\xa0“”‘’…–—™®©»›ºª·")
LOST = "\ufffd"
# A lost character with the question marks that stand for more of its bytes.
_LOST = re.compile(r"\?*\ufffd[\ufffd?]*")
_LOST_BYTES = re.compile(r"\ufffd(?:[\ufffd?]*\ufffd|\?\?(?!\?))?")


def repair_characters(text: str) -> str:
    r"""Drop control and invisible characters, and decode UTF-8 that was read as Windows-1252.

    Example:
        >>> repair_characters("Loganâ€™s\x00 cafÃ© \x93open\x94")
        'Logan’s café “open”'
        >>> repair_characters("AÇÃO à noite")
        'AÇÃO à noite'
    """
    while True:
        repaired = _MISREAD.sub(_decode, text) if not text.isascii() else text
        if _ANY_UNWANTED.search(repaired):
            repaired = _LINE_ENDS.sub("\n", repaired).translate(_UNWANTED)
        if repaired == text:
            return text
        text = repaired


def drop_lost_characters(text: str) -> str:
    r"""Drop the mark of a character that was lost before the catalogue was written: mostly ®, a quote or a bullet.

    Between letters or digits the mark stays: without it `na\ufffdve` would become another word, and which letter it was
    cannot be known.

    Example:
        >>> drop_lost_characters("Windows\ufffd is a na\ufffdve\ufffd choice")
        'Windows is a na\ufffdve choice'
    """
    return _LOST.sub(_drop_outside_words, text)


def _drop_outside_words(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    is_inside = start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()
    return match[0] if is_inside else _LOST_BYTES.sub("", match[0])


def _decode(match: re.Match[str]) -> str:
    before = match["before"] or ""
    shown = match[0][len(before) :]
    if before.isupper() and shown[0] == "Ã" and shown[1] in _PLAUSIBLE_AFTER_CAPITALS:
        return match[0]
    try:
        return before + bytes(_AS_BYTE[character] for character in shown).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
