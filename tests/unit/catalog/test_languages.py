import pytest

from catalora.catalog import prepare_catalogue
from catalora.catalog.languages import find_other_language
from catalora.config import DataConfig
from catalora.errors import ConfigError

ENGLISH = "A quiet table lamp with a linen shade, made for reading in bed without waking anybody."
PORTUGUESE = "Uma luminária de mesa com cúpula de linho, feita para ler na cama sem acordar ninguém."
SPANISH = "Una lámpara de mesa con pantalla de lino, hecha para leer en la cama sin despertar a nadie."
THAI = "โคมไฟตั้งโต๊ะพร้อมโป๊ะผ้าลินิน เหมาะสำหรับอ่านหนังสือบนเตียงโดยไม่รบกวนใคร"
TEXTS = {"en": ENGLISH, "pt": PORTUGUESE, "es": SPANISH, "th": THAI}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_stays_with_its_own_language_and_goes_with_others(language):
    assert find_other_language(TEXTS[language], [language]) is None
    others = [other for other in ("en", "th", "de") if other != language]
    assert find_other_language(TEXTS[language], others) == language


@pytest.mark.parametrize("text", ["", "XK-420 12V 3.5mm", "Tischlampe", "40 x 60 cm, 2 kg, 110 V / 220 V, 60 Hz"])
def test_texts_without_enough_letters_are_not_judged(text):
    assert find_other_language(text, ["en"]) is None


def test_prepare_removes_other_languages_and_names_them(tmp_path):
    lines = [f'{{"uid": "{key}", "title": "Lamp {key}", "content": "{text}"}}\n' for key, text in TEXTS.items()]
    source = tmp_path / "lamps.jsonl"
    source.write_text("".join(lines), encoding="utf-8")
    settings = DataConfig(languages=("en", "pt"), near_duplicate_similarity=None)
    prepared = prepare_catalogue([source], tmp_path / "out", settings)
    assert sorted(prepared.table()["uid"]) == ["en", "pt"]
    assert prepared.removed().select("uid", "reason", "detail").rows() == [
        ("es", "other-language", "language es"),
        ("th", "other-language", "language th"),
    ]
    assert prepared.profile.removed["other-language"] == 2


def test_unknown_codes_are_refused_before_anything_is_read(tmp_path):
    source = tmp_path / "lamps.jsonl"
    source.write_text("not read", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"data\.languages: 'english'"):
        prepare_catalogue([source], tmp_path / "out", DataConfig(languages=("english",)))
    assert not (tmp_path / "out").exists()
