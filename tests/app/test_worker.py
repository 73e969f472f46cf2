"""The model worker: nobody gets another's answer, errors come back as they were raised, and it ends by itself."""

import shutil
import threading
import time

import pytest

from catalora import pipeline
from catalora.app.worker import ModelWorker
from catalora.errors import CataloraError
from catalora.run import open_run

SIDES = (("base",), ("tuned",), ("base", "tuned"))


@pytest.fixture(scope="module")
def worker():
    worker = ModelWorker()
    yield worker
    worker.close()


def ask(worker, home, question, sides, **handlers):
    return worker.call(
        "ask", runs_dir=str(home / "runs"), run="small", question=question, sides=list(sides), token=None, **handlers
    )


def test_a_reader_who_leaves_while_gradients_are_computed_changes_no_answer(worker, home, tmp_path):
    shutil.copytree(home / "runs" / "small", tmp_path / "runs" / "small")
    shutil.rmtree(tmp_path / "runs" / "small" / "references" / "influence", ignore_errors=True)
    place = {"runs_dir": str(tmp_path / "runs"), "run": "small", "question": "What is Lamp 7?", "token": None}
    before = worker.call("ask", sides=["tuned"], **place)["answers"]["tuned"]["text"]

    class LeftError(Exception):
        pass

    def leave(stage, done, total):
        if stage == "influence" and 0 < done < total:
            raise LeftError

    with pytest.raises(LeftError):
        worker.call("influence", answer=before, on_stage=leave, **place)
    assert worker.call("ask", sides=["tuned"], **place)["answers"]["tuned"]["text"] == before
    found = worker.call("influence", answer=before, **place)
    assert found["examples"] > 0
    assert found["influences"][0]["score"] >= found["influences"][1]["score"]
    assert worker.call("ask", sides=["tuned"], **place)["answers"]["tuned"]["text"] == before


@pytest.mark.timeout(1800)
def test_two_readers_asking_200_questions_at_once_get_their_own_answers(worker, home):
    questions = [f"What is Lamp {number}?" for number in range(12)]
    with pipeline.open_session(open_run(home / "runs", "small")) as session:
        alone = {
            (question, sides): {
                side: answer.text for side, answer in pipeline.ask(session, question, sides=sides).answers.items()
            }
            for question in questions
            for sides in SIDES
        }
    wrong = []

    def read(offset):
        for number in range(100):
            question = questions[(number + offset) % len(questions)]
            sides = SIDES[(number * (offset + 1)) % len(SIDES)]
            streamed = dict.fromkeys(sides, "")

            def add(side, text, streamed=streamed):
                streamed[side] += text

            reply = ask(worker, home, question, sides, on_text=add)
            answers = {side: answer["text"] for side, answer in reply["answers"].items()}
            if not answers == streamed == alone[question, sides] or reply["question"] != question:
                wrong.append((question, sides, answers, streamed))

    readers = [threading.Thread(target=read, args=(offset,)) for offset in (0, 1)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert wrong == []
    both = [alone[question, SIDES[2]] for question in questions]
    assert any(answers["base"] != answers["tuned"] for answers in both), "equal sides would hide a mix-up"


def test_an_error_comes_back_with_its_code_and_hint(worker, home):
    with pytest.raises(CataloraError) as raised:
        ask(worker, home, "   ", ("base",))
    assert raised.value.code == "empty-question"
    assert raised.value.hint
    with pytest.raises(CataloraError) as raised:
        worker.call("ask", runs_dir=str(home / "runs"), run="../small", question="x", sides=["base"])
    assert raised.value.code == "bad-run-name"


def test_an_error_of_one_reader_does_not_end_the_worker(worker, home):
    pid = worker.pid
    with pytest.raises(CataloraError):
        ask(worker, home, "", ("base",))
    assert ask(worker, home, "Lamp 1", ("base",))["answers"]["base"]["tokens"] > 0
    assert worker.pid == pid


def test_a_reader_who_leaves_ends_the_work_on_the_question(worker, home):
    class LeftError(Exception):
        pass

    def leave(side, text):
        raise LeftError

    with pytest.raises(LeftError):
        ask(worker, home, "Lamp 2", ("base", "tuned"), on_text=leave)
    assert ask(worker, home, "Lamp 3", ("tuned",))["question"] == "Lamp 3"


def test_it_ends_when_idle_and_starts_again_when_asked(home):
    worker = ModelWorker(idle_seconds=0.2)
    found = worker.call("search", runs_dir=str(home / "runs"), run="small", question="Lamp 4", count=1, min_score=0.0)
    first = worker.pid
    deadline = time.monotonic() + 60
    while worker.pid is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert worker.pid is None
    again = worker.call("search", runs_dir=str(home / "runs"), run="small", question="Lamp 4", count=1, min_score=0.0)
    assert again == found
    assert worker.pid != first
    worker.close()


def test_it_says_so_when_the_process_is_killed(home):
    import psutil

    worker = ModelWorker()
    killed = []

    def kill(stage, done, total):
        if not killed and worker.pid is not None:
            killed.append(worker.pid)
            psutil.Process(worker.pid).kill()

    with pytest.raises(CataloraError) as raised:
        ask(worker, home, "Lamp 5", ("base",), on_stage=kill)
    assert raised.value.code == "worker-ended"
    worker.close()
