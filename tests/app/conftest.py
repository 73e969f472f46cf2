import json
import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import catalora
from catalora import pipeline
from catalora.app.place import DATA_DIR, RUNS_DIR
from catalora.app.server import SCRIPT

# The words that a browser, a terminal or Markdown would obey. None of them may do anything.
HOSTILE = (
    "<script>alert(1)</script> ![x](http://beacon.invalid/x.png) $x^2$ :material/home: [a](javascript:1) \u202egnp.exe"
)
SETTINGS = {
    "model.name": "demo",
    "model.dtype": "float32",
    # Enough to change the first words of an answer.
    "lora.r": 32,
    "lora.alpha": 32,
    "training.learning_rate": 5e-3,
    "training.warmup_steps": 0,
    "training.epochs": 2,
    "training.batch_size": 4,
    "training.max_length": 256,
    "training.save_steps": 4,
    "training.logging_steps": 1,
    "training.max_validation_products": 4,
    "training.watch_products": 0,
    "generation.max_new_tokens": 8,
}


def write_catalogue(path: Path, products: int = 80) -> Path:
    """A small catalogue whose first products carry hostile titles and descriptions."""
    rows = [{"uid": "H1", "title": f"Hostile {HOSTILE}", "content": f"It says {HOSTILE} and nothing more happens."}]
    colours = ("red", "blue", "green", "black")
    rows += [
        {
            "uid": f"P{number:03}",
            "title": f"Lamp {number}",
            "content": f"Lamp number {number} of {7 * number + 3} shines {colours[number % 4]} for {number + 2} hours. "
            f"Its cord of {number + 1} metres reaches shelf {number * 3 + 1} &amp; beyond.",
        }
        for number in range(products)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Folders of an app with a prepared data set and a finished run."""
    base = tmp_path_factory.mktemp("app")
    source = write_catalogue(base / "lamps.jsonl")
    catalora.prepare([source], base / "data" / "lamps", settings={"data.near_duplicate_similarity": None})
    run = pipeline.train(base / "data" / "lamps", settings=SETTINGS, runs_dir=base / "runs", run="small")
    assert run.adapter.is_dir()
    return base


@pytest.fixture(scope="session", autouse=True)
def own_state_dir(tmp_path_factory):
    """Claims of devices by these tests, apart from those of whoever else works on this machine."""
    os.environ["CATALORA_STATE_DIR"] = str(tmp_path_factory.mktemp("state"))
    yield
    os.environ.pop("CATALORA_STATE_DIR", None)


@pytest.fixture
def open_app(monkeypatch):
    """Open a page of the app: `open_app(home, "compare", "pt-BR")`."""

    def open_page(base: Path, page: str = "data", locale: str = "en-US") -> AppTest:
        monkeypatch.setenv(DATA_DIR, str(base / "data"))
        monkeypatch.setenv(RUNS_DIR, str(base / "runs"))
        test = AppTest.from_file(str(SCRIPT), default_timeout=120)
        test.context = {"locale": locale, "timezone": "America/Sao_Paulo", "timezone_offset": 180}
        test.run()
        if page != "data":
            test.switch_page(f"app_pages/{page}.py").run()
        assert not test.exception, test.exception
        return test

    return open_page
