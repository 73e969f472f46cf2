"""How long a run will take, told from earlier runs of the same model on this machine; nothing when there is none."""

from dataclasses import dataclass

from catalora import jobs
from catalora.app.place import Place
from catalora.config import Config
from catalora.record import load_config
from catalora.run import RunFolder

# Older runs may have been made on another machine or version; the newest few tell enough.
LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Estimate:
    """A duration projected from another run.

    Attributes:
        seconds: of training; evaluating, asking for samples and saving come on top.
        source: name of the run that it is projected from.
    """

    seconds: float
    source: str


def estimate_seconds(place: Place, config: Config, products: int) -> Estimate | None:
    """Tokens of the products and passes at the speed of the newest finished run of the same model.

    Args:
        place: the app's folders.
        config: of the run to be.
        products: training products that the data set has.
    """
    views = [view for view in jobs.list_jobs(place.runs_dir)[:LOOKED_AT] if view.state == "finished"]
    for view in views:
        run = RunFolder(view.path)
        facts = {event.kind: event.facts for event in jobs.read_series(run).events if event.kind in {"start", "end"}}
        tokens = float(facts.get("start", {}).get("tokens", 0))
        speed = float(facts.get("end", {}).get("tokens_per_second", 0))
        if view.model != config.model.name or not view.products or not tokens or not speed:
            continue
        tokens_per_product = tokens / (view.products * load_config(run).training.epochs)
        work = min(config.data.max_samples or products, products) * config.training.epochs
        return Estimate(tokens_per_product * work / speed, view.name)
    return None
