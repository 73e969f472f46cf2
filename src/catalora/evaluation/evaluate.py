"""Before and after, as a measurement: lists, proofs, columns, metrics, intervals, in the order of this page.

`compare.py` is the quick look with four figures; this is the full evaluation, whose result is `results.Results`.
"""

import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
import polars as pl

from catalora.catalog import Product, pick_products
from catalora.config import Config
from catalora.evaluation.estimate import Workload, estimate_seconds
from catalora.evaluation.fingerprints import LogitFingerprint, check_adapter_file, check_answers, check_sides
from catalora.evaluation.grounded import (
    FindRecord,
    add_grounded,
    describe_grounding,
    find_records,
    measure_prompts,
)
from catalora.evaluation.lists import Lists, choose_lists
from catalora.evaluation.protocol import (
    check_products,
    hash_products,
)
from catalora.evaluation.results import (
    SCHEMA_VERSION,
    Column,
    ColumnProof,
    Difference,
    Grounding,
    Metric,
    Origin,
    ProductListing,
    ProductResult,
    Protocol,
    Results,
    SeedSpread,
    Spread,
)
from catalora.evaluation.robustness import ANSWERED, ASKED, measure_robustness
from catalora.evaluation.scoring import COLUMN_SIDES, ScoredList, ask_questions, score_list
from catalora.evaluation.summary import compare_seen, list_products, measure_list, summarise
from catalora.evaluation.uncertainty import POWER_DIFFERENCE, RESAMPLES, Bootstrap
from catalora.generation.answer import Answerer, Side
from catalora.progress import Progress, ignore_progress
from catalora.prompts import GROUNDED_PROMPT
from catalora.references.embedding import Embedder
from catalora.references.records import ProductRecord
from catalora.run import RunFolder

# Training descriptions in which copies are looked for; a run with more has them drawn at random.
SEARCHED_DESCRIPTIONS = 50_000

# Told the estimate in seconds before the long part starts.
Announce = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class GroundingSource:
    """What the grounded column needs of the run.

    Attributes:
        find_record: from a question to the record for the prompt.
        ordinary_words: see `references.facts.extract_facts`.
    """

    find_record: FindRecord
    ordinary_words: Container[str]


@dataclass(frozen=True, slots=True)
class _Figures:
    """What the scores come to; `copy_search` as in `results.Protocol`."""

    metrics: tuple[Metric, ...]
    seen_metrics: tuple[Metric, ...]
    gaps: dict[str, Difference]
    products: tuple[ProductResult, ...]
    copy_search: tuple[int, int]
    grounding: Grounding | None


def evaluate_run(
    run: RunFolder,
    answerer: Answerer,
    table: pl.DataFrame,
    config: Config,
    products: int,
    *,
    grounding: GroundingSource | None = None,
    progress: Progress = ignore_progress,
    announce: Announce | None = None,
) -> Results:
    """Evaluate a finished run on unseen and on seen products.

    Args:
        run: the run; it is only read.
        answerer: base and adapter of the run.
        table: the run's products.
        config: the run's configuration; decoding is greedy whatever it says.
        products: unseen products, and a quarter as many seen ones.
        grounding: for a column of grounded answers to the unseen products; without it there is none.
        progress: told how far it is.
        announce: told the estimated seconds first.

    Raises:
        DataError: there are no test products, some were trained on, or no record was found for any.
        EvaluationError: weights, prompts, products or decoders are not what they should be.
    """
    started = time.time()
    progress("check weights and products", 0, None)
    adapter_sha256, fingerprints = _check_run(run, answerer, table)
    lists, prompted = choose_lists(answerer, table, config, products)
    columns: dict[Column, Answerer] = {"base": answerer, "prompted": prompted, "tuned": answerer}
    records: list[ProductRecord | None] = []
    if grounding is not None:
        progress("find records", 0, None)
        questions = ask_questions(lists.unseen, answerer.template, config.training.seed)
        records = find_records(answerer, questions, grounding.find_record, config)
    if announce is not None:
        announce(_estimate(answerer, prompted, lists, records, config))
    unseen = _score(columns, lists.unseen, config, progress, "unseen")
    if grounding is not None:
        unseen = add_grounded(answerer, unseen, records, config, progress)
    proofs = _prove({**columns, "grounded": answerer}, unseen, fingerprints, records)
    del columns["prompted"]
    seen = _score(columns, lists.seen, config, progress, "seen") if lists.seen else None
    robustness = measure_robustness(answerer, lists.unseen, config, progress)
    answered = time.time()
    progress("metrics", 0, None)
    figures = _summarise(unseen, seen, table, config, grounding, records)
    return Results(
        schema_version=SCHEMA_VERSION,
        origin=_describe_origin(run, answerer, adapter_sha256),
        protocol=_describe_protocol(lists, proofs, figures.copy_search, config),
        metrics=figures.metrics,
        seen_metrics=figures.seen_metrics,
        gaps=figures.gaps,
        robustness=robustness,
        seeds=None,
        products=figures.products,
        reference_words=sum(len(product.content.split()) for product in lists.unseen) / len(lists.unseen),
        seconds={"answers": round(answered - started, 1), "metrics": round(time.time() - answered, 1)},
        grounding=figures.grounding,
    )


def measure_seed(
    run: RunFolder,
    answerer: Answerer,
    table: pl.DataFrame,
    config: Config,
    products: int,
    progress: Progress = ignore_progress,
) -> dict[str, float]:
    """The tuned column's figures of the same configuration trained with another seed.

    Args:
        run: the run with the other seed.
        answerer: its model.
        table: the first run's products, which this one must have trained on too.
        config: the first run's configuration, so that products and questions are the same.
        products: unseen products, as for the first run.
        progress: told how far it is.

    Raises:
        EvaluationError: weights or products are not what they should be.
    """
    _check_run(run, answerer, table)
    lists, _ = choose_lists(answerer, table, config, products)
    scored = _score({"tuned": answerer}, lists.unseen, config, progress, run.name)
    training, _ = _pick_training_texts(table, config.data.seed)
    measured = measure_list(scored, training, Embedder(eight_bits=False), config.data.seed)
    return {name: columns["tuned"].value for name, columns in measured.ratios.items()}


def add_seeds(results: Results, figures: Mapping[int, Mapping[str, float]]) -> Results:
    """The results with the spread over training seeds; unchanged when there is one seed.

    Args:
        results: of the first seed.
        figures: by seed, each metric of the tuned column.
    """
    if len(figures) < 2:
        return results
    spreads = {}
    for name in results.tuned_figures:
        values = np.array([part[name] for part in figures.values()])
        spreads[name] = Spread(tuple(values.tolist()), float(values.mean()), float(values.std(ddof=1)))
    return replace(results, seeds=SeedSpread(tuple(figures), spreads))


def _check_run(run: RunFolder, answerer: Answerer, table: pl.DataFrame) -> tuple[str, dict[Side, LogitFingerprint]]:
    """Refuse other products or weights than the run's; the adapter's sha256 and both sides' fingerprints."""
    record = run.read_record()
    check_products(table, record["data"]["run_fingerprint"])
    sha256 = check_adapter_file(answerer, run.adapter, record.get("adapter_sha256"))
    return sha256, check_sides(answerer)


def _score(
    answerers: dict[Column, Answerer], products: Sequence[Product], config: Config, progress: Progress, stage: str
) -> ScoredList:
    # The questions are worded by the run's own template, which the prompted column shares but for its prompt.
    template = next(iter(answerers.values())).template
    questions = ask_questions(products, template, config.training.seed)
    return score_list(answerers, products, questions, config, progress, stage)


def _prove(
    answerers: dict[Column, Answerer],
    scored: ScoredList,
    fingerprints: dict[Side, LogitFingerprint],
    records: Sequence[ProductRecord | None],
) -> dict[Column, ColumnProof]:
    """Check some answers of each column against both sides' weights, and write down what was seen."""
    proofs: dict[Column, ColumnProof] = {}
    known = [(place, (record.title, record.content)) for place, record in enumerate(records) if record is not None]
    for column, part in scored.columns.items():
        side, template = COLUMN_SIDES[column], answerers[column].template
        if column == "grounded":
            answers = [part.answers[place] for place, _ in known]
            own, other = check_answers(answerers[column], side, answers, [record for _, record in known])
        else:
            own, other = check_answers(answerers[column], side, part.answers)
        proofs[column] = ColumnProof(
            weights="base" if side == "base" else "tuned",
            logits_fingerprint=fingerprints[side].digest,
            distance_to_base=fingerprints[side].distance(fingerprints["base"]),
            own_argmax_share=own,
            other_argmax_share=other,
            decoder=scored.decoder,
            prompt=template.grounded_prompt or GROUNDED_PROMPT if column == "grounded" else template.prompt,
        )
    return proofs


def _summarise(
    unseen: ScoredList,
    seen: ScoredList | None,
    table: pl.DataFrame,
    config: Config,
    source: GroundingSource | None,
    records: Sequence[ProductRecord | None],
) -> _Figures:
    """All metrics of both lists, with intervals."""
    training, available = _pick_training_texts(table, config.data.seed)
    embedder, seed = Embedder(eight_bits=False), config.data.seed
    measured, draws = measure_list(unseen, training, embedder, seed), Bootstrap(len(unseen.products), seed)
    metrics, copy_search = summarise(measured, draws), (len(training), available)
    products = list_products(measured, seen=False)
    grounding = describe_grounding(unseen, records, source.ordinary_words, draws) if source else None
    if seen is None:
        return _Figures(metrics, (), {}, tuple(products), copy_search, grounding)
    seen_measured = measure_list(seen, training, embedder, seed)
    # Lists of different products need draws of their own.
    seen_draws = Bootstrap(len(seen.products), seed + 1)
    return _Figures(
        metrics=metrics,
        seen_metrics=summarise(seen_measured, seen_draws),
        gaps=compare_seen(seen_measured, seen_draws, measured, draws),
        products=(*products, *list_products(seen_measured, seen=True)),
        copy_search=copy_search,
        grounding=grounding,
    )


def _describe_protocol(
    lists: Lists, proofs: dict[Column, ColumnProof], copy_search: tuple[int, int], config: Config
) -> Protocol:
    too_long_unseen, too_long_seen = lists.too_long
    seen = ProductListing("train", len(lists.seen), hash_products(lists.seen), too_long_seen)
    return Protocol(
        unseen=ProductListing("test", len(lists.unseen), hash_products(lists.unseen), too_long_unseen),
        seen=seen if lists.seen else None,
        columns=proofs,
        examples=tuple(example.uid for example in lists.examples),
        resamples=RESAMPLES,
        seed=config.data.seed,
        power_difference=POWER_DIFFERENCE,
        copy_search=copy_search,
    )


def _estimate(
    answerer: Answerer,
    prompted: Answerer,
    lists: Lists,
    records: Sequence[ProductRecord | None],
    config: Config,
) -> float:
    forms = len(answerer.template.held_out_questions) + 1
    work = [
        _plan(answerer, lists.unseen, config, lanes=2),
        _plan(prompted, lists.unseen, config, lanes=1),
        _plan(answerer, lists.seen, config, lanes=2),
        *[_plan(answerer, lists.unseen[:ASKED], config, lanes=2, answered=0)] * forms,
        _plan(answerer, lists.unseen[:ANSWERED] * forms, config, lanes=1),
    ]
    questions = ask_questions(lists.unseen, answerer.template, config.training.seed)
    if records:
        prompts = measure_prompts(answerer, questions, records)
        work.append(Workload(questions=len(prompts), lanes=1, prompt_tokens=sum(prompts), read_tokens=0))
    return estimate_seconds(answerer, questions, work, config.generation, config.evaluation.batch_size)


def _plan(
    answerer: Answerer, products: Sequence[Product], config: Config, *, lanes: int, answered: int | None = None
) -> Workload:
    """The work of one list: its likelihoods in each lane, and `answered` of its questions, all when empty."""
    questions = ask_questions(products, answerer.template, config.training.seed)
    prompts = answerer.template.encode_prompts(answerer.tokenizer, questions)
    texts = answerer.template.encode_completions(answerer.tokenizer, [product.content for product in products])
    prompt_tokens = sum(map(len, prompts))
    count = len(products) if answered is None else answered
    return Workload(
        questions=count,
        lanes=lanes,
        prompt_tokens=prompt_tokens if count else 0,
        read_tokens=lanes * (prompt_tokens + sum(map(len, texts))),
    )


def _pick_training_texts(table: pl.DataFrame, seed: int) -> tuple[list[str], int]:
    """Descriptions in which copies are looked for, and how many there are in all."""
    available = int((table["split"] == "train").sum())
    limit = None if available <= SEARCHED_DESCRIPTIONS else SEARCHED_DESCRIPTIONS
    return [product.content for product in pick_products(table, "train", limit, seed)], available


def _describe_origin(run: RunFolder, answerer: Answerer, adapter_sha256: str) -> Origin:
    record = run.read_record()
    return Origin(
        run=run.name,
        catalora=version("catalora"),
        created=time.time(),
        model=record["model"],
        data_fingerprint=record["data"]["run_fingerprint"],
        adapter_sha256=adapter_sha256,
        template_fingerprint=answerer.template.fingerprint,
        device=answerer.device,
    )
