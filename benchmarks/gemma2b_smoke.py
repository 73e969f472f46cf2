"""The main path at the real size: a checkpoint of Gemma-2B's shape with random bf16 weights.

    python benchmarks/gemma2b_smoke.py [--folder SCRATCH]

Writes a sharded checkpoint (5 GB) with a tokenizer of 256,000 ids, prepares bundled products, trains 3 packed steps
with the settings of the preset `overnight`, interrupted before the end and resumed, and asks both sides. Every step is
the real command in its own process. Prints tokens per second and the peak memory of each process.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import torch
from safetensors.torch import save_file
from transformers import GemmaConfig, GemmaForCausalLM

from catalora.catalog.sample import SAMPLE_PATH
from catalora.run import RunFolder

VOCABULARY = 256_000
SHARD_BYTES = 2**30
MEMORY_LIMIT_GB = 14
DEMO = Path(__file__).parent.parent / "src" / "catalora" / "model" / "demo"
# 20 products fill 6 rows of 512 tokens: 3 steps of 2 rows.
SETTINGS = (
    "data.max_samples=20",
    "training.epochs=1",
    "training.save_steps=2",
    "training.logging_steps=1",
    "training.max_validation_products=4",
    "generation.max_new_tokens=24",
)


def write_checkpoint(folder: Path, layers: int = 18, device: str = "cpu") -> None:
    """Random weights in shards of about 1 GB, made one at a time; other ones on each kind of device."""
    config = GemmaConfig(
        vocab_size=VOCABULARY,
        hidden_size=2048,
        intermediate_size=16384,
        num_hidden_layers=layers,
        num_attention_heads=8,
        num_key_value_heads=1,
        head_dim=256,
        max_position_embeddings=8192,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=1,
        dtype="bfloat16",
        architectures=["GemmaForCausalLM"],
    )
    config.save_pretrained(folder)
    with torch.device("meta"):
        shapes = {name: value.shape for name, value in GemmaForCausalLM(config).named_parameters()}
    generator = torch.Generator(device).manual_seed(0)
    shards: list[dict[str, torch.Tensor]] = [{}]
    places: dict[str, str] = {}

    def write_shard() -> None:
        file = f"model-{len(places):05}.safetensors"
        save_file(shards[-1], folder / file, metadata={"format": "pt"})
        places.update(dict.fromkeys(shards[-1], file))
        shards[-1] = {}

    for name, shape in shapes.items():
        is_norm = len(shape) == 1
        value = torch.zeros(shape) if is_norm else torch.randn(shape, generator=generator, device=device) * 0.02
        shards[-1][name] = value.to("cpu", torch.bfloat16)
        if sum(tensor.nbytes for tensor in shards[-1].values()) > SHARD_BYTES:
            write_shard()
    write_shard()
    index = {"metadata": {"total_size": 2 * sum(map(torch.Size.numel, shapes.values()))}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")


def write_tokenizer(folder: Path) -> None:
    """The bundled tokenizer, its vocabulary filled up to 256,000 ids with pieces that no text contains."""
    tokenizer = json.loads((DEMO / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = tokenizer["model"]["vocab"]
    for number in range(len(vocabulary), VOCABULARY):
        vocabulary[f"<unused{number}>"] = number
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    config = (DEMO / "tokenizer_config.json").read_text(encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(config, encoding="utf-8")


def run_measured(
    *arguments: str, stop: tuple[RunFolder, int] | None = None, expect: int = 0
) -> tuple[str, float, float]:
    """Run one command; returns its stdout, its peak memory in GB and its seconds.

    Args:
        *arguments: of the command line.
        stop: ask this run to stop as soon as it has reached this step.
        expect: the exit code.
    """
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "catalora", *arguments], stdout=subprocess.PIPE)
    peak = [0.0]

    def watch() -> None:
        handle = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                peak[0] = max(peak[0], handle.memory_info().rss / 1e9)
            except psutil.Error:
                return
            if stop and stop[0].path.exists() and stop[0].read_status().step >= stop[1]:
                (stop[0].path / "cancel").touch()
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.communicate()[0].decode()
    watcher.join()
    if process.returncode != expect:
        sys.exit(f"{' '.join(arguments)} ended with {process.returncode}, expected {expect}")
    return output, peak[0], time.monotonic() - started


def main() -> None:
    """Run the path and print one line per command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="Where the scratch files go; needs 6 GB.")
    scratch = parser.parse_args().folder
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        model, data, runs = folder / "gemma-2b-shape", folder / "data", folder / "runs"
        model.mkdir()
        write_checkpoint(model)
        write_tokenizer(model)
        size = sum(path.stat().st_size for path in model.iterdir()) / 1e9
        shards = len(list(model.glob("*.safetensors")))
        print(f"checkpoint: {size:.2f} GB in {shards} shards; {os.cpu_count()} cores", flush=True)
        run_measured("prepare", str(SAMPLE_PATH), "--out", str(data))
        run = RunFolder(runs / "smoke")
        place = ("--runs-dir", str(runs), "--run", run.name)
        settings = [part for setting in SETTINGS for part in ("--set", setting)]
        steps = {
            "train to step 2": run_measured(
                "train",
                "--data",
                str(data),
                "--model",
                str(model),
                "--preset",
                "overnight",
                *settings,
                *place,
                "--no-index",
                stop=(run, 1),
                expect=75,
            ),
            "resume to the end": run_measured("train", "--resume", *place, "--json"),
            "ask both sides": run_measured(
                "ask", run.name, "What is it?", "--runs-dir", str(runs), "--refs", "0", "--json"
            ),
        }
        answers = json.loads(steps["ask both sides"][0])["answers"]
    print(f"{'command':<20}{'peak GB':>10}{'seconds':>10}")
    for label, (_, peak, seconds) in steps.items():
        print(f"{label:<20}{peak:>10.1f}{seconds:>10.0f}")
    result = json.loads(steps["resume to the end"][0])
    print(f"steps {result['steps']}, {result['tokens_per_second']:.1f} content tokens/s in the resumed part")
    print(f"answers: base {answers['base']['tokens']} tokens, tuned {answers['tuned']['tokens']} tokens")
    highest = max(peak for _, peak, _ in steps.values())
    print(f"highest peak {highest:.1f} GB (limit {MEMORY_LIMIT_GB} GB)")
    sys.exit(highest > MEMORY_LIMIT_GB)


if __name__ == "__main__":
    main()
