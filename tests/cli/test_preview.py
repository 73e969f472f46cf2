import json
import re
import sys

import pytest

ROWS = [
    {"uid": f"P{n}", "title": f"Lamp {n}", "content": f"Lamp number {n} shines." + " It stands on a desk." * (n % 5)}
    for n in range(40)
] + [
    {
        "uid": "bad\x1b[2J",
        "title": "Red\x9b31m\u202e &amp; blue lamp",
        "content": "A <b>warm</b>\x1b]0;gone\x07 lamp.\x00  It\u200b shines.",
    },
    {"uid": "long", "title": "Long lamp", "content": "One short sentence about light. " * 60},
    {"uid": "wide", "title": "Very wide lamp " * 12, "content": "It is wide and stands on every desk."},
]
# Everything but tab and line break that a terminal could take for a command.
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
STYLE = re.compile(r"\x1b\[\d+m")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    from catalora import prepare

    folder = tmp_path_factory.mktemp("preview")
    source = folder / "shop.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return prepare([source], folder / "data", settings={"data.near_duplicate_similarity": None}).path


def test_raw_record_cleaned_record_prompt_and_tokens_are_printed(catalora, data):
    result = catalora("preview", data, "--uid", "P3")
    assert result.code == 0
    parts = ["P3", "Raw record", "Lamp number 3", "nothing had to be changed", "Prompt", "Question:", "Tokens:"]
    places = [result.out.index(part) for part in parts]
    assert places == sorted(places)
    assert "<bos>|Question|:|" in result.out
    assert "[<eos>]" in result.out


def test_strangers_control_characters_are_spelt_out_and_never_reach_the_terminal(catalora, data):
    result = catalora("preview", data, "--uid", ROWS[40]["uid"])
    assert result.code == 0
    assert not UNSAFE.search(result.out)
    assert r"bad\x1b[2J" in result.out
    assert r"\x1b]0;gone\x07" in result.out
    assert "{+" in result.out
    assert "[-" in result.out
    assert r"\u202e" in result.out
    shown = catalora("preview", data, "--uid", ROWS[40]["uid"], "--json")
    assert not UNSAFE.search(shown.out)
    assert shown.json[0]["content"]["raw"] == ROWS[40]["content"]


def test_on_a_terminal_colours_are_the_only_control_sequences(catalora, data, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    result = catalora("preview", data, "--uid", ROWS[40]["uid"])
    assert STYLE.search(result.out)
    text = STYLE.sub("", result.out)
    assert not UNSAFE.search(text)
    assert "[<eos>]" not in text
    assert "<eos>" in text
    monkeypatch.setenv("NO_COLOR", "1")
    assert "[<eos>]" in catalora("preview", data, "--uid", "P3").out


def test_json_holds_the_same_tokens_as_the_text(catalora, data):
    (view,) = catalora("preview", data, "--uid", "P3", "--json").json
    printed = catalora("preview", data, "--uid", "P3").out
    assert f"{view['prompt_tokens']} of the prompt, {view['learned_tokens']} learned" in printed
    learned = [token["text"] for token in view["tokens"] if token["learned"]]
    lines = [line.removeprefix("  ") for line in printed.splitlines()]
    assert "".join(f"[{text}]" for text in learned) in "".join(lines)


def test_random_products_repeat_with_the_seed(catalora, data):
    one, same, other = (
        [view["uid"] for view in catalora("preview", data, "--random", 4, "--seed", seed, "--json").json]
        for seed in (1, 1, 2)
    )
    assert one == same != other
    assert len(one) == 4
    assert len(catalora("preview", data, "--json").json) == 1


def test_what_does_not_fit_is_said(catalora, data):
    result = catalora("preview", data, "--uid", "long", "--uid", "wide", "--max-length", 64)
    assert "shortened after a whole sentence" in result.out
    assert "left out of training" in result.out


def test_lengths_are_printed_with_a_recommendation_and_as_json(catalora, data):
    shown = catalora("preview", data, "--lengths", "--max-length", 200)
    fit = catalora("preview", data, "--lengths", "--max-length", 200, "--json").json
    assert shown.code == 0
    assert fit["reason"] in shown.out
    assert f"training.max_length={fit['recommended']}" in shown.out
    assert [one["max_length"] for one in fit["lengths"]] == [128, 200, 256, 384, 512, 768, 1024, 2048]
    assert sum(part["count"] for part in fit["histogram"]) == fit["products"] == fit["available"]
    assert re.search(r"^2,048\*", shown.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (["--uid", "P1", "--random", 2], 2, "do not go together"),
        (["--uid", "P1", "--lengths"], 2, "do not go together"),
        (["--uid", "no\x1b[31mbody"], 66, "no product with the uid"),
        (["--max-length", 3], 78, "training.max_length"),
        (["--model", "./nowhere"], 66, "nowhere"),
    ],
)
def test_bad_requests_get_one_line(catalora, data, options, code, expected):
    result = catalora("preview", data, *options)
    assert (result.code, result.out) == (code, "")
    assert expected in result.err
    assert "\x1b" not in result.err


def test_a_folder_that_is_no_data_set_is_refused(catalora, tmp_path):
    result = catalora("preview", tmp_path)
    assert result.code == 66
    assert "not a prepared data set" in result.err
