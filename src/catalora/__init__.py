"""catalora: tune an open language model on a product catalogue with LoRA, and see honestly what changed.

    import catalora
    catalora.prepare(["trn.json.gz"], out="data/amazon", settings={"data.max_samples": 3000})
    run = catalora.train(data="data/amazon", model="google/gemma-2b", preset="overnight")
    print(catalora.ask(run, "What is Mog's Kittens?").answers["tuned"].text)

The names below are resolved on first use: importing catalora never imports torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalora.config import Config, build_config
    from catalora.errors import CataloraError
    from catalora.pipeline import ask, compare, evaluate, index, prepare, train

__version__ = "0.1.0"
__all__ = [
    "CataloraError",
    "Config",
    "__version__",
    "ask",
    "build_config",
    "compare",
    "evaluate",
    "index",
    "prepare",
    "train",
]

_HOMES = {
    "CataloraError": "errors",
    "Config": "config",
    "build_config": "config",
    **dict.fromkeys(("prepare", "index", "train", "ask", "compare", "evaluate"), "pipeline"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'catalora' has no attribute {name!r}")
    return getattr(import_module(f"catalora.{_HOMES[name]}"), name)
