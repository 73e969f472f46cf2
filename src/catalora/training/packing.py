"""Products → tokenised examples → packed rows.

A packed row holds several whole examples side by side, so that no computation is spent on padding:

    input_ids      <bos> Q  A  d  d <eos> | <bos> Q  A  d <eos>
    position_ids     0   1  2  3  4   5   |   0   1  2  3   4       restarts mark the borders of the attention blocks
    labels          -100 .. ..  d  d <eos> | -100 .. ..  d <eos>    only the completion is learned

transformers builds the block-diagonal causal mask from the restarts in `position_ids`, on every device; a test shows
that each token's loss in a row equals its loss alone.
"""

import sys
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.data import Dataset

from catalora.catalog import Product
from catalora.errors import DataError
from catalora.prompts import PromptTemplate, Tokenizer

IGNORED = -100  # the label that cross entropy skips, by the convention of torch and transformers

# Examples that a row may choose from: enough to fill rows well, few enough that the order stays random.
PACKING_WINDOW = 128
MIN_COMPLETION_TOKENS = 8


@dataclass(frozen=True, slots=True)
class Examples:
    """Tokenised examples, one after another in flat arrays (a list of lists would take ten times the memory).

    Attributes:
        ids: token ids of all examples, int32, shape (total tokens,).
        offsets: example `i` is `ids[offsets[i]:offsets[i + 1]]`; int64, shape (examples + 1,).
        prompt_lengths: tokens of the prompt in each example, int32, shape (examples,).
        uids: the product of each example.
        description_bytes: UTF-8 bytes of all descriptions, as far as they were kept.
        shortened: examples whose description was cut to fit `max_length`.
        dropped_tokens: description tokens lost by that.
        skipped: uids whose prompt alone leaves no room for a description.
    """

    ids: np.ndarray
    offsets: np.ndarray
    prompt_lengths: np.ndarray
    uids: tuple[str, ...]
    description_bytes: int
    shortened: int
    dropped_tokens: int
    skipped: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.prompt_lengths)

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each example, shape (examples,)."""
        return np.diff(self.offsets)


def tokenise_products(
    products: Sequence[Product],
    template: PromptTemplate,
    tokenizer: Tokenizer,
    *,
    questions: Sequence[str],
    max_length: int,
    grounded: Container[str] = (),
) -> Examples:
    """Tokenise question and description of each product; nothing is cut silently, and never the `<eos>`.

    Args:
        products: the products, in order.
        template: renders prompt and completion.
        tokenizer: a Hugging Face tokenizer.
        questions: the question of each product, same order.
        max_length: most tokens of an example. A longer description is cut after its last whole sentence that fits.
        grounded: uids of products whose record stands in the prompt, where record and description fit uncut.

    Raises:
        DataError: no product fits at all.
    """
    prompts = template.encode_prompts(tokenizer, questions)
    completions = template.encode_completions(tokenizer, [product.content for product in products])
    for place in [place for place, product in enumerate(products) if product.uid in grounded]:
        room = max_length - len(completions[place])
        prompts[place] = _ground(products[place], questions[place], room, template, tokenizer) or prompts[place]
    rows: list[list[int]] = []
    prompt_lengths: list[int] = []
    uids: list[str] = []
    skipped: list[str] = []
    shortened = dropped = described = 0
    for product, prompt, completion in zip(products, prompts, completions, strict=True):
        room = max_length - len(prompt)
        if room < MIN_COMPLETION_TOKENS:
            skipped.append(product.uid)
            continue
        description = product.content
        if len(completion) > room:
            description, kept = _shorten(product.content, completion, room, template, tokenizer)
            shortened, dropped = shortened + 1, dropped + len(completion) - len(kept)
            completion = kept  # noqa: PLW2901 - the shortened one takes its place
        described += len(description.strip().encode())
        rows.append(prompt + completion)
        prompt_lengths.append(len(prompt))
        uids.append(product.uid)
    if not rows:
        raise DataError(
            f"none of {len(products)} products fits into max_length = {max_length} tokens",
            code="nothing-fits",
            hint="Raise training.max_length.",
        )
    return Examples(
        ids=np.fromiter((token for row in rows for token in row), dtype=np.int32),
        offsets=np.cumsum([0, *map(len, rows)], dtype=np.int64),
        prompt_lengths=np.array(prompt_lengths, dtype=np.int32),
        uids=tuple(uids),
        description_bytes=described,
        shortened=shortened,
        dropped_tokens=dropped,
        skipped=tuple(skipped),
    )


def list_taken_texts(
    products: Sequence[Product],
    template: PromptTemplate,
    tokenizer: Tokenizer,
    *,
    questions: Sequence[str],
    max_length: int,
) -> list[str | None]:
    """What `tokenise_products` takes of each description: all of it, its beginning, or nothing."""
    prompts = template.encode_prompts(tokenizer, questions)
    completions = template.encode_completions(tokenizer, [product.content for product in products])
    texts: list[str | None] = []
    for product, prompt, completion in zip(products, prompts, completions, strict=True):
        room = max_length - len(prompt)
        if room < MIN_COMPLETION_TOKENS:
            texts.append(None)
        elif len(completion) <= room:
            texts.append(product.content)
        else:
            texts.append(_shorten(product.content, completion, room, template, tokenizer)[0])
    return texts


def _ground(
    product: Product, question: str, room: int, template: PromptTemplate, tokenizer: Tokenizer
) -> list[int] | None:
    """The prompt with the product's record; nothing when it does not fit, for what is cut off would be invented."""
    record = [(product.title, product.content)]
    (prompt,) = template.encode_grounded_prompts(tokenizer, [question], record)
    (whole,) = template.encode_grounded_prompts(tokenizer, [question], record, max_record_tokens=sys.maxsize)
    return prompt if len(prompt) == len(whole) <= room else None


def _shorten(
    text: str, completion: list[int], room: int, template: PromptTemplate, tokenizer: Tokenizer
) -> tuple[str, list[int]]:
    """The longest beginning that fits, and its tokens with `<eos>`; whole sentences if one ends in its second half."""
    keep_chars = len(text) * (room - 1) // len(completion)
    while True:
        beginning = text[:keep_chars]
        sentence_end = max(beginning.rfind(mark) for mark in (". ", "! ", "? "))
        if sentence_end > keep_chars // 2:
            beginning = beginning[: sentence_end + 1]
        (shorter,) = template.encode_completions(tokenizer, [beginning])
        if len(shorter) <= room:
            return beginning, shorter
        if keep_chars <= 1:
            return beginning, [*shorter[: room - 1], shorter[-1]]
        keep_chars = keep_chars * 9 // 10


def pack_examples(lengths: Sequence[int] | np.ndarray, max_length: int, seed: int) -> list[list[int]]:
    """Distribute examples over rows of at most `max_length` tokens, none split.

    The examples are shuffled. Each row then begins with the first example that waits, and takes of the next
    `PACKING_WINDOW - 1` those that together fill it best, the earlier ones where several choices fill it alike.

    So the order stays that of the shuffle, with a bounded shift: an example comes at most `PACKING_WINDOW` examples
    before its turn, and at most as many rows after it, because each row takes the one that has waited longest. Where
    rows hold a few examples, most find their row within the next dozen. The order depends on the seed alone.

    Args:
        lengths: tokens of each example, none above `max_length`.
        max_length: most tokens of a row.
        seed: of the shuffle.

    Returns:
        For each row the indexes of its examples.

    Example:
        >>> sorted(map(sorted, pack_examples([5, 3, 4, 2], max_length=7, seed=0)))
        [[0, 3], [1, 2]]
    """
    order = np.random.default_rng(seed).permutation(len(lengths)).tolist()
    sizes = np.asarray(lengths).tolist()
    waiting, following = order[:PACKING_WINDOW], len(order[:PACKING_WINDOW])
    rows: list[list[int]] = []
    while waiting:
        chosen = _fill_row([sizes[index] for index in waiting], max_length)
        rows.append([waiting[place] for place in chosen])
        for place in reversed(chosen):
            del waiting[place]
        waiting += order[following : following + len(chosen)]
        following += len(chosen)
    return rows


def _fill_row(sizes: Sequence[int], room: int) -> list[int]:
    """Places of a set of sizes that holds the first one and fills the room best, ascending.

    Subset sums as bits of a number: bit t of `sums[n]` says that some of the n sizes after the first add up to t.

    Example:
        >>> _fill_row([5, 4, 1, 2, 3], room=10)
        [0, 1, 2]
    """
    rest = room - sizes[0]
    within = (1 << (rest + 1)) - 1
    sums = [1]
    for size in sizes[1:]:
        if sums[-1] >> rest & 1:
            break  # full to the last token; later ones need not be tried
        sums.append((sums[-1] | sums[-1] << size) & within)
    total = sums[-1].bit_length() - 1
    chosen = []
    for place in range(len(sums) - 1, 0, -1):
        if not sums[place - 1] >> total & 1:  # out of reach without this one
            chosen.append(place)
            total -= sizes[place]
    return [0, *reversed(chosen)]


class PackedRows(Dataset[dict[str, torch.Tensor]]):
    """Packed rows of one or several epochs, in the order in which they are trained on.

    Each item holds `input_ids`, `labels` and `position_ids`, int64, shape (row length,).
    """

    def __init__(self, epochs: Sequence[Examples], max_length: int, seed: int) -> None:
        self.epochs = epochs
        self.max_length = max_length
        self.rows = [
            (epoch, row)
            for epoch, examples in enumerate(epochs)
            for row in pack_examples(examples.lengths, max_length, seed + epoch)
        ]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        epoch, row = self.rows[index]
        examples = self.epochs[epoch]
        parts = [examples.ids[examples.offsets[i] : examples.offsets[i + 1]] for i in row]
        input_ids = torch.from_numpy(np.concatenate(parts).astype(np.int64))
        labels = input_ids.clone()
        start = 0
        for i, part in zip(row, parts, strict=True):
            labels[start : start + int(examples.prompt_lengths[i])] = IGNORED
            start += len(part)
        position_ids = torch.cat([torch.arange(len(part)) for part in parts])
        return {"input_ids": input_ids, "labels": labels, "position_ids": position_ids}

    @property
    def tokens(self) -> int:
        """Content tokens in all rows, prompts included."""
        return sum(len(examples.ids) for examples in self.epochs)

    def count_computed(self, batch_size: int) -> int:
        """Tokens that are computed in batches of so many rows, each padded to its longest row."""
        lengths = [int(self.epochs[epoch].lengths[row].sum()) for epoch, row in self.rows]
        batches = [lengths[start : start + batch_size] for start in range(0, len(lengths), batch_size)]
        return sum(max(batch) * len(batch) for batch in batches)

    @property
    def description_bytes(self) -> int:
        """UTF-8 bytes of all descriptions in all rows, as far as they were kept."""
        return sum(examples.description_bytes for examples in self.epochs)

    @property
    def efficiency(self) -> float:
        """Share of the rows' room that holds content, 0–1."""
        return self.tokens / (len(self.rows) * self.max_length)

    @property
    def shortened(self) -> int:
        """Products whose description was cut to fit in at least one epoch."""
        return max(examples.shortened for examples in self.epochs)

    @property
    def skipped(self) -> set[str]:
        """Products that are in no row of some epoch because their question alone fills it."""
        return {uid for examples in self.epochs for uid in examples.skipped}


class FilledRows(Dataset[dict[str, torch.Tensor]]):
    """Rows whose number is a multiple: rows of nothing, one token without a label, come after the last.

    Several processes take a batch each in turn, and the last ones would go without.
    """

    def __init__(self, rows: PackedRows, multiple: int) -> None:
        self.rows = rows
        self.count = -(-len(rows) // multiple) * multiple

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        if index < len(self.rows):
            return self.rows[index]
        first = self.rows[0]["input_ids"][:1]
        return {"input_ids": first, "labels": torch.full_like(first, IGNORED), "position_ids": torch.zeros_like(first)}


def collate_rows(
    rows: Sequence[dict[str, torch.Tensor]], pad_token_id: int, width: int | None = None
) -> dict[str, torch.Tensor]:
    """Stack rows to shape (rows, width); the tail of a shorter row is a block of its own without labels.

    Args:
        rows: of any lengths.
        pad_token_id: what stands in a tail.
        width: none is longer; the longest row's when empty.
    """
    longest = width or max(len(row["input_ids"]) for row in rows)
    batch: dict[str, torch.Tensor] = {}
    for key, filler in (("input_ids", pad_token_id), ("labels", IGNORED), ("position_ids", 0)):
        padded = torch.full((len(rows), longest), filler, dtype=torch.int64)
        for target, row in zip(padded, rows, strict=True):
            used = len(row[key])
            target[:used] = row[key]
            if key == "position_ids":
                target[used:] = torch.arange(longest - used)
        batch[key] = padded
    return batch


def find_ends(labels: torch.Tensor) -> torch.Tensor:
    """Where a label is followed by none: the `<eos>` of each example. Shape (B, T), boolean.

    Example:
        >>> find_ends(torch.tensor([[-100, 7, 2, -100, 8, 2]]))
        tensor([[False, False,  True, False, False,  True]])
    """
    following = torch.full_like(labels, IGNORED)
    following[:, :-1] = labels[:, 1:]
    return (labels != IGNORED) & (following == IGNORED)


def iterate_batches(rows: PackedRows, batch_size: int, pad_token_id: int) -> Iterator[dict[str, torch.Tensor]]:
    """Batches in order, the last one as short as it comes."""
    for start in range(0, len(rows), batch_size):
        items = [rows[index] for index in range(start, min(start + batch_size, len(rows)))]
        yield collate_rows(items, pad_token_id)
