from tests.unit.documents.made_run import EVENTS, make_results, make_run


def test_docs_lists_what_it_wrote_and_what_is_missing(catalora, tmp_path):
    run = make_run(tmp_path)
    result = catalora("docs", "made", "--runs-dir", tmp_path, "--format", "md")
    assert result.code == 0
    written = result.out.split()
    assert written[0] == str(run.documents / "data_preparation.pt-BR.md")
    assert all(name.startswith(str(run.documents)) for name in written)
    assert "before and after is not measured yet: catalora evaluate made" in result.err


def test_docs_as_json_in_english(catalora, tmp_path):
    make_results(make_run(tmp_path))
    result = catalora("docs", "made", "--runs-dir", tmp_path, "--lang", "en", "--format", "html", "--json")
    assert result.json["language"] == "en"
    assert [name.rsplit("/", 1)[1] for name in result.json["files"]] == [
        "data_preparation.en.html",
        "fine_tuning.en.html",
        "model_card.en.md",
    ]
    assert "not measured" not in result.err


def test_docs_of_an_unfinished_run_say_how_to_finish_it(catalora, tmp_path):
    make_run(tmp_path, events=EVENTS[:-1])
    result = catalora("docs", "made", "--runs-dir", tmp_path)
    assert result.code == 2
    assert "is not finished" in result.err
    assert "catalora train --resume --run made" in result.err


def test_docs_of_a_run_that_is_not_there(catalora, tmp_path):
    result = catalora("docs", "nothing", "--runs-dir", tmp_path)
    assert result.code == 66


def test_a_tracker_that_is_not_installed_is_refused_before_anything_is_written(catalora, tmp_path, monkeypatch):
    make_run(tmp_path)
    monkeypatch.setattr("catalora.training.trackers.importlib.util.find_spec", lambda name: None)
    runs = tmp_path / "runs"
    result = catalora("train", "--data", tmp_path / "data", "--report-to", "wandb", "--runs-dir", runs, "--run", "x")
    assert result.code == 2
    assert "training.report_to names wandb, which is not installed" in result.err
    assert "pip install wandb" in result.err
    assert not runs.exists()
