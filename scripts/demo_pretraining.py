"""Pretraining of the bundled demo model on CPU: workers of one thread each, Muon, bf16 autocast.

The workers train on rows of their own and average their weights every few steps (local SGD). Threads would wait for one
another at each of the many short parallel regions of a step, which on busy cores costs more than it gains.
Deliberately small: no resume of an interrupted run, no validation during training.
"""

import json
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing
from transformers import GemmaConfig, GemmaForCausalLM, GenerationConfig

EOS, BOS = 1, 2
SAVE_SECONDS = 300
# glibc gives every large temporary back to the system, and the page faults of the next one take a quarter of a step.
KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**32),
    "MALLOC_TRIM_THRESHOLD_": str(2**33),
    "MALLOC_TOP_PAD_": str(2**28),
}


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights; sizes in tokens unless named otherwise."""

    seed: int = 20
    corpus_tokens: int = 12_000_000
    vocab_size: int = 8192
    tokenizer_documents: int = 6000
    held_out_tokens: int = 65_536
    batch_tokens: int = 2048
    first_row: int = 256
    last_row: int = 512
    long_rows_from: float = 0.8
    learning_rate: float = 3e-3
    warmup: float = 0.03
    weight_decay: float = 0.05
    steps: int = 6000
    minutes: float = math.inf
    workers: int = 2
    average_every: int = 10


def build_config(vocab_size: int) -> GemmaConfig:
    """Return the architecture: Gemma 1 with about 6.6 million parameters, head and embedding tied."""
    return GemmaConfig(
        vocab_size=vocab_size,
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=6,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=64,
        max_position_embeddings=1024,
        pad_token_id=0,
        eos_token_id=EOS,
        bos_token_id=BOS,
        tie_word_embeddings=True,
    )


def pretrain(recipe: Recipe, tokens_path: Path, work: Path, out: Path, start: Path | None = None) -> dict[str, float]:
    """Train on the ids in `tokens_path` (a NumPy file), save the model in `out`, return steps, seconds and losses.

    The weights start from the model in the folder `start`, or at random without one.
    """
    rendezvous, result = work / "rendezvous", work / "result.json"
    rendezvous.unlink(missing_ok=True)
    arguments = (recipe, tokens_path, rendezvous, result, out, start)
    os.environ.update(KEEP_MEMORY)  # read when the workers start
    torch.multiprocessing.spawn(_run_worker, arguments, nprocs=recipe.workers)
    return json.loads(result.read_text(encoding="utf-8"))


def _run_worker(
    rank: int, recipe: Recipe, tokens_path: Path, rendezvous: Path, result: Path, out: Path, start: Path | None
) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=recipe.workers)
    if start:
        model = GemmaForCausalLM.from_pretrained(start, dtype=torch.float32)
    else:
        model = GemmaForCausalLM(build_config(recipe.vocab_size))
    model.set_attn_implementation("eager")  # at these row lengths a fifth faster on CPU than the fused kernel
    tokens = np.load(tokens_path, mmap_mode="r")
    record = train(model, tokens[recipe.held_out_tokens :], recipe, result.parent / "checkpoint")
    if rank == 0:
        record["held_out_loss"] = compute_held_out_loss(model, tokens[: recipe.held_out_tokens], recipe.last_row)
        save_model(model, out)
        result.write_text(json.dumps(record), encoding="utf-8")
    dist.destroy_process_group()


def train(model: GemmaForCausalLM, tokens: np.ndarray, recipe: Recipe, checkpoint: Path) -> dict[str, float]:
    """Train in place and return steps of a worker, seconds and last loss in nats per token; rank 0 keeps the time."""
    rank = dist.get_rank()
    batches = iterate_batches(tokens, recipe, np.random.default_rng((recipe.seed, rank)))
    optimizers = build_optimizers(model, recipe)
    started = saved = time.monotonic()
    batch, losses = next(batches), []
    while True:
        progress = _agree(max(len(losses) / recipe.steps, (time.monotonic() - started) / (60 * recipe.minutes)))
        if progress >= 1:
            break
        for group in (group for optimizer in optimizers for group in optimizer.param_groups):
            group["lr"] = recipe.learning_rate * compute_rate_factor(progress, recipe.warmup)
        for _ in range(recipe.average_every):
            losses.append(train_step(model, batch, optimizers))
            batch = batches.send(recipe.last_row if progress >= recipe.long_rows_from else recipe.first_row)
        average_weights(model)
        if rank == 0 and len(losses) % 100 == 0:
            rate = len(losses) * recipe.batch_tokens * recipe.workers / (time.monotonic() - started)
            print(
                f"step {len(losses)} {progress:.0%} loss {np.mean(losses[-100:]):.3f} {rate:.0f} tokens/s", flush=True
            )
        if rank == 0 and time.monotonic() - saved > SAVE_SECONDS:
            save_model(model, checkpoint)
            saved = time.monotonic()
    seconds = round(time.monotonic() - started)
    return {"steps": len(losses), "seconds": seconds, "train_loss": round(float(np.mean(losses[-100:])), 4)}


@torch.no_grad()
def average_weights(model: GemmaForCausalLM) -> None:
    """Replace the weights on every worker with their mean over the workers."""
    parameters = list(model.parameters())
    flat = torch.cat([parameter.flatten() for parameter in parameters])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
        parameter.copy_(part.view_as(parameter))


def _agree(value: float) -> float:
    """Return rank 0's value on every worker, so that all change the rate and stop at the same step."""
    shared = torch.tensor([value], dtype=torch.float64)
    dist.broadcast(shared, src=0)
    return shared.item()


def build_optimizers(model: GemmaForCausalLM, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Return Muon for the layers' matrices and AdamW for embedding and norms."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed_tokens" not in name]
    chosen = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    rate = recipe.learning_rate
    return [
        torch.optim.Muon(matrices, lr=rate, weight_decay=recipe.weight_decay, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]


def compute_rate_factor(progress: float, warmup: float) -> float:
    """Return the learning rate's factor: linear warm-up, then a cosine down to a fiftieth."""
    if progress < warmup:
        return max(progress, 1e-3) / warmup
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup)))


def iterate_batches(tokens: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> Iterator[torch.Tensor]:
    """Yield batches of `batch_tokens` ids as (rows, row length), shuffled each pass; `send` sets the row length."""
    length = recipe.first_row
    while True:
        offset = int(rng.integers(length))
        rows = (len(tokens) - offset) // length
        order = rng.permutation(rows)
        size = recipe.batch_tokens // length
        for start in range(0, rows - size + 1, size):
            picked = [
                tokens[offset + row * length : offset + (row + 1) * length] for row in order[start : start + size]
            ]
            wanted = yield torch.from_numpy(np.stack(picked).astype(np.int64))
            if wanted is not None and wanted != length:
                length = wanted
                break


def train_step(model: GemmaForCausalLM, batch: torch.Tensor, optimizers: list[torch.optim.Optimizer]) -> float:
    """Take one step on a batch and return its loss."""
    model.train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = model(input_ids=batch, labels=batch, use_cache=False).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad()
    return loss.item()


@torch.no_grad()
def compute_held_out_loss(model: GemmaForCausalLM, tokens: np.ndarray, length: int) -> float:
    """Return the mean loss in nats per token on the corpus's first documents, which are not trained on."""
    model.eval()
    rows = torch.from_numpy(tokens[: len(tokens) // length * length].reshape(-1, length).astype(np.int64))
    losses = [model(input_ids=part, labels=part, use_cache=False).loss.item() for part in rows.split(8)]
    return round(float(np.mean(losses)), 4)


def save_model(model: GemmaForCausalLM, folder: Path) -> None:
    """Write config, generation config and the weights in bf16."""
    copy = GemmaForCausalLM(build_config(model.config.vocab_size)).to(torch.bfloat16)
    copy.load_state_dict(model.state_dict())
    copy.generation_config = GenerationConfig(bos_token_id=BOS, eos_token_id=EOS, pad_token_id=0, do_sample=False)
    copy.save_pretrained(folder)
