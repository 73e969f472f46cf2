"""Every page in both languages, over real data sets and runs and the real worker."""

import os
import re
import subprocess
import sys
from html import escape

import pytest

from catalora.app.navigation import PAGES
from catalora.app.place import DATA_DIR, RUNS_DIR
from catalora.app.texts import Texts
from catalora.references.wording import WORDS
from tests.app.conftest import HOSTILE

LOCALES = {"pt-BR": "pt_BR", "en-US": "en"}
# Elements in which Streamlit shows text as it is; all others read it as Markdown.
PLAIN = {"text", "code", "dataframe", "selectbox", "text_input"}
NO_TORCH = """
import sys
from streamlit.testing.v1 import AppTest
from catalora.app.navigation import PAGES
from catalora.app.server import PRELOADED, SCRIPT
from importlib import import_module
for name in PRELOADED:
    import_module(name)
test = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
for page in PAGES:
    test.switch_page(f"app_pages/{page}.py").run()
    assert not test.exception, (page, test.exception)
heavy = {"torch", "transformers", "peft", "chromadb"} & set(sys.modules)
assert not heavy, heavy
"""


def walk(block):
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from walk(child)
        yield child


def show(element):
    """Everything that an element sends to the browser."""
    return str(getattr(element, "proto", ""))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_both_languages(open_app, home, page, locale):
    test = open_app(home, page, locale)
    texts = Texts(LOCALES[locale])
    assert test.title[0].value == texts(f"{page}.title")
    assert not test.error


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_nothing_there(open_app, tmp_path, page):
    test = open_app(tmp_path, page)
    assert not test.error


def test_with_nothing_there_the_demo_is_one_click_away(open_app, tmp_path):
    test = open_app(tmp_path)
    assert [button.label for button in test.button if button.key == "demo"] == ["Prepare the demo"]


def test_no_page_imports_a_model_library(home):
    environment = os.environ | {DATA_DIR: str(home / "data"), RUNS_DIR: str(home / "runs")}
    subprocess.run([sys.executable, "-W", "ignore", "-c", NO_TORCH], env=environment, check=True, timeout=300)


def test_the_language_can_be_switched(open_app, home):
    test = open_app(home, "data", "en-US")
    assert test.title[0].value == "Dataset Preview"
    test.get_by_key("lang").set_value("pt_BR").run()
    assert test.title[0].value == "Visualização dos Dados"
    test.switch_page("app_pages/tuning.py").run()
    assert test.title[0].value == "Processo de Fine-tuning"


def test_product_text_reaches_no_element_that_reads_markdown(open_app, home):
    test = open_app(home, "data")
    test.text_input(key="words").set_value("Hostile").run()
    assert not test.exception
    shown = [element for element in walk(test.main) if "beacon.invalid" in show(element)]
    assert {element.type for element in shown} >= {"code", "selectbox"}
    assert {element.type for element in shown} <= PLAIN
    assert not any("\u202e" in show(element) for element in walk(test.main))


def test_a_record_is_shown_as_read_and_as_cleaned(open_app, home):
    test = open_app(home, "data")
    test.text_input(key="words").set_value("Lamp 5").run()
    codes = [code.value for code in test.code]
    assert any("&amp;" in code for code in codes)
    (difference,) = [code for code in codes if code.startswith(("- ", "  ")) and "&amp;" in code]
    assert "+ " in difference


def test_what_the_model_sees_is_shown_with_its_mask(open_app, home):
    test = open_app(home, "data")
    test.get_by_key("dataset_view").set_value("model").run()
    assert not test.exception
    assert not test.error
    table = test.dataframe[-1].value
    learned = table["Learned"].tolist()
    assert learned[0] is False
    assert learned[-1] is True
    assert learned == sorted(learned)


def test_lengths_and_removals_are_shown(open_app, home):
    test = open_app(home, "data", "pt-BR")
    test.get_by_key("dataset_view").set_value("lengths").run()
    assert not test.exception
    assert test.get("vega_lite_chart")[0].proto.alt
    test.get_by_key("dataset_view").set_value("removed").run()
    assert not test.exception


def test_the_settings_come_from_the_configuration(open_app, home):
    test = open_app(home, "tuning")
    rank = test.get_by_key("run-overnight:lora.r")
    assert rank.value == 8
    test.get_by_key("preset-google/gemma-2b").select("production").run()
    assert test.get_by_key("run-production:lora.r").value == 16


def test_a_bad_setting_is_explained_before_anything_starts(open_app, home):
    test = open_app(home, "tuning")
    test.get_by_key("run-overnight:lora.target_modules").set_value("").run()
    assert test.error
    assert not test.button(key="start") if "start" in [button.key for button in test.button] else True


def test_what_a_run_takes_is_tried_when_no_earlier_run_tells(open_app, home, tmp_path):
    (tmp_path / "data").symlink_to(home / "data")
    test = open_app(tmp_path, "tuning")
    test.get_by_key("model-1").select("demo").run()
    test.button(key="trial-start").click().run()
    assert not test.exception
    assert not test.error
    (table,) = [frame.value for frame in test.dataframe if "Memory" in frame.value]
    assert len(table) == 1  # fewer products than the smallest of the round numbers
    assert table["Memory"][0].endswith("GB")
    test.get_by_key("data.max_samples-quick").set_value(3).run()
    assert not test.dataframe  # other settings, not tried yet


def test_a_name_that_is_a_path_starts_nothing(open_app, home):
    test = open_app(home, "tuning", "pt-BR")
    test.get_by_key("model-1").select("demo").run()
    test.text_input(key="run_name").set_value("../escape").run()
    test.button(key="start").click().run()
    assert "Isto não funcionou" in test.error[0].value
    assert sorted(path.name for path in (home / "runs").iterdir() if path.is_dir()) == ["small"]


def test_a_finished_run_shows_its_curves(open_app, home):
    test = open_app(home, "tuning", "pt-BR")
    assert test.subheader[0].value == "Concluído"
    (chart,) = test.get("vega_lite_chart")
    assert "Perda de treino de" in chart.proto.alt
    assert {metric.label for metric in test.metric} >= {"Passo", "Perda de treino", "Perda de validação"}


def test_both_models_answer_and_stay_visible(open_app, home):
    test = open_app(home, "compare")
    cleaned = HOSTILE.replace("<script>alert(1)</script> ", "").replace("\u202e", "")
    test.text_input(key="question").set_value(f"What is Hostile {cleaned}?").run()
    test.button(key="ask-base").click().run()
    assert not test.exception
    assert not test.error
    assert sum("tokens/s" in caption.value for caption in test.caption) == 1
    test.button(key="ask-tuned").click().run()
    assert sum("tokens/s" in caption.value for caption in test.caption) == 2
    assert any("(H1): " in text.value for text in test.text)
    shown = [element for element in walk(test.main) if "beacon.invalid" in show(element)]
    assert {element.type for element in shown} <= PLAIN
    test.switch_page("app_pages/data.py").run()
    test.switch_page("app_pages/compare.py").run()
    assert sum("tokens/s" in caption.value for caption in test.caption) == 2


def test_two_clicks_that_arrive_together_are_both_answered(open_app, home):
    test = open_app(home, "compare")
    test.text_input(key="question").set_value("What is Lamp 7?").run()
    test.button(key="ask-base").click()
    test.button(key="ask-tuned").click().run()
    assert not test.exception
    assert test.session_state["asked"]["small"][0].answers.keys() == {"base", "tuned"}


def test_a_click_that_is_interrupted_before_its_page_is_drawn_is_answered_later(open_app, home):
    test = open_app(home, "compare")
    test.text_input(key="question").set_value("What is Lamp 7?").run()
    test.button(key="ask-base").click()
    test.switch_page("app_pages/data.py").run()
    assert test.session_state["asked"]["small"][0].awaited == ("base",)
    test.switch_page("app_pages/compare.py").run()
    assert test.session_state["asked"]["small"][0].answers.keys() == {"base"}


def open_evidence(test, side):
    entry = test.session_state["asked"]["small"][0]
    test.session_state[f"evidence-{side}-{entry.asked}"] = True
    test.run()
    assert not test.exception, test.exception
    assert not test.error
    return entry


@pytest.mark.parametrize("locale", LOCALES)
def test_an_answer_can_be_opened_to_its_evidence(open_app, home, locale):
    test = open_app(home, "compare", locale)
    say = WORDS["en" if locale == "en-US" else "pt"]
    test.text_input(key="question").set_value("What is Lamp 7?").run()
    test.button(key="ask-tuned").click().run()
    assert not test.session_state["asked"]["small"][0].evidence
    entry = open_evidence(test, "tuned")
    assert entry.evidence.keys() == {"tuned"}
    html = "".join(element.proto.body for element in test.get("html"))
    assert escape(say["copied_means"]) in html
    assert escape(say["facts_mean"]) in html
    assert any(text.value.startswith(f"{say['record']}: Lamp 7 (P007)") for text in test.text)
    test.button(key="ask-grounded").click().run()
    assert "grounded" in test.session_state["asked"]["small"][0].answers
    assert open_evidence(test, "grounded").evidence.keys() == {"tuned", "grounded"}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_examples_that_pulled_the_model_are_shown_when_asked_for(open_app, home, locale):
    test = open_app(home, "compare", locale)
    say = WORDS["en" if locale == "en-US" else "pt"]
    test.text_input(key="question").set_value("What is Lamp 7?").run()
    test.button(key="ask-both").click().run()
    entry = open_evidence(test, "base")
    assert not [button for button in test.button if str(button.key).startswith("influence-")]
    open_evidence(test, "tuned")
    assert entry.influence is None
    test.button(key=f"influence-{entry.asked}").click().run()
    assert not test.exception
    assert not test.error
    found = test.session_state["asked"]["small"][0].influence
    assert [item["rank"] for item in found["influences"]] == [1, 2, 3, 4, 5]
    shown = [text.value for text in test.text]
    assert any(text.startswith(say["influence"]) for text in shown)
    assert any(text.endswith(f"({found['influences'][0]['uid']})") and text.startswith("1. ") for text in shown)
    assert any(say["influence_limits"] in caption.value for caption in test.caption)


def test_evidence_shows_hostile_text_as_text(open_app, home):
    test = open_app(home, "compare")
    cleaned = HOSTILE.replace("<script>alert(1)</script> ", "").replace("\u202e", "")
    test.text_input(key="question").set_value(f"What is Hostile {cleaned}?").run()
    test.button(key="ask-tuned").click().run()
    # What a model says is nobody's to choose; this one says the worst.
    test.session_state["asked"]["small"][0].answers["tuned"].text = f"It says {HOSTILE}"
    open_evidence(test, "tuned")
    shown = [element for element in walk(test.main) if "beacon.invalid" in show(element)]
    assert {element.type for element in shown} <= PLAIN | {"html"}
    (html,) = [element.proto.body for element in shown if element.type == "html"]
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"div", "span", "sup", "h4", "ol", "ul", "li"}
    assert "U+202E" in html
    assert any("(H1), held out" in text.value for text in test.text)


def test_a_blind_choice_is_kept_and_counted(open_app, home):
    test = open_app(home, "compare")
    test.toggle(key="blind").set_value(True).run()
    test.text_input(key="question").set_value("Lamp 7").run()
    test.button(key="ask-both").click().run()
    assert {heading.value for heading in test.subheader} >= {"Answer A", "Answer B"}
    assert "Original model (before)" not in {heading.value for heading in test.subheader}
    test.button(key="choose-tie").click().run()
    assert {heading.value for heading in test.subheader} >= {"Original model (before)", "Fine-tuned model (after)"}
    assert {metric.label: metric.value for metric in test.metric}["No difference"] == "1"
    assert open_app(home, "compare").toggle(key="blind").value is False


def test_references_are_searched(open_app, home):
    test = open_app(home, "references", "pt-BR")
    test.text_input(key="query").set_value("Lamp 12").run()
    assert not test.exception
    assert not test.error
    assert len(test.dataframe[0].value) >= 1
