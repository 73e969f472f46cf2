"""Hours and money of indexing, tuning and describing a catalogue with a model of Gemma-2B's shape, by the cost model.

    python benchmarks/scale_costs.py [--products 131262 1390403 10000000] [--gpus 1 8] [--price 3.00]

Nothing is measured here: every rate is an argument, and the defaults are printed with the table. The model:

    tune      tokens · (4 · layers + 4 · head · learned share) FLOP, at `--utilisation` of `--tflops`
              (forward and the input's gradient for the frozen weights; the head only where a token is learned)
    describe  passes of `--batch` rows; a pass reads all weights and the rows' caches from memory, computes 2 FLOP per
              weight and row, and takes at least `--pass-ms` (starting its kernels): the longest of the three counts
    index     embedding, shared by the workers, then vectors written by one process, at the two speeds given
    money     GPUs · hours · `--price`

Layers and head are counted in weights. Attention is left out: under 1 % at 256 tokens.
"""

import argparse
from dataclasses import dataclass

# Gemma-2B: 18 layers of 2,048 → 16,384, 8 query heads and 1 key/value head of 256, 256,000 tokens.
LAYERS, HIDDEN, WIDE, HEADS, KEY_HEADS, HEAD_WIDTH, VOCABULARY = 18, 2048, 16_384, 8, 1, 256, 256_000
LAYER_WEIGHTS = LAYERS * (2 * HIDDEN * HEADS * HEAD_WIDTH + 2 * HIDDEN * KEY_HEADS * HEAD_WIDTH + 3 * HIDDEN * WIDE)
HEAD_WEIGHTS = VOCABULARY * HIDDEN
BF16_BYTES = 2
CACHE_BYTES = 2 * LAYERS * KEY_HEADS * HEAD_WIDTH * BF16_BYTES  # of one token


@dataclass(frozen=True, slots=True)
class Rates:
    """What one GPU, one worker and one writer do, and what a product is.

    Attributes:
        flops: FLOP/s that are used, the utilisation taken off.
        memory: bytes per second.
        pass_seconds: the least that one pass of generation takes.
        batch: rows that are answered together.
        product_tokens: of an example to learn from, its prompt included.
        learned: share of them that count in the loss.
        prompt_tokens: of a question.
        answer_tokens: of an answer.
        embedded: products per second that one worker embeds.
        written: products per second that one process writes into the index.
        scaling: what each further GPU adds in training, of a GPU alone; describing and embedding share nothing.
    """

    flops: float
    memory: float
    pass_seconds: float
    batch: int
    product_tokens: float
    learned: float
    prompt_tokens: float
    answer_tokens: float
    embedded: float
    written: float
    scaling: float


def count_training_flop(learned: float) -> float:
    """FLOP of one trained token.

    Example:
        >>> round(count_training_flop(1.0) / 1e9, 2)
        10.02
    """
    return 4 * LAYER_WEIGHTS + 4 * HEAD_WEIGHTS * learned


def tune_seconds(products: int, epochs: float, gpus: int, rates: Rates) -> float:
    """Time of the training steps alone."""
    flop = products * epochs * rates.product_tokens * count_training_flop(rates.learned)
    return flop / rates.flops / (1 + (gpus - 1) * rates.scaling)


def describe_seconds(products: int, gpus: int, rates: Rates) -> float:
    """Time of reading the prompts and of generating, in whole batches that nobody leaves early."""
    reading = 2 * LAYER_WEIGHTS * rates.prompt_tokens * rates.batch / rates.flops
    cached = CACHE_BYTES * (rates.prompt_tokens + rates.answer_tokens / 2) * rates.batch
    moved = (BF16_BYTES * (LAYER_WEIGHTS + HEAD_WEIGHTS) + cached) / rates.memory
    computed = 2 * (LAYER_WEIGHTS + HEAD_WEIGHTS) * rates.batch / rates.flops
    one_pass = max(moved, computed, rates.pass_seconds)
    return products / rates.batch * (reading + rates.answer_tokens * one_pass) / gpus


def index_seconds(products: int, workers: int, rates: Rates) -> float:
    """Time of embedding by all workers and of writing by one process."""
    return products / rates.embedded / workers + products / rates.written


def describe_time(seconds: float) -> str:
    """Hours, or minutes of less than two hours."""
    return f"{seconds / 3600:.1f} h" if seconds >= 7200 else f"{seconds / 60:.0f} min"


def print_table(arguments: argparse.Namespace, rates: Rates) -> None:
    """A row per catalogue and step, for each number of GPUs its time and its price."""
    print(
        f"{count_training_flop(rates.learned) / 1e9:.2f} GFLOP per trained token, {rates.learned:.0%} of them learned; "
        f"{rates.flops / 1e12:.0f} TFLOP/s used of {arguments.tflops:.0f}; {arguments.price:.2f} per GPU hour"
    )
    print(
        f"{rates.product_tokens:.0f} tokens per product; answers of {rates.answer_tokens:.0f} tokens to questions of "
        f"{rates.prompt_tokens:.0f}, {rates.batch} at once, a pass of at least {1000 * rates.pass_seconds:.0f} ms; "
        f"index: {rates.embedded:.0f} products/s embedded per worker, {rates.written:.0f} written"
    )
    print("\n| products | step |" + "".join(f" {gpus} × GPU | price |" for gpus in arguments.gpus))
    print("|---|---|" + "---|---|" * len(arguments.gpus))
    for products in arguments.products:
        steps = {
            f"tune, {arguments.epochs:g} epoch{'s' * (arguments.epochs > 1)}": lambda gpus, n=products: tune_seconds(
                n, arguments.epochs, gpus, rates
            ),
            "describe": lambda gpus, n=products: describe_seconds(n, gpus, rates),
            "index": lambda gpus, n=products: index_seconds(n, gpus, rates),
        }
        for name, find_seconds in steps.items():
            cells = ""
            for gpus in arguments.gpus:
                seconds = find_seconds(gpus)
                cells += f" {describe_time(seconds)} | {gpus * seconds / 3600 * arguments.price:,.2f} |"
            print(f"| {products:,} | {name} |{cells}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, nargs="+", default=[131_262, 1_390_403, 10_000_000])
    parser.add_argument("--gpus", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--price", type=float, default=3.0, help="of one GPU hour, in any currency (assumed)")
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--tflops", type=float, default=790, help="bf16 matrix products of an H200-class GPU")
    parser.add_argument("--utilisation", type=float, default=0.5, help="share of them that the steps reach (assumed)")
    parser.add_argument("--memory-gbs", type=float, default=4300, help="GB/s of the GPU's memory")
    parser.add_argument("--pass-ms", type=float, default=15, help="least time of one pass by transformers (assumed)")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--product-tokens", type=float, default=150)
    parser.add_argument("--learned", type=float, default=0.8)
    parser.add_argument("--prompt-tokens", type=float, default=25)
    parser.add_argument("--answer-tokens", type=float, default=125)
    parser.add_argument("--embedded", type=float, default=500, help="products/s of one worker")
    parser.add_argument("--written", type=float, default=1000, help="products/s of the writer")
    parser.add_argument("--scaling", type=float, default=0.9, help="what each further GPU adds in training (assumed)")
    arguments = parser.parse_args()
    rates = Rates(
        flops=arguments.utilisation * arguments.tflops * 1e12,
        memory=arguments.memory_gbs * 1e9,
        pass_seconds=arguments.pass_ms / 1000,
        batch=arguments.batch,
        product_tokens=arguments.product_tokens,
        learned=arguments.learned,
        prompt_tokens=arguments.prompt_tokens,
        answer_tokens=arguments.answer_tokens,
        embedded=arguments.embedded,
        written=arguments.written,
        scaling=arguments.scaling,
    )
    print_table(arguments, rates)


if __name__ == "__main__":
    main()
