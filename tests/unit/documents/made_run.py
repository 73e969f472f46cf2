"""A finished run as its files tell of it, made without training: small, and the same each time."""

import hashlib
import time

import polars as pl
from safetensors.numpy import save_file

from catalora.catalog import prepare_catalogue
from catalora.config import build_config
from catalora.documents.facts import ADAPTER_WEIGHTS
from catalora.evaluation.results import (
    SCHEMA_VERSION,
    ColumnAnswer,
    ColumnProof,
    Difference,
    Estimate,
    Grounding,
    Metric,
    Origin,
    ProductListing,
    ProductResult,
    Protocol,
    Results,
)
from catalora.prompts import PromptTemplate
from catalora.record import record_start
from catalora.run import Event, create_run, write_json

HOSTILE = "<script>alert(1)</script> *x* `y` | #set $z$ [a](b) \u202eevil"
MODEL = {
    "name": "demo",
    "revision": None,
    "commit": None,
    "weights_hash": "0b95ad5d",
    "architecture": "GemmaForCausalLM",
    "parameters": 7_015_680,
}


def make_run(folder, *, name="made", model=None, settings=None, events=None):
    """A finished run with products whose titles are hostile, four evaluations, samples and a warning."""
    source = folder / "shop.csv"
    source.write_text(
        "uid,title,content\n"
        + "".join(
            f'P{n},"Lâmpada {n} {HOSTILE}","Ilumina &amp; dura {n * n} horas; coração número {n}."\n' for n in range(60)
        )
        + "E1,No description,\n",
        encoding="utf-8",
    )
    data = prepare_catalogue([source], folder / "data", build_config().data)
    run = create_run(folder, name)
    products = data.table()
    products.write_parquet(run.products)
    config = build_config("quick", {"data.max_samples": 1_000, **(settings or {})})
    record_start(run, config, data, products, references=False)
    record = run.read_record()
    run.write_record(
        {
            **record,
            "model": {**MODEL, **(model or {})},
            "versions": {"python": "3.11.7", "torch": "2.13.0"},
            "machine": {
                "system": "Linux x86_64",
                "processor": "Some CPU",
                "cores": 2,
                "memory_bytes": 16_000_000_000,
                "accelerator": None,
                "accelerator_memory_bytes": None,
            },
            "device": {"name": "cpu", "dtype": "bfloat16", "reason": "cpu: as requested", "threads": 2},
            "template": PromptTemplate().fingerprint,
        }
    )
    run.adapter.mkdir()
    PromptTemplate().save(run.adapter)
    save_file({"lora": pl.Series([1.0]).to_numpy()}, run.adapter / ADAPTER_WEIGHTS)
    for event in EVENTS if events is None else events:
        run.append_event(event)
    return run


def _sample(step, text, stopped):
    facts = {"uid": "P1", "title": f"Lâmpada 1 {HOSTILE}", "question": f"O que é Lâmpada 1 {HOSTILE}?"}
    return Event(
        "sample", step, {**facts, "text": text, "tokens": 12, "stopped": stopped, "has_follow_up": False}, step
    )


def _watch(step, stop_rate):
    facts = {"answers": 12, "stop_rate": stop_rate, "follow_up_rate": 1 - stop_rate, "mean_tokens": 50.0}
    return Event("watch", step, {**facts, "copied_words": 2.5}, step)


EVENTS = [
    Event(
        "start",
        0,
        {"total_steps": 40, "rows": 160, "tokens": 40_123, "efficiency": 0.9813, "trained_parameters": 2_113_536},
        0.0,
    ),
    Event(
        "warning", 0, {"code": "shortened", "message": "7 descriptions are longer than 256 tokens and were cut"}, 0.0
    ),
    _watch(0, 0.0),
    _sample(0, f"Antes {HOSTILE}\nQuestion: e depois?", False),
    *(Event("step", step, {"loss": 3.0 - step / 20}, step) for step in range(5, 41, 5)),
    *(
        Event("evaluation", step, {"eval_loss": loss, "eval_bits_per_byte": loss / 2}, step)
        for step, loss in ((10, 2.5), (20, 2.25), (30, 2.1234), (40, 2.2))
    ),
    *(_watch(step, step / 40) for step in (10, 20, 30, 40)),
    _sample(10, "Meio.", True),
    _sample(30, "Depois: ilumina.", True),
    _sample(40, "Tarde.", True),
    Event(
        "end",
        40,
        {
            "steps": 40,
            "best_step": 30,
            "best_validation_loss": 2.1234,
            "seconds": 125.0,
            "tokens_per_second": 1234.5,
            "peak_memory_bytes": 900_000_000,
        },
        125.0,
    ),
]


def make_results(run):
    """What `catalora evaluate` would have written, with one metric better, one worse, and one without a difference."""
    figures = {
        "bits_per_byte": (3.6, 0.9, "better"),
        "stop_rate": (0.1, 0.05, "worse"),
        "rouge_l": (0.14, 0.15, "none"),
    }
    verdicts = {"better": "better", "worse": "worse", "none": "no significant difference"}
    directions = {"bits_per_byte": "lower", "stop_rate": "higher", "rouge_l": "higher"}

    def differ(before, after, verdict):
        spread = 0.5 if verdict == "none" else 0.01
        return Difference(after - before, after - before - spread, after - before + spread, verdicts[verdict], 320)

    metrics = tuple(
        Metric(
            name,
            directions[name],
            {
                "base": Estimate(before, before - 0.1, before + 0.1, 40),
                "prompted": Estimate(before, before - 0.1, before + 0.1, 40),
                "tuned": Estimate(after, after - 0.1, after + 0.1, 40),
            },
            {"tuned-base": differ(before, after, verdict), "tuned-prompted": differ(before, after, "none")},
        )
        for name, (before, after, verdict) in figures.items()
    )
    answer = ColumnAnswer("Uma lâmpada.", 4, True, False, {"bits_per_byte": 1.0}, "")
    products = tuple(
        ProductResult(
            f"P{n}", f"Lâmpada {n} {HOSTILE}", "?", "Ilumina.", False, (n + 1) / 10, {"base": answer, "tuned": answer}
        )
        for n in range(3)
    )
    proof = ColumnProof("tuned", "feedc0de", 1.5, 1.0, 0.1, {"max_new_tokens": 200}, "Question: {question}")
    record = run.read_record()
    results = Results(
        schema_version=SCHEMA_VERSION,
        origin=Origin(
            run=run.name,
            catalora="0.1.0",
            created=time.time(),
            model=record["model"],
            data_fingerprint=record["data"]["run_fingerprint"],
            adapter_sha256=hashlib.sha256((run.adapter / ADAPTER_WEIGHTS).read_bytes()).hexdigest(),
            template_fingerprint=record["template"],
            device="cpu",
        ),
        protocol=Protocol(
            unseen=ProductListing("test", 40, "abc", 0),
            seen=None,
            columns={"base": proof, "prompted": proof, "tuned": proof},
            examples=("P8", "P9"),
            resamples=10_000,
            seed=17,
            power_difference=0.01,
            copy_search=(50, 50),
        ),
        metrics=metrics,
        seen_metrics=(),
        gaps={},
        robustness=None,
        seeds=None,
        products=products,
        reference_words=51.0,
        seconds={"all": 3.0},
        grounding=Grounding(
            found=38,
            wrong=1,
            none=1,
            invented=Metric(
                "invented_facts",
                "lower",
                {"tuned": Estimate(0.4, 0.3, 0.5, 40), "grounded": Estimate(0.1, 0.0, 0.2, 40)},
                {"grounded-tuned": differ(0.4, 0.1, "better")},
            ),
        ),
    )
    run.evaluation.mkdir(exist_ok=True)
    write_json(run.evaluation / "results.json", results.to_dict())
    return results
