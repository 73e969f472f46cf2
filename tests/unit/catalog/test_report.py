import json
import string
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.catalog import prepare_catalogue
from catalora.catalog.cleaning import CONTENT_RULES
from catalora.catalog.gate import SEEN_ONLY
from catalora.catalog.profile import REASONS
from catalora.catalog.report import write_report
from catalora.catalog.report_facts import collect_facts
from catalora.catalog.report_markup import render_text
from catalora.catalog.report_texts import ENGLISH, PORTUGUESE
from catalora.config import DataConfig

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(2)">',
    "\u202egnp.exe\u202c",
    '"><svg onload=alert(3)>',
    "</span></main><style>*{display:none}</style>",
    "&lt;script&gt;alert(4)&lt;/script&gt;",
    "\x00\x07\x1b[31m",
    "javascript:alert(5)",
]


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and the text of each language."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.texts = {}
        self._language = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "main":
            self._language = dict(attrs)["lang"]

    def handle_endtag(self, tag):
        if tag == "main":
            self._language = None

    def handle_data(self, data):
        self.texts[self._language] = self.texts.get(self._language, "") + data


def prepare(tmp_path, rows, **settings):
    source = tmp_path / "secret" / "catalogue.jsonl"
    source.parent.mkdir(exist_ok=True)
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return prepare_catalogue([source], tmp_path / "out", DataConfig(**settings))


def read_report(tmp_path):
    return (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def rows():
    rows = [
        {"uid": f"u{n}", "title": f"Lamp {n}", "content": f"A lamp number {n} with {n} arms of its own."}
        for n in range(1200)
    ]
    rows[3]["content"] = "A mug of brushed steel &amp; glass."
    rows[4]["content"] = "A rug in stripes.  Copyright 2003 Example, Inc."
    rows[5]["content"] = "It has a lockOne handle and a lid."
    rows += [{"uid": f"d{n}", "title": f"Copy {n}", "content": rows[7]["content"]} for n in range(3)]
    return [*rows, {"uid": "e", "title": "Nothing", "content": ""}]


def test_counts_stand_in_both_languages_with_their_separators(tmp_path, rows):
    prepare(tmp_path, rows, near_duplicate_similarity=None)
    page = Page(read_report(tmp_path))
    assert set(page.texts) >= {"pt-BR", "en"}
    assert "1,204rows read" in page.texts["en"]
    assert "1.204linhas lidas" in page.texts["pt-BR"]
    assert "1,200products kept" in page.texts["en"]
    for reason in ("duplicate-content", "empty-content"):
        assert reason in page.texts["en"]
        assert reason in page.texts["pt-BR"]


def test_examples_mark_the_words_that_changed(tmp_path, rows):
    prepare(tmp_path, rows)
    html = read_report(tmp_path)
    assert "A mug of brushed steel<del> &amp;amp;</del> glass." in html
    assert "A mug of brushed steel<ins> &amp;</ins> glass." in html
    assert "It has a <mark>lockOne</mark> handle" in html
    assert "catalogue.jsonl, line 4" in html


def test_facts_name_repeated_descriptions_with_all_their_titles(tmp_path, rows):
    data = prepare(tmp_path, rows)
    facts = collect_facts(data.path, data.profile)
    (group,) = facts.duplicates
    assert (group.size, group.titles, group.has_more_titles) == (4, ("Lamp 7", "Copy 0", "Copy 1", "Copy 2"), False)
    assert [row.repeats for row in facts.removed["duplicate-content"]] == ["u7"] * 3
    assert facts.removed["empty-content"][0].title == "Nothing"
    assert sum(facts.title_lengths.counts) == sum(facts.content_lengths.counts) == data.profile.kept


def test_near_duplicates_are_listed_with_their_titles(tmp_path):
    same = "one lamp with a shade of linen and a foot of oak that turns in every direction by hand"
    rows = [{"uid": str(n), "title": f"Lamp {n}", "content": f"{same} in colour {n}"} for n in range(4)] + [
        {"uid": "x", "title": "Bowl", "content": "Something else altogether for the kitchen."}
    ]
    data = prepare(tmp_path, rows)
    (group,) = collect_facts(data.path, data.profile).groups
    assert group.size == 4
    assert group.titles == ("Lamp 0", "Lamp 1", "Lamp 2", "Lamp 3")


def test_no_text_of_a_product_becomes_part_of_the_page(tmp_path):
    rows = [
        {"uid": f"{uid} {n}", "title": f"{title} {n}", "content": f"{content} and more of it {n}"}
        for n, (uid, title, content) in enumerate(product(HOSTILE, HOSTILE, HOSTILE))
    ]
    rows += [{"uid": text, "title": text, "content": text} for text in HOSTILE]
    rows += [{"uid": text, "title": "T " + text, "content": rows[0]["content"]} for text in HOSTILE]
    prepare(tmp_path, rows, skip_rules=("tags", "characters", "scraping-residue"))
    html = read_report(tmp_path)
    page = Page(html)
    seen = {tag for tag, _ in page.elements}
    assert not seen & {"script", "img", "iframe", "object", "embed", "link", "a", "form", "base", "video", "audio"}
    assert sum(tag == "style" for tag, _ in page.elements) == 1
    attributes = {name for _, values in page.elements for name in values}
    assert not {name for name in attributes if name.startswith("on")}
    assert not attributes & {"src", "href", "xlink:href", "style", "srcdoc", "action"}
    assert not set(html) & set("\u202e\u202c\x00\x07\x1b")
    assert "<script>alert(1)</script>" in page.texts["en"]
    assert "U+202E" in page.texts["en"]


def test_the_page_needs_nothing_else_and_says_so_to_the_browser(tmp_path, rows):
    prepare(tmp_path, rows)
    html = read_report(tmp_path)
    assert "http://" not in html
    assert "https://" not in html
    assert "url(" not in html
    assert "@import" not in html
    policies = [values["content"] for _, values in Page(html).elements if values.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"]


def test_folders_of_the_user_are_not_in_the_page(tmp_path, rows):
    rows.insert(2, {"uid": "q", "title": "No description at all"})
    prepare(tmp_path, rows, max_bad_rows=1)
    html = read_report(tmp_path)
    assert "field &#x27;content&#x27; is missing" in html
    assert "secret" not in html


def test_charts_have_a_text_alternative_and_their_numbers_in_a_table(tmp_path, rows):
    prepare(tmp_path, rows)
    page = Page(read_report(tmp_path))
    charts = [values for tag, values in page.elements if tag == "svg" and values.get("role") == "img"]
    assert len(charts) == 4
    assert all(values["aria-label"] for values in charts)
    assert "0 to 9" in page.texts["en"]
    assert "0 a 9" in page.texts["pt-BR"]


def test_a_report_can_be_made_again_with_the_same_bytes(tmp_path, rows):
    data = prepare(tmp_path, rows)
    before = read_report(tmp_path)
    write_report(data.path, data.profile)
    assert read_report(tmp_path) == before


def test_a_catalogue_without_any_defect_says_so(tmp_path):
    prepare(tmp_path, [{"uid": "a", "title": "Lamp", "content": "A lamp for reading in bed."}])
    text = Page(read_report(tmp_path)).texts["en"]
    for key in ("removals-none", "changes-none", "duplicates-none", "groups-none"):
        assert ENGLISH[key] in text


def test_both_languages_have_the_same_keys_and_placeholders():
    assert list(ENGLISH) == list(PORTUGUESE)
    for key, text in ENGLISH.items():
        names = [
            sorted(part[1] for part in string.Formatter().parse(words) if part[1]) for words in (text, PORTUGUESE[key])
        ]
        assert names[0] == names[1], key


def test_every_rule_and_reason_is_explained():
    names = [f"rule:{rule.name}" for rule in CONTENT_RULES] + [f"rule:{name}" for name in SEEN_ONLY]
    assert {key for key in ENGLISH if ":" in key} == {*names, *(f"reason:{reason}" for reason in REASONS)}


@given(st.text())
def test_rendered_text_is_harmless_and_keeps_what_can_be_seen(text):
    html = render_text(text)
    page = Page(html)
    assert {tag for tag, _ in page.elements} <= {"span"}
    assert not any(ord(char) < 32 and char not in "\n\t" for char in html)
    if text.isprintable():
        assert page.texts.get(None, "") == text
