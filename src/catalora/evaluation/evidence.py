"""The evidence for the example answers of an evaluation: those of the products that the report shows first.

For all answers it would take longer than the answers themselves; the figures over all products are in the metrics.
"""

from collections.abc import Callable
from dataclasses import replace

from catalora.evaluation.report_products import rank_products
from catalora.evaluation.results import ProductResult, Results
from catalora.progress import Progress, ignore_progress
from catalora.references.influence import Influence
from catalora.references.marks import Marks

# Products with evidence: as many of the best and the worst in turns, as the report puts them first.
EXAMPLES = 8

# From an answer and the product that it is about to its evidence.
MarkAnswer = Callable[[str, ProductResult], Marks]
# From a question and the tuned answer to the training examples that pulled most towards it.
RankExamples = Callable[[str, str], tuple[Influence, ...]]


def add_evidence(
    results: Results,
    mark_answer: MarkAnswer,
    rank_examples: RankExamples | None = None,
    progress: Progress = ignore_progress,
) -> Results:
    """The results with evidence for every column's answer to the first `EXAMPLES` products.

    Args:
        results: without evidence.
        mark_answer: for the answers of every column.
        rank_examples: for the tuned answers; none where the run's gradients were not computed.
        progress: told of the stage `evidence`, in products.
    """
    ranks = rank_products(results.products)
    chosen = [place for place, rank in enumerate(ranks) if rank["extremes"] < EXAMPLES]
    products = list(results.products)
    for done, place in enumerate(chosen):
        progress("evidence", done, len(chosen))
        product = products[place]
        answers = {
            column: replace(answer, marks=mark_answer(answer.text, product)) if answer.text.strip() else answer
            for column, answer in product.answers.items()
        }
        tuned = answers["tuned"]
        if rank_examples is not None and tuned.text.strip():
            answers["tuned"] = replace(tuned, influences=rank_examples(product.question, tuned.text))
        products[place] = replace(product, answers=answers)
    return replace(results, products=tuple(products))
