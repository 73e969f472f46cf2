"""A short trial of what a run does, in a process of its own, so that its memory is its own.

Everything that costs time or memory in a run is done here once or a few times with the run's own code: libraries
loaded, texts embedded, the model loaded, packed batches of growing sizes trained on, a batch evaluated, tokens
generated. Two sizes of batch tell what a step costs and what each further token adds, in seconds and in bytes; the rest
of the estimate is arithmetic (`projection.py`). A batch that by the smaller ones can't fit into memory is not tried.

    python -m catalora.estimate.probe REQUEST.json      prints a `Measured` as JSON, or an error as JSON
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from catalora.config import Config
from catalora.ending import end_without_search
from catalora.errors import CataloraError, ModelUnavailableError
from catalora.processes import ALONE

if TYPE_CHECKING:
    from catalora.hardware import Device

EMBEDDED_TEXTS = 48
GENERATED_TOKENS = 8
MAX_REPETITIONS = 7
# Tokens of the first batch, and of the blocks in a trial row; attention costs little beside the linear layers at these
# lengths.
FIRST_TOKENS = BLOCK_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Measured:
    """What the trial came to; seconds, and bytes of the process's peak (of the GPU's, on a GPU).

    Attributes:
        device: name of the device.
        reason: why it was chosen.
        dtype: precision of the frozen weights.
        start_seconds: loading libraries and model, and the first, slower batch.
        embed_seconds: for one text, as the reference index embeds two for each product.
        batch_seconds: what a batch costs whatever its size.
        step_seconds: for clipping the gradients and changing the weights.
        token_seconds: what each token of a batch adds, forwards and backwards.
        forward_token_seconds: what a token costs in evaluation.
        generate_seconds: for one generated token of all watched products together.
        frozen_bytes: of the base model's weights.
        base_bytes: peak with the model, the optimiser and a first batch of `FIRST_TOKENS` tokens.
        token_bytes: what each further token of a batch adds to that.
        batch_tokens: tokens of a batch as the run would have it.
        batch_bytes: peak with that batch.
        batch_was_tried: whether it was, or memory is too small and its figures are drawn out from smaller ones.
        trained_parameters: of the adapter.
        context_tokens: the longest row the model takes.
        full_rows: whether each row is computed at its full length, as a step that is recorded on a GPU does.
    """

    device: Literal["cpu", "cuda", "mps"]
    reason: str
    dtype: str
    start_seconds: float
    embed_seconds: float
    batch_seconds: float
    step_seconds: float
    token_seconds: float
    forward_token_seconds: float
    generate_seconds: float
    frozen_bytes: int
    base_bytes: int
    token_bytes: float
    batch_tokens: int
    batch_bytes: int
    batch_was_tried: bool
    trained_parameters: int
    context_tokens: int
    full_rows: bool


def run_probe(
    config: Config, *, labelled_share: float, seconds: float, references: bool, token: str | None = None
) -> Measured:
    """Measure in a process of its own.

    Args:
        config: of the run; batch size, row length and adapter are tried as they are.
        labelled_share: share of a row's tokens that are learned, 0-1.
        seconds: about how long batches may be repeated; one of each size is always done.
        references: whether the run indexes its products.
        token: Hub access token, handed over by environment.

    Raises:
        ModelUnavailableError: the model can't be loaded, or the trial ended without a result (most likely for lack of
            memory).
    """
    request = {
        "config": config.model_dump(mode="json"),
        "labelled_share": labelled_share,
        "seconds": seconds,
        "references": references,
    }
    environment = {**os.environ, **({"HF_TOKEN": token} if token else {})}
    with tempfile.TemporaryDirectory(prefix="catalora-estimate-") as folder:
        path = Path(folder) / "request.json"
        path.write_text(json.dumps(request), encoding="utf-8")
        command = [sys.executable, "-W", "ignore", "-m", "catalora.estimate.probe", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603
    lines = done.stdout.strip().splitlines()
    result = json.loads(lines[-1]) if lines else {}
    if "measured" in result:
        return Measured(**result["measured"])
    if "message" in result:
        raise ModelUnavailableError(result["message"], code=result["code"], hint=result["hint"])
    raise ModelUnavailableError(
        f"the trial of model {config.model.name!r} ended without a result (exit code {done.returncode}): "
        f"{(done.stderr.strip().splitlines() or ['no message'])[-1]}",
        code="probe-failed",
        hint="Most likely memory ran out: try a smaller training.batch_size, training.max_length or model.",
    )


def measure(config: Config, *, labelled_share: float, seconds: float, references: bool) -> Measured:
    """Measure in this process; see `run_probe`."""
    started = time.monotonic()
    embed_seconds = _time_embedding() if references else 0.0
    not_started = time.monotonic()
    from catalora.training import trainer as _  # noqa: F401 - a run loads it, and it takes time and memory

    trial = _Trial(config, labelled_share)
    trial.train(min(FIRST_TOKENS, trial.row_tokens), rows=1)
    update_seconds = trial.time_update()
    embedding = not_started - started
    start_seconds = time.monotonic() - started - embedding
    base_bytes = trial.measure_peak()

    rows = config.training.batch_size
    tries = _try_batches(trial, rows, base_bytes, seconds)
    last = tries[-1]
    token_bytes = max(last.peak - base_bytes, 0) / max(last.tokens - FIRST_TOKENS, 1)
    token_seconds, batch_seconds = _split_seconds(tries)
    batch_tokens = trial.row_tokens * rows
    return Measured(
        device=trial.device.name,
        reason=trial.device.reason,
        dtype=trial.device.dtype,
        start_seconds=start_seconds,
        embed_seconds=embed_seconds,
        batch_seconds=batch_seconds,
        step_seconds=update_seconds,
        token_seconds=token_seconds,
        forward_token_seconds=trial.time_evaluation() / trial.row_tokens,
        generate_seconds=trial.time_generation(config.training.watch_products),
        frozen_bytes=trial.frozen_bytes,
        base_bytes=base_bytes,
        token_bytes=token_bytes,
        batch_tokens=batch_tokens,
        batch_bytes=int(last.peak + token_bytes * (batch_tokens - last.tokens)),
        batch_was_tried=last.tokens == batch_tokens,
        trained_parameters=trial.trained_parameters,
        context_tokens=trial.context_tokens,
        full_rows=trial.records,
    )


@dataclass(frozen=True, slots=True)
class _Try:
    """A size of batch with its times, and the peak in bytes after the first one."""

    length: int
    rows: int
    seconds: list[float]
    peak: int

    @property
    def tokens(self) -> int:
        """Of the whole batch."""
        return self.length * self.rows


def _try_batches(trial: "_Trial", rows: int, base_bytes: int, seconds: float) -> list[_Try]:
    """Try growing batches up to `rows` rows, as long as the next one should fit, then repeat the last two."""
    from catalora.machine import measure_free_memory

    began, free = time.monotonic(), measure_free_memory(trial.device.name)
    tries: list[_Try] = []
    for length, count in _list_sizes(trial.row_tokens, rows):
        tokens = length * count
        if tries:
            slope = (tries[-1].peak - base_bytes) / max(tries[-1].tokens - FIRST_TOKENS, 1)
            if slope * (tokens - FIRST_TOKENS) > free:
                break
        try:
            tries.append(_Try(length, count, [trial.time_batch(length, count)], trial.measure_peak()))
        except trial.torch.OutOfMemoryError:
            if not tries:
                raise
            break
    while time.monotonic() - began < seconds and len(tries[-1].seconds) < MAX_REPETITIONS:
        for one in tries[-2:]:
            one.seconds.append(trial.time_batch(one.length, one.rows))
    return tries


def _list_sizes(row_tokens: int, rows: int) -> list[tuple[int, int]]:
    """Row lengths and numbers of rows to try, from half a row on.

    Example:
        >>> _list_sizes(512, 4)
        [(256, 1), (512, 1), (512, 2), (512, 4)]
    """
    counts = [rows]
    while counts[-1] > 1:
        counts.append(counts[-1] // 2)
    return [(max(row_tokens // 2, 1), 1), *((row_tokens, count) for count in reversed(counts))]


def _split_seconds(tries: list[_Try]) -> tuple[float, float]:
    """Seconds for each token, and for the batch beside them, from the two largest sizes.

    On a busy machine the smaller batch may take as long as the larger one. All time is then the tokens': the estimate
    becomes too long rather than the same for every number of products.
    """
    small, large = tries[-2] if len(tries) > 1 else tries[-1], tries[-1]
    one, other = statistics.median(small.seconds), statistics.median(large.seconds)
    if one >= other:
        return other / large.tokens, 0.0
    token_seconds = (other - one) / (large.tokens - small.tokens)
    return token_seconds, max(other - token_seconds * large.tokens, 0.0)


def _time_embedding() -> float:
    import chromadb as _  # noqa: F401 - the index loads it

    from catalora.references.embedding import Embedder

    embedder = Embedder()
    texts = [f"A steel pan, number {number}, with a lid and a long handle. " * 4 for number in range(EMBEDDED_TEXTS)]
    embedder.embed(texts[:8])
    started = time.monotonic()
    embedder.embed(texts)
    return (time.monotonic() - started) / EMBEDDED_TEXTS


class _Trial:
    """A model with an adapter, trained on rows of random tokens."""

    def __init__(self, config: Config, labelled_share: float) -> None:
        import torch

        from catalora.generation.answer import Answerer
        from catalora.hardware import choose_device, keep_freed_memory
        from catalora.model.adapter import attach_lora
        from catalora.model.loading import load_base, measure_weights
        from catalora.prompts import PromptTemplate
        from catalora.training.loss import CompletionLoss
        from catalora.training.trainer import records_step

        self.torch = torch
        self.config = config
        self.device = choose_device(config.model.device, config.model.dtype)
        if self.device.name == "cpu" and config.training.keep_memory:
            keep_freed_memory()
        _require_room_for_weights(config, measure_weights(config.model, self.device), self.device)
        loaded = load_base(config.model, self.device)
        self.model: Any = attach_lora(loaded.model, config.lora, config.training.seed)
        self.answerer = Answerer(self.model, loaded.tokenizer, PromptTemplate(), self.device.name)
        self.context_tokens = self.answerer.context_length
        self.row_tokens = min(config.training.max_length, self.context_tokens)
        self.labelled_share = labelled_share
        self.on_cpu = self.device.name == "cpu"
        self.records = records_step(config.training, ALONE, use_cpu=self.on_cpu)
        self.loss = CompletionLoss(self.model, graphs=self.records)
        weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        self.trained_parameters = sum(weight.numel() for weight in weights)
        frozen = [weight for weight in self.model.parameters() if not weight.requires_grad]
        self.frozen_bytes = sum(weight.numel() * weight.element_size() for weight in frozen)
        self.optimizer = torch.optim.AdamW(weights, lr=1e-9)

    def train(self, tokens: int, rows: int) -> float:
        """Forwards and backwards over one batch; its seconds."""
        from catalora.training.fused import fuse_as_configured

        self.loss.train()
        with fuse_as_configured(self.model, self.config.training):
            batch = self._make_batch(tokens, rows)

            def compute() -> None:
                (self.loss(**batch) / batch["labels"].numel()).backward()
                self._wait()

            self._wait()
            return self._time(compute)

    def time_batch(self, tokens: int, rows: int) -> float:
        """Seconds of one batch of a size; on a GPU of one behind those in which kernels are compiled and recorded."""
        if not self.on_cpu:
            for _ in range(2):
                self.train(tokens, rows)
        return self.train(tokens, rows)

    def time_update(self) -> float:
        """Seconds of clipping the gradients and changing the weights."""

        def update() -> None:
            weights = self.optimizer.param_groups[0]["params"]
            self.torch.nn.utils.clip_grad_norm_(weights, self.config.training.max_grad_norm)
            self.optimizer.step()
            self._wait()

        update()  # makes the optimiser's state
        return self._time(update)

    def time_evaluation(self) -> float:
        """Seconds of scoring one row."""
        self.loss.eval()
        batch = self._make_batch(self.row_tokens, 1)
        return self._time(lambda: float(self.loss.compute_token_losses(**batch).sum()))

    def time_generation(self, products: int) -> float:
        """Seconds of one more token for each of the watched products."""
        if not products:
            return 0.0
        decoding = self.config.generation.model_copy(update={"temperature": 0.0})
        questions = [f"What is the small lamp number {number}?" for number in range(products)]
        self.model.eval()
        seconds = []
        for tokens in (1, 1 + GENERATED_TOKENS):
            limited = decoding.model_copy(update={"max_new_tokens": tokens})
            seconds.append(self.answerer.answer(questions, limited, ("tuned",)).seconds)
        first, all_of_them = seconds
        if first >= all_of_them:  # a busy machine; see `_split_seconds`
            return all_of_them / (1 + GENERATED_TOKENS)
        return (all_of_them - first) / GENERATED_TOKENS

    def measure_peak(self) -> int:
        """Peak bytes so far: of the GPU when that is computed on, else of the process."""
        from catalora.machine import measure_peak_memory

        peaks = measure_peak_memory(self.device.name)
        return peaks.get("peak_accelerator_memory_bytes", peaks["peak_memory_bytes"])

    def _make_batch(self, tokens: int, rows: int) -> dict[str, Any]:
        from catalora.training.borders import describe_batch

        torch = self.torch
        vocabulary = self.model.get_input_embeddings().num_embeddings
        ids = torch.randint(vocabulary, (rows, tokens))
        positions = torch.arange(tokens).remainder(BLOCK_TOKENS).repeat(rows, 1)
        labels = ids.masked_fill(positions >= round(BLOCK_TOKENS * self.labelled_share), -100)
        labels[:, 0] = -100
        batch = {"input_ids": ids, "position_ids": positions, "labels": labels}
        if self.records and self.loss.training:
            batch = describe_batch(batch)
        return {key: value.to(self.device.name) for key, value in batch.items()}

    def _time(self, work: Callable[[], object]) -> float:
        started = time.monotonic()
        work()
        return time.monotonic() - started

    def _wait(self) -> None:
        if not self.on_cpu:
            getattr(self.torch, self.device.name).synchronize()


def _require_room_for_weights(config: Config, size: int, device: "Device") -> None:
    """Refuse a model whose weights alone don't fit, before they are fetched and loaded."""
    from catalora.machine import measure_free_memory

    free = measure_free_memory(device.name)
    if size <= free:
        return
    fits_in_half = device.dtype == "float32" and size / 2 <= free
    raise ModelUnavailableError(
        f"the weights of {config.model.name!r} take {size / 1e9:.1f} GB in {device.dtype}, "
        f"{free / 1e9:.1f} GB are free on {device.name}",
        code="memory-too-small",
        hint="Use --set model.dtype=bfloat16, which halves them." if fits_in_half else "Use a smaller model.",
    )


def main() -> None:
    """Read the request, measure, print the result as one line of JSON."""
    end_without_search()
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    config = Config.model_validate(request.pop("config"))
    try:
        result: dict[str, Any] = {"measured": asdict(measure(config, **request))}
    except CataloraError as error:
        result = {"message": error.message, "code": error.code, "hint": error.hint}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
