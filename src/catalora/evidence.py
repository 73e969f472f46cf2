"""What answers lean on: copied spans, facts held against the record, similar products, and influence by gradients."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from catalora.progress import Progress, ignore_progress
from catalora.run import RunFolder
from catalora.session import Session, opened_session

if TYPE_CHECKING:
    from catalora.attribution import Attribution
    from catalora.generation.answer import Side
    from catalora.references.influence import InfluenceStore
    from catalora.references.trace import Trace


def trace(
    session: Session | RunFolder,
    text: str,
    *,
    about: str | None = None,
    sides: "Sequence[Side]" = ("tuned",),
    progress: Progress = ignore_progress,
) -> "Trace":
    """Gather the evidence for answers: copied spans, facts against the record, similar training products.

    Args:
        session: an open session with references, or a run to open.
        text: a question, which is asked first; with `about`, an answer from anywhere.
        about: title or question that names the product of an answer.
        sides: whose answers to a question are traced.
        progress: told how far it is.
    """
    from catalora.references.embedding import Embedder
    from catalora.references.trace import Trace, gather_evidence

    with opened_session(session) as opened:
        record = opened.find_record(text if about is None else about)
        answers = {"": text}
        if about is None:
            progress("answer", 0, None)
            answers = {
                side: answer.text for side, answer in opened.ask(text, sides=sides, references=0).answers.items()
            }
        progress("trace", 0, None)
        embedder = opened.references.embedder if opened.references else Embedder()
        evidence = [
            gather_evidence(answer, opened.spans, record, opened.search(answer, None), embedder, side)
            for side, answer in answers.items()
        ]
    return Trace(text if about is None else "", record, tuple(evidence))


def build_influence(session: Session | RunFolder, *, progress: Progress = ignore_progress) -> "InfluenceStore":
    """Open the gradients of a run's training examples; compute what is missing of them, which takes long.

    Raises:
        InputNotFoundError: the run's checkpoints are gone.
    """
    from catalora.attribution import Attributor

    with opened_session(session, references=False) as opened:
        return Attributor(opened).open_store(progress)


def influence(
    session: Session | RunFolder,
    text: str,
    *,
    about: str | None = None,
    count: int = 5,
    progress: Progress = ignore_progress,
) -> "Attribution":
    """Which training examples pulled the adapter most towards an answer, by their gradients (see `build_influence`).

    Args:
        session: an open session, or a run to open.
        text: a question, which the tuned model is asked first; with `about`, an answer from anywhere.
        about: title or question that an answer is to.
        count: how many training examples at most.
        progress: told how far it is.
    """
    from catalora.attribution import Attributor

    with opened_session(session, references=False) as opened:
        question, answer = (text, "") if about is None else (about, text)
        if about is None:
            progress("answer", 0, None)
            answer = opened.ask(text, sides=("tuned",), references=0).answers["tuned"].text
        return Attributor(opened).attribute(question, answer, count, progress)
