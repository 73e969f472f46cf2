"""What each of two processes does for test_processes.py: `python -m tests.invariants.ranks FOLDER`."""

import sys
from pathlib import Path

import pytest
import torch
from peft import get_peft_model_state_dict

from catalora.errors import DataError, RunStoppedError, StorageError
from catalora.processes import join_processes
from catalora.run import RunFolder
from catalora.training.checkpoints import list_checkpoints
from catalora.training.trainer import train_adapter
from tests.invariants.test_training import CONFIG, make_rows
from tests.tiny import build_lora_model


def check_that_errors_are_shared(processes):
    def fail(rank, error):
        if processes.rank == rank:
            raise error
        return processes.rank

    assert processes.lead(lambda: processes.rank) == 0
    assert processes.each(lambda: processes.rank) == processes.rank
    assert processes.gather(processes.rank) == [0, 1]
    assert processes.add(processes.rank, 2.5) == (1.0, 5.0)
    assert processes.any(processes.rank == 1)
    assert not processes.any(False)
    with pytest.raises(StorageError, match="full"):
        processes.lead(lambda: fail(0, StorageError("full", code="disk-full")))
    with pytest.raises(DataError, match=r"bad \(process 2 of 2 on"):
        processes.each(lambda: fail(1, DataError("bad", code="bad")))
    with pytest.raises(RuntimeError, match="KeyError"):
        processes.lead(lambda: fail(0, KeyError("odd")))


def train(processes, run, stop_step=None):
    """Train the tiny model with dropout, here in two processes, and return its weights."""
    model = build_lora_model(dropout=0.1)

    train_adapter(
        model,
        run=processes.follow(run),
        config=CONFIG,
        train_rows=make_rows(23, CONFIG.epochs),
        validation_rows=make_rows(4, 1),
        pad_token_id=0,
        use_cpu=True,
        processes=processes,
        on_step=lambda step, total: run.stop_file.touch() if step == stop_step else None,
    )
    return {name: tensor.clone() for name, tensor in get_peft_model_state_dict(model).items()}


def main():
    processes = join_processes()
    check_that_errors_are_shared(processes)
    folder = Path(sys.argv[1])
    whole = train(processes, RunFolder(folder / "whole"))
    with pytest.raises(RunStoppedError, match="stopped at step 4"):
        train(processes, RunFolder(folder / "stopped"), stop_step=4)
    again = train(processes, RunFolder(folder / "stopped"))
    if processes.leads:
        assert all(torch.equal(whole[name], again[name]) for name in whole)
        newest = list_checkpoints(folder / "stopped" / "checkpoints")[-1]
        assert sorted(path.name for path in newest.path.glob("rng*")) == ["rng_state_0.pth", "rng_state_1.pth"]
    sys.stdout.write("all held\n")


if __name__ == "__main__":
    main()
