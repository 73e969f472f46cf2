import re
from xml.etree import ElementTree

import pypdfium2
import pytest

from catalora.documents.blocks import Bullets, Document, Figure, Heading, Paragraph, Table, Verbatim
from catalora.documents.charts import Curve, Interval, choose_ticks, draw_curves, draw_intervals
from catalora.documents.html import render_html
from catalora.documents.markdown import render_markdown
from catalora.documents.pdf import render_pdf
from catalora.errors import UsageError
from tests.unit.documents.made_run import HOSTILE

SVG = draw_curves(
    [Curve("Perda", [(0, 3.0), (10, 1.0)], "#123456")], x_label="passo", y_label="nats", number="{:.{}f}".format
)
DOCUMENT = Document(
    "sample",
    "pt-BR",
    "Seleção e preparação",
    "Coração à mão, às vezes",
    [
        Heading(f"Título {HOSTILE}"),
        Paragraph(f"Texto com `código_de_linha` e {HOSTILE}"),
        Bullets(["primeiro", HOSTILE]),
        Table(("nome", "número"), [(HOSTILE, "1.234,5"), ("`a.b_c`", "−2")], numbers=1),
        Figure("loss", SVG, "Uma figura ~ com *legenda*"),
        Verbatim(f"Linha um\n{HOSTILE}\n```\nfim", "Resposta:"),
    ],
)


def test_html_shows_strangers_texts_as_texts():
    page = render_html(DOCUMENT)
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 5
    assert "\u202e" not in page
    assert "[U+202E]evil" in page
    assert 'lang="pt-BR"' in page
    assert not re.search(r"""(src|href)=|url\(|@import""", page)
    assert "<code>código_de_linha</code>" in page


def test_markdown_shows_strangers_texts_as_texts():
    text = render_markdown(DOCUMENT)
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "<script" not in outside
    assert "\\*x\\*" in outside
    assert "[a](b)" not in outside
    assert "\u202e" not in text
    assert "![Uma figura \\~ com \\*legenda\\*](figures/loss.svg)" in text
    assert "````text\nLinha um\n" in text  # longer than the fence inside
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [3, 3, 3, 3]


def test_markdown_is_read_back_as_it_was_meant():
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(render_markdown(DOCUMENT))
    assert not [token for token in tokens if token.type == "html_block"]
    inline = [child for token in tokens if token.type == "inline" for child in token.children]
    assert not [child for child in inline if child.type in {"html_inline", "link_open", "strong_open"}]
    assert {child.content for child in inline if child.type == "code_inline"} == {"código_de_linha", "a.b_c", "y"}
    assert [token.content for token in tokens if token.type == "fence"] == [
        f"Linha um\n{HOSTILE.replace(chr(0x202E), '[U+202E]')}\n```\nfim\n"
    ]


def read_pdf(path):
    document = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    return document, text.replace("\r\n", "\n")


def test_pdf_holds_accents_and_strangers_texts_letter_by_letter(tmp_path):
    path = tmp_path / "sample.pdf"
    render_pdf(DOCUMENT, path, created=0)
    document, text = read_pdf(path)
    assert "Seleção e preparação" in text
    assert "Coração à mão, às vezes" in text
    assert "<script>alert(1)</script> *x*" in text
    assert "#set $z$ [a](b)" in text
    assert "1.234,5" in text
    assert "passo" in text  # inside the figure
    assert document.get_metadata_value("Title") == "Seleção e preparação"


def test_pages_of_the_pdf_are_not_empty(tmp_path):
    path = tmp_path / "sample.pdf"
    render_pdf(DOCUMENT, path, created=0)
    document, _ = read_pdf(path)
    pixels = document[0].render(scale=1).to_numpy()
    assert (pixels < 128).mean() > 0.005  # ink


def test_pdf_without_typst_names_the_extra(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match="typst") as caught:
        render_pdf(DOCUMENT, tmp_path / "sample.pdf", created=0)
    assert 'pip install "catalora[docs]"' in caught.value.hint


def read_svg(svg):
    root = ElementTree.fromstring(svg)
    name = "{http://www.w3.org/2000/svg}"
    return root, [element.text for element in root.iter(f"{name}text")], name


def test_a_curve_s_points_stand_where_its_values_say():
    root, texts, name = read_svg(SVG)
    (line,) = root.iter(f"{name}polyline")
    (left, high), (right, low) = (tuple(map(float, point.split(","))) for point in line.get("points").split())
    assert left < right
    assert high < low  # SVG counts downwards
    assert {"nats", "passo", "Perda"} <= set(texts)


def test_an_interval_that_holds_zero_is_drawn_hollow():
    intervals = [Interval("a & b", 0.2, 0.1, 0.3, "better"), Interval("c", 0.0, -0.1, 0.1, "unclear")]
    root, texts, name = read_svg(
        draw_intervals(intervals, label="x", number=lambda value, places: f"{value:.{places}f}")
    )
    fills = [circle.get("fill") for circle in root.iter(f"{name}circle")]
    assert fills[0] == "#0f766e"
    assert fills[1] == "#ffffff"
    assert "a & b" in texts


@pytest.mark.parametrize("low,high", [(0, 1), (0.5, 0.5), (0, 0), (-3, 7), (6.85, 8.1), (1e-4, 2e-4), (0, 123_456)])
def test_ticks_span_the_values_with_few_round_numbers(low, high):
    ticks = choose_ticks(low, high)
    assert ticks[0] <= low + 1e-9
    assert ticks[-1] >= high - 1e-9
    assert 2 <= len(ticks) <= 9
    assert ticks == sorted(set(ticks))


def test_ticks_of_steps_are_whole():
    assert all(tick == int(tick) for tick in choose_ticks(0, 3, whole=True))


def test_names_in_html_tables_may_break_after_dots_and_hashes_anywhere():
    table = Table(("name", "value"), [("`training.max_new_tokens`", f"`{'0a' * 10}`")])
    page = render_html(Document("sample", "en", "Title", "", [table]))
    assert "<code>training.<wbr>max_<wbr>new_<wbr>tokens</code>" in page
    assert f"<code>{'0a' * 8}<wbr>0<wbr>a<wbr>0<wbr>a</code>" in page


def test_a_label_and_a_heading_stay_on_the_page_of_their_text(tmp_path):
    parted = 0
    for lines in range(24, 36):
        filler = [Paragraph(f"Line {line}.") for line in range(lines)]
        blocks = [*filler, Heading("A heading", 3), Verbatim("The text.", "The label")]
        path = tmp_path / "document.pdf"
        render_pdf(Document("sample", "en", "Title", "", blocks), path, created=0)
        pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path)]
        (page,) = [text for text in pages if "The text." in text]
        assert "The label" in page
        assert "A heading" in page
        parted += len(pages) > 1 and "Line" not in page
    assert parted  # once at least the page ended between the filler and the heading
