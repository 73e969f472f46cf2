"""What `catalora evaluate` writes: the schema of `evaluation/results.json`, as dataclasses.

Everything that tells of an evaluation (report, generated documents, model card, app) reads this and nothing else. Every
figure carries its interval, every difference its verdict, and every score stands beside the proof of which weights
answered. A field that does not apply is null, never left out.

    results = load_results(run.evaluation / "results.json")
    bits = results.metric("bits_per_byte")
    bits.columns["tuned"].value, bits.differences["tuned-base"].verdict
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from catalora.errors import DataError, InputNotFoundError
from catalora.references.influence import Influence
from catalora.references.marks import Marks

SCHEMA_VERSION = 1
RESULTS_FILE = "results.json"
REPORT_FILE = "report.html"

# base: the base model, asked as the tuned one is. prompted: the base with an instruction, two training products as
# examples and a stop hint. tuned: the adapter. grounded: the adapter with the retrieved record in the prompt.
Column = Literal["base", "prompted", "tuned", "grounded"]
# "one": nearest to 1 is best, as for a length ratio.
Direction = Literal["lower", "higher", "one"]
Verdict = Literal["better", "worse", "no significant difference"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over products with its 95 % interval (percentile bootstrap over products).

    Attributes:
        value: the figure over all products that have one.
        low: lower end.
        high: upper end.
        products: how many products have one; an answer without any attribute has no attribute precision.
    """

    value: float
    low: float
    high: float
    products: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two columns on the same products, with its 95 % interval (paired bootstrap).

    Attributes:
        value: the later column less the earlier one, in the metric's own unit.
        low: lower end.
        high: upper end.
        verdict: "better" or "worse" only where the interval leaves 0 out.
        products_to_see: how many products would show a difference of `POWER_DIFFERENCE` in four evaluations of five.
    """

    value: float
    low: float
    high: float
    verdict: Verdict
    products_to_see: int | None


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric in all columns.

    Attributes:
        name: a key of `metrics.METRICS`, e.g. "bits_per_byte".
        direction: which way is better.
        columns: figure of each column that has one.
        differences: by "later-earlier", e.g. "tuned-base" and "tuned-prompted".
    """

    name: str
    direction: Direction
    columns: dict[Column, Estimate]
    differences: dict[str, Difference]


@dataclass(frozen=True, slots=True)
class ColumnAnswer:
    """What one column answered to one product.

    Attributes:
        text: the whole answer as decoded.
        tokens: generated tokens, `<eos>` included.
        stopped: whether the model ended it itself.
        has_follow_up: whether it went on to invent a next turn.
        metrics: this product's value of each metric; null where the answer has none.
        copied: the longest run of words that also stands in a training description.
        marks: its evidence, for the products that the report shows first; null for the others.
        influences: the training examples that pulled most towards a tuned answer with marks; null where the run's
            gradients had not been computed.
    """

    text: str
    tokens: int
    stopped: bool
    has_follow_up: bool
    metrics: dict[str, float | None]
    copied: str
    marks: Marks | None = None
    influences: tuple[Influence, ...] | None = None


@dataclass(frozen=True, slots=True)
class ProductResult:
    """One product: the question, the truth, and each column's answer.

    Attributes:
        seen: whether the product was trained on.
        gain: bits per byte of its description that tuning saved (base less tuned); the report sorts by it.
    """

    uid: str
    title: str
    question: str
    description: str
    seen: bool
    gain: float
    answers: dict[Column, ColumnAnswer]


@dataclass(frozen=True, slots=True)
class ProductListing:
    """A frozen list of products: the same fingerprint means the same products with the same texts in the same order."""

    split: Literal["test", "train"]
    count: int
    fingerprint: str
    too_long: int  # more products, left out because they do not fit the model's context in some column


@dataclass(frozen=True, slots=True)
class ColumnProof:
    """Which weights stood behind a column, as seen in its logits on fixed prompts.

    Attributes:
        weights: "base" or "tuned".
        logits_fingerprint: short hash of the rounded log-probabilities on the fixed prompts.
        distance_to_base: largest difference of a log-probability to the base model's, in nats; 0 for the base itself.
        own_argmax_share: share of the answers' tokens that are these weights' first choice; about 1 when greedy.
        other_argmax_share: the same under the other side's weights.
        decoder: decoder settings.
        prompt: the prompt with `{question}` in its place.
    """

    weights: Literal["base", "tuned"]
    logits_fingerprint: str
    distance_to_base: float
    own_argmax_share: float
    other_argmax_share: float
    decoder: dict[str, Any]
    prompt: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """How the figures were made, so that they can be made again.

    Attributes:
        unseen: the test products.
        seen: the probe of training products, or null when the run kept none.
        columns: proof of each column.
        examples: uids of the training products in the prompted column's prompt.
        resamples: bootstrap resamples.
        seed: of the lists and of the bootstrap.
        power_difference: what `products_to_see` refers to.
        copy_search: how many training descriptions were searched for copies, of how many.
    """

    unseen: ProductListing
    seen: ProductListing | None
    columns: dict[Column, ColumnProof]
    examples: tuple[str, ...]
    resamples: int
    seed: int
    power_difference: float
    copy_search: tuple[int, int]


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """How both sides do when asked in one form.

    Attributes:
        form: with `{title}` in its place; empty for the training forms together, each product in its own.
        trained: whether tuning used the form.
        bits_per_byte: of the same unseen products in each form, by column ("base", "tuned").
        stop_rate: of the tuned answers to a part of these products, or null where none was generated.
        answered: how many were generated.
    """

    form: str
    trained: bool
    bits_per_byte: dict[Column, float]
    stop_rate: float | None
    answered: int


@dataclass(frozen=True, slots=True)
class Robustness:
    """Questions worded as in training against questions never trained on.

    Attributes:
        forms: each form.
        asked: how many products were asked in each form.
        loss: bits per byte of the tuned column in held-out forms less those in training forms; positive is a loss.
    """

    forms: tuple[QuestionForm, ...]
    asked: int
    loss: Difference


@dataclass(frozen=True, slots=True)
class Spread:
    """One metric of the tuned column over several training seeds: `values` in the order of the seeds."""

    values: tuple[float, ...]
    mean: float
    deviation: float  # sample standard deviation


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """The run's configuration trained with several seeds, scored on the same unseen list."""

    seeds: tuple[int, ...]
    metrics: dict[str, Spread]


@dataclass(frozen=True, slots=True)
class Grounding:
    """Tuned answers against those with the product's record in the prompt, on the unseen products.

    Attributes:
        found: of how many products the retrieval found the own record from the question.
        wrong: for how many it found another product's.
        none: for how many it found none that fits the model's context; their tuned answer counts in both columns.
        invented: share of the answers' facts that the product's record does not have, in both columns.
    """

    found: int
    wrong: int
    none: int
    invented: Metric


@dataclass(frozen=True, slots=True)
class GeneralAbility:
    """Tasks that have nothing to do with the catalogue, answered by both sides, by EleutherAI's lm-eval.

    Attributes:
        harness: version of lm-eval.
        limit: questions of each task at most; null for all of them.
        scores: "task measure" of each, e.g. "arc_easy acc"; `Estimate.products` counts questions here.
    """

    harness: str
    limit: int | None
    scores: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """What was evaluated: names and hashes, no path.

    Attributes:
        run: the run's name.
        catalora: version of catalora that evaluated.
        created: seconds since 1970, UTC.
        model: identity of the base model as in run.json.
        data_fingerprint: of the run's own products.
        adapter_sha256: of the adapter's weights file.
        template_fingerprint: of the prompt template.
        device: e.g. "cpu".
    """

    run: str
    catalora: str
    created: float
    model: dict[str, Any]
    data_fingerprint: str
    adapter_sha256: str
    template_fingerprint: str
    device: str


@dataclass(frozen=True, slots=True)
class Results:
    """The whole of `results.json`.

    Attributes:
        metrics: on unseen products, the primary one (bits per byte) first.
        seen_metrics: the same on the probe of training products; empty when there is none.
        gaps: by metric, seen less unseen of the tuned column (unpaired); memorisation shows here.
        robustness: question forms; null when the template has no held-out form.
        seeds: null unless several seeds were asked for.
        products: unseen ones first, then the seen probe.
        reference_words: mean words of the true unseen descriptions.
        seconds: time of the parts of the evaluation.
        grounding: null unless grounded answers were asked for.
        general: null unless general tasks were asked for.
    """

    schema_version: int
    origin: Origin
    protocol: Protocol
    metrics: tuple[Metric, ...]
    seen_metrics: tuple[Metric, ...]
    gaps: dict[str, Difference]
    robustness: Robustness | None
    seeds: SeedSpread | None
    products: tuple[ProductResult, ...]
    reference_words: float
    seconds: dict[str, float]
    grounding: Grounding | None = None
    general: GeneralAbility | None = None

    def metric(self, name: str, *, seen: bool = False) -> Metric:
        """A metric by name, on unseen or on seen products.

        Raises:
            KeyError: this evaluation has none of that name.
        """
        found = next((item for item in (self.seen_metrics if seen else self.metrics) if item.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    @property
    def tuned_figures(self) -> dict[str, float]:
        """Each metric's value in the tuned column, on unseen products."""
        return {item.name: item.columns["tuned"].value for item in self.metrics if "tuned" in item.columns}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def load_results(path: Path) -> Results:
    """Read `results.json`.

    Raises:
        InputNotFoundError: there is none: the run was not evaluated.
        DataError: it was written by another version of catalora, or is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputNotFoundError(
            f"{path}: no evaluation results ({error.strerror})",
            code="not-evaluated",
            hint="`catalora evaluate RUN` makes them.",
        ) from error
    try:
        version = json.loads(text).get("schema_version")
        if version != SCHEMA_VERSION:
            raise ValueError(f"schema version {version}, expected {SCHEMA_VERSION}")
        return TypeAdapter(Results).validate_json(text)
    except (ValidationError, ValueError, AttributeError) as error:
        raise DataError(
            f"{path}: not usable evaluation results ({str(error).splitlines()[0]})",
            code="results-unreadable",
            hint="Run `catalora evaluate RUN` again.",
        ) from error
