"""One training step of a Gemma shape, switch by switch, in alternating runs, beside what the machine can multiply.

    python benchmarks/train_step.py [--device cpu] [--layers 18] [--rows 1] [--tokens 512] [--repeats 5]
        [--dtype float32] [--dropout 0] [--json FILE]

The model has Gemma-2B's shape with random weights; fewer `--layers` give the same proportions sooner. Without bfloat16
instructions catalora trains in float32, and `--dtype float32` measures that: autocast then changes nothing. Each way is
a process of its own, because what keeps freed memory holds for a whole process; the ways take turns. On a GPU, the
memory is the GPU's, freed memory is kept anyway, and the last two ways compile what goes row by row and record
the decoder's passes as CUDA graphs. `--profile` lists what
the time of one step of each way went into.
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

# Each way has the parts of those before it.
STEPS = {
    "PEFT's casts": (),
    "autocast": ("autocast",),
    "+ keep memory": ("keep",),
    "+ fused LoRA": ("lora",),
    "+ fused activation": ("activation",),
    "+ block attention": ("attention",),
    "+ fused norms": ("norms",),
    "+ fused rotary": ("rotary",),
    "+ compiled": ("compiled",),
    "+ graphs": ("graphs",),
}
PARTS = ("lora", "activation", "attention", "norms", "rotary", "compiled")
ALONE_ON = {"cpu": {"+ keep memory"}, "cuda": {"+ compiled", "+ graphs"}}
LEARNED = 0.8  # share of a row's tokens


def main() -> None:
    """Print a table, and write it as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=int, default=18)
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--steps", type=int, default=2, help="Timed steps of each process.")
    parser.add_argument("--device", choices=list(ALONE_ON), default="cpu")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--ways", nargs="*", choices=list(STEPS))
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    others = {way for device, ways in ALONE_ON.items() if device != arguments.device for way in ways}
    arguments.ways = arguments.ways or [way for way in STEPS if way not in others]
    # Every process holds the model once, so the ways run one after another in rounds when memory is short.
    results: dict[str, dict[str, Any]] = {name: {"seconds": []} for name in arguments.ways}
    ceilings: list[float] = []
    for _ in range(arguments.repeats):
        for name in arguments.ways:
            measured = _run_way(name, arguments)
            results[name]["seconds"] += measured.pop("seconds")
            results[name] |= measured
            ceilings.append(measured["ceiling"])
    ceiling = max(ceilings)
    first = results[arguments.ways[0]]
    print(f"{arguments.dtype} products reach {ceiling / 1e9:,.0f} GFLOP/s; {first['flops'] / 1e9:,.0f} GFLOP in a step")
    print(f"{'':<20}{'seconds':>9}{'tokens/s':>10}{'of ceiling':>11}{'peak GB':>9}{'loss':>9}{'gradient':>10}")
    for name, result in results.items():
        median = statistics.median(result["seconds"])
        result |= {"median": median, "share": result["flops"] / median / ceiling}
        print(
            f"{name:<20}{median:>9.4g}{arguments.rows * arguments.tokens / median:>10,.1f}{result['share']:>11.0%}"
            f"{result['peak'] / 1e9:>9.1f}{result['loss']:>9.4f}{result['gradient_norm']:>10.2e}"
        )
    for name, result in results.items():
        if arguments.profile:
            print(f"\n{name}\n{result['profile']}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"ceiling": ceiling, "ways": results}, indent=2) + "\n", encoding="utf-8")


def _run_way(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_measure, args=(there, list_parts(name), arguments))
    process.start()
    there.close()
    result: dict[str, Any] = here.recv()
    process.join()
    return result


def list_parts(way: str) -> set[str]:
    """What is switched on in a way."""
    names = list(STEPS)
    return {part for name in names[: names.index(way) + 1] for part in STEPS[name]}


def _measure(answer: Connection, parts: set[str], arguments: argparse.Namespace) -> None:
    import torch

    from catalora.hardware import keep_freed_memory
    from catalora.machine import measure_peak_memory
    from catalora.training.borders import describe_batch
    from catalora.training.fused import fuse
    from catalora.training.loss import CompletionLoss

    if "keep" in parts and arguments.device == "cpu":
        keep_freed_memory()
    rows, tokens, dtype = arguments.rows, arguments.tokens, getattr(torch, arguments.dtype)
    model = build_gemma(arguments.layers, dtype, arguments.device, arguments.dropout)
    half = "autocast" in parts and dtype == torch.bfloat16
    module = CompletionLoss(model, autocast=half, graphs="graphs" in parts).train()
    batch = make_batch(rows, tokens)
    if "graphs" in parts:
        batch = describe_batch(batch)
    batch = {name: tensor.to(arguments.device) for name, tensor in batch.items()}
    seconds, loss, table = [], torch.zeros(()), ""
    wait = torch.cuda.synchronize if arguments.device == "cuda" else lambda: None

    def step() -> torch.Tensor:
        model.zero_grad()
        wait()
        started = time.perf_counter()
        loss = module(**batch) / batch["labels"].numel()
        loss.backward()
        wait()
        seconds.append(time.perf_counter() - started)
        return loss.detach()

    # The first steps map the weights, or compile.
    warming = 1 if arguments.device == "cpu" else 4
    with fuse(model, **{part: part in parts for part in PARTS}):
        for _ in range(warming + arguments.steps):
            loss = step()
        if arguments.profile:
            with torch.profiler.profile() as profile:
                step()
            order = "self_cpu_time_total" if arguments.device == "cpu" else "self_device_time_total"
            table = profile.key_averages().table(sort_by=order, row_limit=40, max_name_column_width=90)
            seconds.pop()
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    frozen = sum(p.numel() for name, p in model.named_parameters() if "base_layer" in name)
    head = model.get_output_embeddings().weight.numel()
    learned = int((batch["labels"] != -100).sum())
    answer.send(
        {
            "seconds": seconds[warming:],
            "profile": table,
            "loss": loss.item(),
            "gradient_norm": torch.stack([gradient.norm() for gradient in gradients]).norm().item(),
            "flops": 4 * frozen * rows * tokens + 4 * head * learned,
            "peak": list(measure_peak_memory(arguments.device).values())[-1],
            "ceiling": measure_ceiling(rows * tokens, dtype, arguments.device),
        }
    )


def build_gemma(layers: int, dtype: Any, device: str = "cpu", dropout: float = 0.0) -> Any:
    """Gemma-2B's shape with random weights and the adapter of the `overnight` preset."""
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
    with torch.device(device):
        model = GemmaForCausalLM(config)
    torch.set_default_dtype(was)
    generator = torch.Generator(device).manual_seed(1)
    lora = build_config("overnight", {"lora.dropout": dropout}).lora
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


def measure_ceiling(tokens: int, dtype: Any, device: str = "cpu") -> float:
    """FLOP/s of the best product: on the CPU of so many rows with a Gemma-2B MLP's matrix, on a GPU a large square."""
    import torch

    rows, inner, columns = (tokens, 2048, 16_384) if device == "cpu" else (8192, 8192, 8192)
    left = torch.randn(rows, inner).to(device, dtype)
    weight = torch.randn(columns, inner).to(device, dtype)
    at_once = 1 if device == "cpu" else 10  # a GPU's products one behind the other, so that calling costs nothing
    best = float("inf")
    for _ in range(8):
        started = time.perf_counter()
        for _ in range(at_once):
            torch.nn.functional.linear(left, weight)
        if device == "cuda":
            torch.cuda.synchronize()
        best = min(best, (time.perf_counter() - started) / at_once)
    return 2 * rows * inner * columns / best


if __name__ == "__main__":
    main()
