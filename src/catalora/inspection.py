"""Looking at a data set with a model's tokenizer before any run: what the model would see, and what would be cut."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalora.catalog import load_prepared, pick_products
from catalora.config import build_config
from catalora.progress import Progress, ignore_progress
from catalora.prompts import PromptTemplate

if TYPE_CHECKING:
    from catalora.training.fit import CatalogueFit
    from catalora.training.preview import ProductView

Settings = Mapping[str, object] | Sequence[str]


def preview(
    data: str | Path,
    *,
    uids: Sequence[str] = (),
    count: int = 1,
    model: str = "demo",
    settings: Settings = (),
    token: str | None = None,
) -> "list[ProductView]":
    """What a model sees of products of a data set: of those named, or of `count` training products at random."""
    from catalora.model.loading import load_tokenizer
    from catalora.training.preview import preview_products

    config, prepared = build_config(None, settings), load_prepared(Path(data))
    tokenizer = load_tokenizer(config.model.model_copy(update={"name": model}), token=token)
    length, seed = config.training.max_length, config.training.seed
    return preview_products(prepared, PromptTemplate(), tokenizer, uids=uids, count=count, max_length=length, seed=seed)


def measure_fit(
    data: str | Path,
    *,
    model: str = "demo",
    settings: Settings = (),
    token: str | None = None,
    progress: Progress = ignore_progress,
) -> "CatalogueFit":
    """Token lengths of a data set's training products, what each `max_length` does to them, and which to take."""
    from catalora.model.loading import load_tokenizer
    from catalora.training.fit import CANDIDATES, MEASURED_PRODUCTS, measure_lengths

    config, table = build_config(None, settings), load_prepared(Path(data)).table()
    tokenizer = load_tokenizer(config.model.model_copy(update={"name": model}), token=token)
    return measure_lengths(
        pick_products(table, "train", MEASURED_PRODUCTS, config.training.seed),
        PromptTemplate(),
        tokenizer,
        available=int((table["split"] == "train").sum()),
        seed=config.training.seed,
        candidates=(*CANDIDATES, config.training.max_length),
        progress=progress,
    )
