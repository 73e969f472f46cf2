"""HTML in product texts: entities and tags."""

import html
import re
from html.entities import html5

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31})(?:;|(?![A-Za-z0-9=;]))")
# Entities in which a shop wrote out the ampersand as a word.
_WRITTEN_OUT = re.compile(r"and(nbsp|amp|quot|lt|gt|[lr]squo|[lr]dquo|#39);")
_ESCAPED_AMPERSANDS = re.compile(r"&(?:(?:amp|AMP|Amp|#0{0,5}38|#[xX]0{0,5}26);)+")

# Tags inside words and lines; tags after which a browser starts a new line; others, which separate words.
_INLINE = (
    *("a", "abbr", "acronym", "b", "big", "cite", "code", "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s"),
    *("small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"),
)
_BREAKING = (
    *("article", "blockquote", "br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p"),
    *("section", "table", "tr", "ul"),
)
_SEPARATING = (
    *("address", "aside", "body", "button", "caption", "center", "col", "colgroup", "del", "details", "dl", "embed"),
    *("fieldset", "figure", "footer", "form", "head", "header", "html", "iframe", "img", "input", "legend", "link"),
    *("main", "map", "meta", "nav", "noscript", "object", "option", "param", "pre", "script", "select", "source"),
    *("style", "summary", "tbody", "td", "textarea", "tfoot", "th", "thead", "title", "video"),
)
_NAMES = "|".join(sorted(_INLINE + _BREAKING + _SEPARATING, key=len, reverse=True))
_TAG = re.compile(rf"<!doctype[^<>]*>|</?({_NAMES})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_CUT_OFF_TAG = re.compile(rf"<(?:{_NAMES})\s(?=[^<>=]*=)[^<>]*$", re.IGNORECASE)
# What stands between these is not for readers.
_HIDDEN_START = re.compile(r"<(?:(script|style)\b[^<>]*>|!--)", re.IGNORECASE)
_HIDDEN_ENDS = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    "": re.compile("-->"),
}
# Written with capitals by shop software that capitalises titles.
_ANY_CASE = frozenset({"amp;", "quot;", "lt;", "gt;", "nbsp;"})
_MOST_NESTED_TAGS = 20


def unescape_entities(text: str) -> str:
    """Decode HTML entities: named, decimal and hexadecimal, also those that were escaped twice.

    An entity without its semicolon counts only where no letter, digit or `=` follows, so that web addresses stay whole.

    Example:
        >>> unescape_entities("Kerr&#8217;s best&#x2011;selling &amp;quot;Mog&amp;quot; &Amp; friends")
        'Kerr’s best‑selling "Mog" & friends'
        >>> unescape_entities("?a=1&copy=2 AT&T R&D")
        '?a=1&copy=2 AT&T R&D'
        >>> unescape_entities("the worldandrsquo;s best")
        'the world’s best'
    """
    while True:
        if "and" in text:
            text = _WRITTEN_OUT.sub(r"&\1;", text)
        if "&" not in text:
            return text
        # One pass takes any depth of escaped ampersands off, so that nesting cannot make this slow.
        decoded = _ENTITY.sub(_decode_entity, _ESCAPED_AMPERSANDS.sub("&", text))
        if decoded == text:
            return text
        text = decoded


def strip_tags(text: str) -> str:
    r"""Remove HTML tags, comments, scripts and styles; a tag that separates words leaves a space or a line break.

    Only names that HTML knows count as tags: `vector<int>` and `<3` stay.

    Example:
        >>> strip_tags("<p>A <b>warm</b> blanket.<br/>Washable.</p> vector<int>, I <3 it")
        '\nA warm blanket.\nWashable.\n vector<int>, I <3 it'
        >>> strip_tags('See <a href="/help')
        'See '
    """
    for _ in range(_MOST_NESTED_TAGS):
        if "<" not in text:
            return text
        stripped = _CUT_OFF_TAG.sub("", _TAG.sub(_replace_tag, _strip_hidden(text)))
        if stripped == text:
            return text
        text = stripped
    # Tags built out of the remains of tags, again and again: no catalogue, so the brackets just go.
    return text.replace("<", "")


def _decode_entity(match: re.Match[str]) -> str:
    written = match[0]
    if written[1] == "#":
        number = int(written[3:].rstrip(";"), 16) if written[2] in "xX" else int(written[2:].rstrip(";"))
        decoded = html.unescape(f"&#{number};")
        # A number that stands for no character says nothing about what was meant.
        return written if decoded == "\ufffd" and number != 0xFFFD else decoded
    name = written[1:]
    return html5.get(name) or (html5.get(name.lower(), written) if name.lower() in _ANY_CASE else written)


def _replace_tag(match: re.Match[str]) -> str:
    name = (match[1] or "").lower()
    if name in _INLINE:
        return ""
    return "\n" if name in _BREAKING else " "


def _strip_hidden(text: str) -> str:
    kept: list[str] = []
    start = 0
    while opening := _HIDDEN_START.search(text, start):
        closing = _HIDDEN_ENDS[(opening[1] or "").lower()].search(text, opening.end())
        if closing is None:
            break
        kept.append(text[start : opening.start()])
        start = closing.end()
    return " ".join([*kept, text[start:]]) if kept else text
