"""Parts of a Gemma-2B training step alone, each beside the way that it replaced, in turns.

    python benchmarks/step_parts.py [--dtype float32] [--labelled 410] [--turns 3]

    head    cross entropy of the labelled tokens with the gradient of the hidden states, over 256,000 pieces: all logits
            of 131 tokens at once, or slices of the vocabulary for all tokens
    norm    one norm of 1,024 tokens forwards and back: transformers' layer, or our node
    mask    dropout's mask before the widest layer for 1,024 tokens: torch's Bernoulli numbers, or bytes of random words
    up      gradient of B of the widest layer, rank 8, for 1,024 tokens: outputs on the left, or the thin matrix

The head's share of the ceiling is its FLOPs (4 per weight and labelled token) by its seconds, over the FLOP/s of a
product of the MLP's size in the same run.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from transformers.models.gemma.modeling_gemma import GemmaRMSNorm

from catalora.hardware import keep_freed_memory
from catalora.training.dropout import draw_mask
from catalora.training.loss import Head, _SummedCrossEntropy
from catalora.training.norms import find_norms

WIDTH, WIDE, PIECES, TOKENS = 2048, 16_384, 256_000, 1024
TOKENS_AT_ONCE = 131


def compute_by_tokens(hidden: torch.Tensor, targets: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """The gradient of the hidden states as catalora computed it before: all logits of a few tokens at once."""
    gradient, loss = torch.empty_like(hidden), torch.zeros(())
    shares = torch.empty(TOKENS_AT_ONCE, PIECES)
    rounded = torch.empty(TOKENS_AT_ONCE, PIECES, dtype=weight.dtype)
    for start in range(0, len(hidden), TOKENS_AT_ONCE):
        part = slice(start, start + TOKENS_AT_ONCE)
        logits = (hidden[part] @ weight.T).float()
        chosen = logits.gather(1, targets[part, None])
        slope = torch.softmax(logits, dim=1, out=shares[: len(logits)])
        top, place = logits.max(dim=1, keepdim=True)
        loss += (top - slope.gather(1, place).log() - chosen).sum()
        slope.scatter_add_(1, targets[part, None], torch.full_like(chosen, -1.0))
        gradient[part] = rounded[: len(logits)].copy_(slope) @ weight
    return gradient


def time_in_turns(ways: dict[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Median seconds of each way; the first turn warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns + 1):
        for name, compute in ways.items():
            started = time.perf_counter()
            compute()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(found[1:]) for name, found in seconds.items()}


def main() -> None:
    """Print a line for each part and way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="bfloat16")
    parser.add_argument("--labelled", type=int, default=410)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    keep_freed_memory()
    torch.manual_seed(0)
    dtype = getattr(torch, arguments.dtype)
    left, right = torch.randn(TOKENS, WIDTH).to(dtype), torch.randn(WIDE, WIDTH).to(dtype)
    product = time_in_turns({"": lambda: torch.nn.functional.linear(left, right)}, 5)[""]
    ceiling = 2 * TOKENS * WIDTH * WIDE / product
    print(f"{arguments.dtype}: a product of the MLP's size reaches {ceiling / 1e9:.0f} GFLOP/s", flush=True)

    weight = (0.02 * torch.randn(PIECES, WIDTH)).to(dtype)
    hidden = torch.randn(arguments.labelled, WIDTH).to(dtype)
    targets = torch.randint(0, PIECES, (arguments.labelled,))
    head = Head(weight, None, None, 1.0)

    def slices() -> torch.Tensor:
        given = hidden.clone().requires_grad_()
        return torch.autograd.grad(_SummedCrossEntropy.apply(given, targets, head), given)[0]

    torch.testing.assert_close(slices(), compute_by_tokens(hidden, targets, weight), rtol=0.05, atol=1e-3)
    by_tokens = lambda: compute_by_tokens(hidden, targets, weight)  # noqa: E731 - a way among ways
    for name, seconds in time_in_turns({"by tokens": by_tokens, "by slices": slices}, arguments.turns).items():
        share = 4 * arguments.labelled * PIECES * WIDTH / seconds / ceiling
        print(f"head, {arguments.labelled} tokens {name:<18}{seconds:8.2f} s  {share:4.0%} of the ceiling", flush=True)

    norm = GemmaRMSNorm(WIDTH).to(dtype).requires_grad_(False)
    ((_, fused),) = find_norms(torch.nn.Sequential(norm))
    given, slope = torch.randn(TOKENS, WIDTH).to(dtype).requires_grad_(), torch.randn(TOKENS, WIDTH).to(dtype)
    norms = {
        "transformers": lambda: torch.autograd.grad(norm(given), given, slope),
        "our node": lambda: torch.autograd.grad(fused(given), given, slope),
    }
    wide = torch.empty(TOKENS, WIDE)
    masks = {
        "Bernoulli": lambda: torch.empty_like(wide, dtype=torch.bool).bernoulli_(0.9),
        "random words": lambda: draw_mask(wide, 0.1),
    }
    outputs, inner = torch.randn(TOKENS, WIDE).to(dtype), torch.randn(TOKENS, 8).to(dtype)
    ups = {"outputs on the left": lambda: outputs.T @ inner, "thin one on the left": lambda: (inner.T @ outputs).T}
    for part, ways in (("norm", norms), ("mask", masks), ("up", ups)):
        for name, seconds in time_in_turns(ways, 3 * arguments.turns).items():
            print(f"{part}, {name:<28}{1000 * seconds:8.1f} ms", flush=True)


if __name__ == "__main__":
    main()
