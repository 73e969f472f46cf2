import json
import re
import shlex
import sys
from types import SimpleNamespace

import pytest
import yaml

from catalora.documents.data_document import write_prepare_command
from catalora.documents.model_card import GEMMA_NOTICE
from catalora.documents.write import write_documents
from catalora.errors import StorageError, UsageError
from tests.unit.documents.made_run import EVENTS, make_results, make_run

LANGUAGES = ("pt-BR", "en")
# What a document must never hold: words of Python, unfilled places, words that stand for something to come.
SLIPS = re.compile(r"\bNone\b|\b[Nn]a[Nn]\b|\bTrue\b|\bFalse\b|<catalora|\bobject at\b|TODO|FIXME|\{[a-z_]+\}")
ALLOWED = ("{title}", "{question}", "{description}")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("runs"), name="measured")
    make_results(run)
    return run


def read(run, name, language="pt-BR", kind="md"):
    return (run.documents / f"{name}.{language}.{kind}").read_text(encoding="utf-8")


def write(run, language="pt-BR", formats=("md", "html")):
    return write_documents(run, language, formats)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("which", ["run", "measured"])
def test_no_document_has_a_gap(which, language, request):
    run = request.getfixturevalue(which)
    for path in write(run, language):
        if path.suffix in {".md", ".html"}:
            text = path.read_text(encoding="utf-8")
            for allowed in ALLOWED:
                text = text.replace(allowed, "")
            assert not SLIPS.findall(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)), path.name


def test_the_documents_of_both_languages_say_the_same_numbers(measured):
    def list_numbers(language, name):
        text = read(measured, name, language)
        # Quoted texts are the same, and hold dots of their own.
        text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        found = re.findall(r"\d[\d.,]*\d|\d", text.split("\n", 4)[4])
        return sorted(number.replace(".", "").replace(",", "") for number in found)

    for language in LANGUAGES:
        write(measured, language)
    for name in ("data_preparation", "fine_tuning"):
        assert list_numbers("pt-BR", name) == list_numbers("en", name)


def test_the_data_document_tells_the_profile(run):
    write(run)
    text = read(run, "data_preparation")
    profile = json.loads(run.profile.read_text())
    assert f"| linhas lidas dos arquivos | {profile['rows_in']} |" in text
    assert "| `empty-content` | Não há descrição. | 1 |" in text
    assert (
        f"Conferência: {profile['kept']} mantidas + 1 removidas + 0 não sorteadas = {profile['rows_in']} lidas." in text
    )
    assert f"`{profile['fingerprint']}`" in text
    assert profile["sources"][0]["sha256"] in text
    assert "Descrições que não cabiam em 512 tokens e foram encurtadas depois de uma frase inteira: 7." in text
    assert "40.123 tokens em 160 linhas, com 98,1% do espaço ocupado" in text
    assert "catalora prepare shop.csv --out data/prepared\n" in text


def test_a_long_command_is_broken_where_a_shell_reads_on():
    profile = SimpleNamespace(
        sources=[SimpleNamespace(name=f"part {n}.jsonl.gz", is_test_source=False) for n in range(6)], settings={}
    )
    command = write_prepare_command(profile)
    assert command.count(" \\\n  ") == 7
    words = shlex.split(command.replace("\\\n", ""))
    assert words[:3] == ["catalora", "prepare", "part 0.jsonl.gz"]
    assert words[-2:] == ["--out", "data/prepared"]


def test_the_tuning_document_tells_settings_course_and_machine(run):
    write(run, "en")
    text = read(run, "fine_tuning", "en")
    assert "| `lora.r` | `64` ● | `8` | Rank: size of the adapter matrices. |" in text
    assert "`training.learning_rate`: 0.0012 instead of 0.0002." in text
    assert "2,113,536 parameters were trained, 30.13% of the 7,015,680" in text
    assert "40 steps in 2 min 5 s, at 1,234 tokens per second" in text
    assert "from step 30, validation loss 2.123 nats per token" in text
    assert (
        "went from 2.500 (step 10) to 2.123 (step 30). After step 30 it improved no more: at step 40 it was 2.200"
        in text
    )
    assert "| 30 (kept) | 2.123 | 1.062 | 75% | 25% | 2.5 |" in text
    assert "| processor | Some CPU |" in text
    assert "| peak memory of the process | 900.0 MB |" in text
    assert "Before (step 0): cut at the limit of 12 tokens" in text
    assert "After (step 30): stopped by itself, 12 tokens" in text
    assert "Tarde." not in text  # later than the adapter that was kept


def test_what_was_not_measured_is_said_with_the_command(run):
    write(run, "en")
    text = read(run, "fine_tuning", "en")
    assert "| before and after | not measured; `catalora evaluate made` measures it |" in text
    assert "this document does not claim that tuning improved the answers" in text
    assert "better" not in re.findall(r"## Before and after(.*?)## Sources", text, re.DOTALL)[0]


def test_verdicts_stand_as_they_were_measured(measured):
    write(measured, "en")
    text = read(measured, "fine_tuning", "en")
    (better,) = re.findall(r"- Better, with an interval that leaves out zero: (.*)\.", text)
    (worse,) = re.findall(r"- Worse, with an interval that leaves out zero: (.*)\.", text)
    (none,) = re.findall(r"- No significant difference: (.*)\.", text)
    assert (better, none) == ("Bits per byte of the description", "ROUGE-L")
    assert "stop" in worse or "end" in worse
    assert "the tuned one is significantly better in no metric" in text
    assert "3.600 → 0.900 bits per byte on 40 unseen products" in text
    assert "Of 3 metrics: better in 1, worse in 1, no significant difference in 1." in text
    assert "(38 of 40 questions found their own record, 1 another product's), 10.0% of the facts" in text
    assert "against 40.0% without it (difference −30.0 pp" in text
    largest, smallest = text.index("The largest gain (+0.300"), text.index("The smallest gain (+0.100")
    assert largest < smallest


def test_results_of_another_adapter_are_not_used(tmp_path):
    run = make_run(tmp_path)
    make_results(run)
    with (run.adapter / "adapter_model.safetensors").open("ab") as file:
        file.write(b"\0")
    write(run, "en")
    text = read(run, "fine_tuning", "en")
    assert "of another adapter than this run's" in text
    assert "3.600" not in text


def test_a_run_without_profile_or_machine_says_so(tmp_path):
    run = make_run(tmp_path)
    run.profile.unlink()
    record = run.read_record()
    run.write_record({key: value for key, value in record.items() if key != "machine"})
    write(run, "en")
    assert "made before runs kept the profile" in read(run, "data_preparation", "en")
    assert "| processor | not recorded |" in read(run, "fine_tuning", "en")


def test_a_run_that_was_interrupted_tells_its_sessions(tmp_path):
    events = [*EVENTS[:-1], EVENTS[0].__class__("start", 30, EVENTS[0].facts, 1_000.0)]
    end = EVENTS[-1].__class__("end", 40, EVENTS[-1].facts, 1_060.0)
    run = make_run(tmp_path, events=[*events, end])
    write(run, "en")
    # 40 s in the first session, by its last event, and 60 s in the second.
    assert "40 steps in 1 min 40 s" in read(run, "fine_tuning", "en")
    assert "interrupted and went on: 2 sessions" in read(run, "fine_tuning", "en")


def test_the_card_has_metadata_that_indexes_read(measured):
    write(measured, "en")
    _, head, body = read(measured, "model_card", "en").split("---\n", 2)
    metadata = yaml.safe_load(head)
    assert metadata["base_model"] == "demo"
    assert metadata["license"] == "apache-2.0"
    assert metadata["library_name"] == "peft"
    record = measured.read_record()
    assert metadata["data_fingerprint"] == record["data"]["run_fingerprint"]
    metrics = metadata["model-index"][0]["results"][0]["metrics"]
    assert metrics[0]["name"] == "bits_per_byte"
    assert (metrics[0]["value"], metrics[0]["interval_95"]) == (0.9, [0.8, 1.0])
    assert body.strip().startswith("# Model card: measured")
    assert not (measured.documents / "NOTICE").exists()


@pytest.mark.parametrize(
    ("model", "licence", "notice", "words"),
    [
        ({"name": "google/gemma-2b", "commit": "abc"}, "gemma", True, "Gemma Terms of Use"),
        ({"name": "gemma-2b"}, None, False, "If the weights are Google's"),
        ({"name": "org/llama", "commit": "abc", "architecture": "LlamaForCausalLM"}, None, False, "does not record"),
    ],
)
def test_the_licence_follows_the_base_model(model, licence, notice, words, tmp_path):
    run = make_run(tmp_path, model=model)
    written = write(run, "en")
    text = read(run, "model_card", "en")
    assert yaml.safe_load(text.split("---\n", 2)[1]).get("license") == licence
    assert words in text
    path = run.documents / "NOTICE"
    assert (path in written, path.exists()) == (notice, notice)
    if notice:
        assert path.read_text() == GEMMA_NOTICE


def test_an_unfinished_run_has_no_documents(tmp_path):
    run = make_run(tmp_path, events=EVENTS[:-1])
    with pytest.raises(UsageError, match="'made' is not finished"):
        write(run)
    assert not run.documents.exists()


def test_nothing_half_written_is_left_when_pdf_fails(tmp_path, monkeypatch):
    run = make_run(tmp_path)
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match="typst"):
        write_documents(run, "en")
    assert list(run.documents.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    run = make_run(tmp_path)
    run.documents.write_text("in the way")
    with pytest.raises(StorageError, match="documents cannot be written"):
        write(run)


def test_all_formats_appear_with_their_figures(tmp_path):
    run = make_run(tmp_path)
    names = {path.relative_to(run.documents).as_posix() for path in write_documents(run, "pt-BR")}
    assert names == {
        *(f"{name}.pt-BR.{kind}" for name in ("data_preparation", "fine_tuning") for kind in ("md", "html", "pdf")),
        "figures/loss.pt-BR.svg",
        "figures/answers.pt-BR.svg",
        "model_card.pt-BR.md",
    }
    links = re.findall(r"\]\((figures/[^)]+)\)", read(run, "fine_tuning"))
    assert links
    assert all((run.documents / link).exists() for link in links)


def test_documents_need_no_torch():
    import subprocess

    heavy = "('torch', 'transformers', 'typst')"
    code = f"import sys, catalora.documents.write; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
