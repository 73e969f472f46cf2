"""prepare → index → train → ask, compare on the bundled model and catalogue, each part the real one."""

import json

import polars as pl
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

import catalora
from catalora import pipeline
from catalora.config import build_config
from catalora.errors import InputNotFoundError, StorageError, TrainingError
from catalora.hardware import choose_device
from catalora.model.loading import load_base
from catalora.prompts import PromptTemplate
from catalora.record import load_config
from catalora.run import Status
from catalora.training.rows import build_rows
from tests.pipeline.conftest import SETTINGS


def test_a_finished_run_holds_what_the_layout_promises(run):
    assert run.read_status().state == "finished"
    record = run.read_record()
    assert record["model"]["name"] == "demo"
    assert record["data"]["products"]["train"] == 64
    assert set(record["versions"]) == {"python", "torch", "transformers", "peft"}
    assert "cpu" in record["device"]["reason"]
    start = next(event for event in run.read_events() if event.kind == "start")
    assert record["packing"] == {name: start.facts[name] for name in ("rows", "tokens", "efficiency")}
    files = {path.name for path in run.adapter.iterdir()}
    assert files == {"adapter_model.safetensors", "adapter_config.json", "prompt_template.json", "run.json"}
    assert not any(path.name == "training_args.bin" for path in run.path.rglob("*"))
    assert str(run.path.parent) not in (run.adapter / "run.json").read_text()


def test_the_validation_loss_falls_and_the_best_is_kept(run):
    losses = [event.facts["eval_loss"] for event in run.read_events() if event.kind == "evaluation"]
    assert losses[-1] < losses[0]
    end = [event for event in run.read_events() if event.kind == "end"][-1]
    assert end.facts["best_validation_loss"] == min(losses)


def test_no_held_out_product_is_in_a_training_row(run):
    template, config = PromptTemplate(), load_config(run)
    tokenizer = load_base(config.model, choose_device("cpu", "float32")).tokenizer
    rows, validation = build_rows(run, config, template, tokenizer)
    table = pl.read_parquet(run.products)
    splits = dict(table.select("uid", "split").iter_rows())
    assert {splits[uid] for uid in rows.epochs[0].uids} == {"train"}
    assert {splits[uid] for uid in validation.epochs[0].uids} == {"validation"}
    assert len(set(rows.epochs[0].uids)) == 64


def test_the_adapter_loads_in_plain_peft_with_the_same_logits(run, session):
    loaded = load_base(session.config.model, choose_device("cpu", "float32"))
    plain = PeftModel.from_pretrained(loaded.model, str(run.adapter)).eval()
    ids = torch.tensor(session.answerer.template.encode_prompts(loaded.tokenizer, ["What is a lamp?"]))
    with torch.no_grad():
        ours = session.answerer.model(input_ids=ids).logits
        torch.testing.assert_close(plain(input_ids=ids).logits, ours, atol=0, rtol=0)
        with plain.disable_adapter():
            assert not torch.equal(plain(input_ids=ids).logits, ours)


def test_inference_gives_the_model_the_very_tokens_of_training(run, session):
    template, config = session.answerer.template, session.config
    rows, _ = build_rows(run, config, template, session.answerer.tokenizer)
    examples = rows.epochs[0]
    products = dict(pl.read_parquet(run.products).select("uid", "title").iter_rows())
    uid = examples.uids[0]
    question = template.render_question(products[uid], template.question_form(uid, 0, config.training.seed))
    trained = examples.ids[: examples.prompt_lengths[0]].tolist()
    asked = []
    embeddings = session.answerer.model.get_input_embeddings()
    hook = embeddings.register_forward_pre_hook(lambda _, inputs: asked.append(inputs[0].tolist()))
    catalora.ask(session, question, sides=["tuned"])
    hook.remove()
    assert asked[0] == [trained]


def test_both_lanes_answer_as_each_side_alone(session):
    question = "What is a brass lamp?"
    both = catalora.ask(session, question).answers
    for side in ("base", "tuned"):
        alone = catalora.ask(session, question, sides=[side]).answers
        assert set(alone) == {side}
        assert alone[side].text == both[side].text
    assert both["base"].text != both["tuned"].text


def test_an_answer_that_breaks_off_leaves_no_lane_behind(session):
    class LeftError(Exception):
        pass

    def leave(*_):
        raise LeftError

    question = "What is a brass lamp?"
    sides = ("base", "tuned")
    expected = [catalora.ask(session, question, sides=[side]).answers[side].text for side in sides]
    with pytest.raises(LeftError):
        catalora.ask(session, question, on_text=leave)
    assert [catalora.ask(session, question, sides=[side]).answers[side].text for side in sides] == expected


def test_the_base_lane_is_the_untouched_base_model(session):
    config = session.config
    loaded = load_base(config.model, choose_device("cpu", "float32"))
    ids = torch.tensor(session.answerer.template.encode_prompts(loaded.tokenizer, ["What is a lamp?"]))
    with torch.no_grad():
        output = loaded.model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=40, do_sample=False
        )
    answer = catalora.ask(session, "What is a lamp?", sides=["base"]).answers["base"]
    assert session.answerer.decode(output[0, ids.shape[1] :]) == answer.text


def test_an_answer_in_a_batch_is_the_answer_alone(session):
    questions = ["What is a lamp?", "O que é uma chaleira de cobre com tampa?", "Garden gloves"]
    together = session.answerer.answer(questions, session.config.generation)
    for question, answers in zip(questions, together.by_question, strict=True):
        alone = session.answerer.answer([question], session.config.generation).by_question[0]
        assert {side: answer.text for side, answer in answers.items()} == {
            side: answer.text for side, answer in alone.items()
        }


def test_streamed_pieces_add_up_to_the_answers(session):
    pieces = {"base": "", "tuned": ""}

    def collect(number, side, text):
        assert number == 0
        pieces[side] += text

    answers = catalora.ask(session, "O que é uma luminária?", on_text=collect).answers
    assert pieces == {side: answer.text for side, answer in answers.items()}


def test_the_asked_product_has_its_status_and_references_are_trained_on(session):
    table = session.products
    for split, status in (("train", "trained on"), ("test", "held out")):
        title = table.filter(pl.col("split") == split)["title"][0]
        reply = catalora.ask(session, f"O que é {title}?", references=5)
        assert (reply.product.title, reply.product.status) == (title, status)
        trained = set(table.filter(pl.col("split") == "train")["uid"])
        assert {reference.uid for reference in reply.references} <= trained
        if split == "train":
            assert reply.references[0].title == title
    assert catalora.ask(session, "What is the Zzyzx Quux 9000?").product is None


def test_compare_measures_both_sides_on_the_same_held_out_products(session, run):
    comparison = catalora.compare(session, products=8)
    splits = dict(session.products.select("uid", "split").iter_rows())
    assert [splits[item.uid] for item in comparison.products] == ["test"] * 8
    assert comparison.tuned.bits_per_byte < comparison.base.bits_per_byte
    written = json.loads((run.evaluation / "comparison.json").read_text())
    assert written["tuned"]["bits_per_byte"] == comparison.tuned.bits_per_byte
    assert len(written["products"]) == 8
    assert [item.uid for item in catalora.compare(session, products=8).products] == [p.uid for p in comparison.products]


def test_bits_per_byte_equal_a_plain_computation(session):
    from catalora.catalog import Product
    from catalora.evaluation.compare import compute_bits_per_byte

    product = Product("x", "Copper Kettle", "A copper kettle that boils water quickly and looks well on any stove.")
    answerer = session.answerer
    for side in ("base", "tuned"):
        (bits,) = compute_bits_per_byte(answerer, [product], [product.title], side, session.config)
        (prompt,) = answerer.template.encode_prompts(answerer.tokenizer, [product.title])
        (completion,) = answerer.template.encode_completions(answerer.tokenizer, [product.content])
        ids = torch.tensor([prompt + completion[:-1]])
        with torch.no_grad():
            names = {"base": "__base__", "tuned": "default"}
            logits = answerer.model(input_ids=ids, adapter_names=[names[side]]).logits[0].log_softmax(-1)
        nats = -sum(logits[place - 1, ids[0, place]] for place in range(len(prompt), ids.shape[1]))
        assert bits == pytest.approx(float(nats) / 0.6931471805599453, rel=1e-5)


def test_a_finished_run_is_not_trained_again(run):
    before = (run.adapter / "adapter_model.safetensors").stat().st_mtime_ns
    assert pipeline.train_run(run) is None
    assert (run.adapter / "adapter_model.safetensors").stat().st_mtime_ns == before


def test_the_same_settings_give_the_same_bits(run, data, tmp_path):
    again = catalora.train(data, preset="quick", settings=SETTINGS, runs_dir=tmp_path, run="again", references=False)
    first, second = (load_file(item.adapter / "adapter_model.safetensors") for item in (run, again))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_changed_base_is_refused(run, data, tmp_path):
    copy = pipeline.start_run(data, build_config("quick", SETTINGS), runs_dir=tmp_path, name="other")
    record = copy.read_record()
    copy.write_record({**record, "model": {"name": "demo", "weights_hash": "another"}})
    with pytest.raises(TrainingError, match="other weights"):
        pipeline.train_run(copy)
    assert copy.read_status().state == "failed"
    assert copy.read_status().error["code"] == "base-changed"


def test_a_run_without_adapter_says_how_to_finish_it(data, tmp_path):
    started = pipeline.start_run(data, build_config("quick", SETTINGS), runs_dir=tmp_path, name="started")
    with pytest.raises(InputNotFoundError, match="has no adapter yet"):
        pipeline.open_session(started)


def test_a_run_that_another_process_writes_is_refused(data, tmp_path):
    started = pipeline.start_run(data, build_config("quick", SETTINGS), runs_dir=tmp_path, name="held")
    with started.lock(), pytest.raises(StorageError, match="already being written"):
        pipeline.train_run(started)
    assert started.read_status().state == "pending"


def test_a_preset_s_number_of_products_is_a_limit(data, tmp_path):
    settings = {**SETTINGS, "data.max_samples": 1_000_000}
    started = pipeline.start_run(data, build_config("quick", settings), runs_dir=tmp_path, name="all")
    (warning,) = [event for event in started.read_events() if event.kind == "warning"]
    assert "up to 1,000,000 products were asked for" in warning.facts["message"]


def test_the_index_follows_its_products(run, data, tmp_path):
    settings = {**SETTINGS, "data.max_samples": 10}
    started = pipeline.start_run(data, build_config("quick", settings), runs_dir=tmp_path, name="index")
    first = pipeline.index(started)
    assert (first.count, pipeline.index(started).fingerprint) == (10, first.fingerprint)
    table = pl.read_parquet(started.products)
    keep = table.filter(pl.col("split") == "train")["uid"][:7]
    table.filter((pl.col("split") != "train") | pl.col("uid").is_in(keep.implode())).write_parquet(started.products)
    second = pipeline.index(started)
    assert second.count == 7
    assert second.fingerprint != first.fingerprint
    first.close()
    second.close()


def test_a_status_survives_an_unexpected_error(data, tmp_path, monkeypatch):
    started = pipeline.start_run(data, build_config("quick", SETTINGS), runs_dir=tmp_path, name="bug")

    def fail(*_args, **_kwargs):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("catalora.fine_tuning.train_adapter", fail)
    with pytest.raises(ZeroDivisionError):
        pipeline.train_run(started)
    status = started.read_status()
    assert (status.state, status.error["code"]) == ("failed", "ZeroDivisionError")
    assert isinstance(status, Status)
