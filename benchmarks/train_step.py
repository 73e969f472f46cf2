"""One training step of a Gemma shape, switch by switch, in alternating runs, beside what the processor can multiply.

    python benchmarks/train_step.py [--layers 18] [--rows 1] [--tokens 512] [--repeats 5]
        [--dtype float32] [--json FILE]

The model has Gemma-2B's shape with random weights; fewer `--layers` give the same proportions sooner. Without bfloat16
instructions catalora trains in float32, and `--dtype float32` measures that: autocast then changes nothing. Each way is
a process of its own, because what keeps freed memory holds for a whole process; the ways take turns.
Losses and gradients of all ways on the same batch are compared with the first one's. The share of the ceiling is

    FLOPs by the cost model / seconds / FLOP/s of the best product of the model's sizes, timed between the steps

Cost model: 4 FLOPs per frozen weight and token of the layers (forwards, and the input's gradient), 4 per weight of the
head and learned token; adapters and attention are not counted as useful.
"""

import argparse
import json
import multiprocessing
import statistics
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

PARTS = ("lora", "activation", "attention", "norms")
OFF = {"autocast": False, "keep": False, **dict.fromkeys(PARTS, False)}
FAST = OFF | {"autocast": True, "keep": True}
WAYS = {
    "PEFT's casts": OFF,
    "autocast": OFF | {"autocast": True},
    "+ keep memory": FAST,
    "+ fused LoRA": FAST | {"lora": True},
    "+ fused activation": FAST | {"lora": True, "activation": True},
    "+ block attention": FAST | {"lora": True, "activation": True, "attention": True},
    "+ fused norms": FAST | dict.fromkeys(PARTS, True),
}
LEARNED = 0.8  # share of a row's tokens


def main() -> None:
    """Print a table, and write it as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=18)
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--ways", nargs="*", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    # Every process holds the model once, so the ways run one after another in rounds when memory is short.
    results: dict[str, dict[str, Any]] = {name: {"seconds": []} for name in arguments.ways}
    ceilings: list[float] = []
    for _ in range(arguments.repeats):
        for name in arguments.ways:
            measured = _run_way(WAYS[name], arguments)
            results[name]["seconds"] += measured.pop("seconds")
            results[name] |= measured
            ceilings.append(measured["ceiling"])
    ceiling = max(ceilings)
    first = results[arguments.ways[0]]
    print(f"{arguments.dtype} products reach {ceiling / 1e9:.0f} GFLOP/s; {first['flops'] / 1e9:,.0f} GFLOP in a step")
    print(f"{'':<20}{'seconds':>9}{'tokens/s':>10}{'of ceiling':>11}{'peak GB':>9}{'loss':>9}{'gradient':>10}")
    for name, result in results.items():
        median = statistics.median(result["seconds"])
        result |= {"median": median, "share": result["flops"] / median / ceiling}
        print(
            f"{name:<20}{median:>9.2f}{arguments.rows * arguments.tokens / median:>10.1f}{result['share']:>11.0%}"
            f"{result['peak'] / 1e9:>9.1f}{result['loss']:>9.4f}{result['gradient_norm']:>10.2e}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps({"ceiling": ceiling, "ways": results}, indent=2) + "\n", encoding="utf-8")


def _run_way(way: dict[str, bool], arguments: argparse.Namespace) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_measure, args=(there, way, arguments))
    process.start()
    there.close()
    result: dict[str, Any] = here.recv()
    process.join()
    return result


def _measure(answer: Connection, way: dict[str, bool], arguments: argparse.Namespace) -> None:
    import torch

    from catalora.hardware import keep_freed_memory
    from catalora.machine import measure_peak_memory
    from catalora.training.fused import fuse
    from catalora.training.loss import CompletionLoss

    if way["keep"]:
        keep_freed_memory()
    rows, tokens, dtype = arguments.rows, arguments.tokens, getattr(torch, arguments.dtype)
    model = build_gemma(arguments.layers, dtype)
    module = CompletionLoss(model, autocast=way["autocast"] and dtype == torch.bfloat16).train()
    batch = make_batch(rows, tokens)
    seconds, loss = [], torch.zeros(())
    with fuse(model, **{part: way[part] for part in PARTS}):
        for _ in range(3):
            model.zero_grad()
            started = time.perf_counter()
            loss = module(**batch) / batch["labels"].numel()
            loss.backward()
            seconds.append(time.perf_counter() - started)
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    frozen = sum(p.numel() for name, p in model.named_parameters() if "base_layer" in name)
    head = model.get_output_embeddings().weight.numel()
    learned = int((batch["labels"] != -100).sum())
    answer.send(
        {
            "seconds": seconds[1:],  # the first one maps the weights
            "loss": loss.item(),
            "gradient_norm": torch.stack([gradient.norm() for gradient in gradients]).norm().item(),
            "flops": 4 * frozen * rows * tokens + 4 * head * learned,
            "peak": measure_peak_memory("cpu")["peak_memory_bytes"],
            "ceiling": measure_ceiling(rows * tokens, dtype),
        }
    )


def build_gemma(layers: int, dtype: Any) -> Any:
    """Gemma-2B's shape with random weights and the adapter of the `overnight` preset, dropout off."""
    import torch
    from transformers import GemmaConfig, GemmaForCausalLM

    from catalora.config import build_config
    from catalora.model.adapter import attach_lora

    config = GemmaConfig(
        hidden_size=2048,
        intermediate_size=16_384,
        num_hidden_layers=layers,
        num_attention_heads=8,
        num_key_value_heads=1,
        head_dim=256,
        vocab_size=256_000,
    )
    torch.manual_seed(1)
    was = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    model = GemmaForCausalLM(config)
    torch.set_default_dtype(was)
    generator = torch.Generator().manual_seed(1)
    lora = build_config("overnight", {"lora.dropout": 0.0}).lora
    adapted = attach_lora(model, lora, seed=1)
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:  # at zero, half of the gradients would be zero too
            weight.data.normal_(0, 0.01, generator=generator)
    return adapted


def make_batch(rows: int, tokens: int) -> dict[str, Any]:
    """Packed rows of blocks of 128 random tokens."""
    import torch

    generator = torch.Generator().manual_seed(2)
    ids = torch.randint(4, 250_000, (rows, tokens), generator=generator)
    positions = torch.arange(tokens).remainder(128).repeat(rows, 1)
    return {
        "input_ids": ids,
        "position_ids": positions,
        "labels": ids.masked_fill(positions < round(128 * (1 - LEARNED)), -100),
    }


def measure_ceiling(tokens: int, dtype: Any) -> float:
    """FLOP/s of the best product of this many rows with a Gemma-2B MLP's matrix."""
    import torch

    left = torch.randn(tokens, 2048).to(dtype)
    weight = torch.randn(16_384, 2048).to(dtype)
    best = float("inf")
    for _ in range(8):
        started = time.perf_counter()
        torch.nn.functional.linear(left, weight)
        best = min(best, time.perf_counter() - started)
    return 2 * tokens * 2048 * 16_384 / best


if __name__ == "__main__":
    main()
