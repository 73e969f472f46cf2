"""Before and after as a measurement: the quick comparison, grounded answers, and the evaluation with its report."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from catalora.catalog import Product, pick_products
from catalora.errors import CataloraError, DataError
from catalora.progress import Progress, ignore_progress
from catalora.run import RunFolder
from catalora.session import Session, open_session, opened_session

if TYPE_CHECKING:
    from catalora.evaluation.compare import Comparison
    from catalora.evaluation.evaluate import Announce
    from catalora.evaluation.evidence import MarkAnswer, RankExamples
    from catalora.evaluation.grounded import GroundingComparison
    from catalora.evaluation.results import ProductResult, Results
    from catalora.references.influence import Influence
    from catalora.references.marks import Marks

# Training examples named for an answer in the report.
EXAMPLES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class GeneralRequest:
    """Tasks of lm-eval that an evaluation shall ask as well.

    Attributes:
        tasks: names of tasks or groups.
        folder: with tasks of one's own, in place of lm-eval's.
        limit: questions of each task at most; all when empty.
    """

    tasks: Sequence[str]
    folder: Path | None = None
    limit: int | None = None


def compare(
    session: Session | RunFolder, *, products: int | None = None, progress: Progress = ignore_progress
) -> "Comparison":
    """Measure before and after on held-out products, and keep the result in the run folder.

    Args:
        session: an open session, or a run to open.
        products: how many held-out products; the run's setting when empty.
        progress: told how far it is.

    Raises:
        DataError: the run has no held-out products.
    """
    from catalora.evaluation.compare import compare_sides

    with opened_session(session, references=False) as opened:
        held_out = _pick_held_out(opened, products)
        comparison = compare_sides(opened.answerer, held_out, opened.config, progress)
    opened.run.write_evaluation("comparison.json", comparison.to_dict())
    return comparison


def compare_grounded(
    session: Session | RunFolder, *, products: int | None = None, progress: Progress = ignore_progress
) -> "GroundingComparison":
    """Measure how many facts tuned and grounded answers invent about held-out products, and keep it in the run folder.

    Args:
        session: an open session, or a run to open.
        products: how many held-out products; the run's setting when empty.
        progress: told how far it is.

    Raises:
        DataError: the run has no held-out products.
    """
    from catalora.evaluation.grounded import compare_grounded as measure

    with opened_session(session, references=False) as opened:
        held_out = _pick_held_out(opened, products)
        comparison = measure(opened.answerer, held_out, opened.find_record, opened.config, opened.spans, progress)
    opened.run.write_evaluation("grounded.json", asdict(comparison))
    return comparison


def _pick_held_out(session: Session, products: int | None) -> list[Product]:
    config = session.config
    held_out = pick_products(session.products, "test", products or config.evaluation.products, config.data.seed)
    if not held_out:
        raise DataError(
            f"run {session.run.name!r} has no held-out products to compare on",
            code="no-test-products",
            hint="Prepare the data with a larger data.test_share.",
        )
    return held_out


def measure_run(
    run: RunFolder,
    products: int,
    siblings: Iterable[RunFolder] = (),
    *,
    grounded: bool = False,
    general: GeneralRequest | None = None,
    token: str | None = None,
    progress: Progress = ignore_progress,
    announce: "Announce | None" = None,
) -> "Results":
    """Evaluate a run and write results and report; `siblings` are its trainings with other seeds."""
    from catalora.evaluation.evaluate import GroundingSource, add_seeds, evaluate_run, measure_seed
    from catalora.evaluation.evidence import add_evidence
    from catalora.evaluation.general import load_tasks, measure_general
    from catalora.evaluation.report import write_report

    # What can be refused before the model is loaded.
    tasks = None if general is None else load_tasks(general.tasks, general.folder, general.limit)
    with open_session(run, token=token, references=False) as opened:
        config, table = opened.config, opened.products
        source = GroundingSource(opened.find_record, opened.spans) if grounded else None
        results = evaluate_run(
            run, opened.answerer, table, config, products, grounding=source, progress=progress, announce=announce
        )
        progress("evidence", 0, None)
        results = add_evidence(results, _hold_against_record(opened), _rank_known_examples(opened), progress)
        if tasks is not None:
            results = replace(results, general=measure_general(opened.answerer, tasks, config, progress))
    spread = {config.training.seed: results.tuned_figures}
    for sibling in siblings:
        with open_session(sibling, token=token, references=False) as opened:
            seed = opened.config.training.seed
            spread[seed] = measure_seed(sibling, opened.answerer, table, config, products, progress)
    results = add_seeds(results, spread)
    run.write_evaluation("results.json", results.to_dict())
    write_report(run, results)
    return results


def _rank_known_examples(session: Session) -> "RankExamples | None":
    """From a question and its tuned answer to training examples; nothing where their gradients are not there yet."""
    from catalora.attribution import Attributor

    try:
        attributor = Attributor(session)
    except CataloraError:  # no checkpoint is left, or the adapter is of another kind: evaluating goes on without
        return None
    store = attributor.find_store()
    if store is None:
        return None

    def rank(question: str, answer: str) -> "tuple[Influence, ...]":
        return tuple(store.rank(store.score(attributor.sketch_answer(question, answer)), EXAMPLES_SHOWN))

    return rank


def _hold_against_record(session: Session) -> "MarkAnswer":
    """From an answer and its product to the evidence for it; the record is the product's own."""
    from catalora.references.embedding import Embedder
    from catalora.references.records import ProductRecord
    from catalora.references.trace import gather_evidence, mark_answer

    embedder = Embedder(eight_bits=False)

    def mark(text: str, product: "ProductResult") -> "Marks":
        status: Literal["trained on", "held out"] = "trained on" if product.seen else "held out"
        record = ProductRecord(product.uid, product.title, product.description, status, 1.0)
        return mark_answer(gather_evidence(text, session.spans, record, (), embedder), session.products)

    return mark
