"""How long a run will take, told from earlier runs of the same model on this machine; nothing when there is none."""

from dataclasses import dataclass

from catalora import jobs
from catalora.app.place import Place
from catalora.config import Config
from catalora.pipeline import load_config
from catalora.run import RunFolder

# Older runs may have been made on another machine or version; the newest few tell enough.
LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Estimate:
    """A duration projected from another run.

    Attributes:
        seconds: of training, with evaluating and saving.
        source: name of the run that it is projected from.
    """

    seconds: float
    source: str


def estimate_seconds(place: Place, config: Config, products: int) -> Estimate | None:
    """Time per product and pass of the newest finished run of the same model, times products and passes.

    Args:
        place: the app's folders.
        config: of the run to be.
        products: training products that the data set has.
    """
    views = [view for view in jobs.list_jobs(place.runs_dir)[:LOOKED_AT] if view.state == "finished"]
    for view in views:
        run = RunFolder(view.path)
        earlier = load_config(run)
        ends = [event for event in jobs.read_series(run).events if event.kind == "end" and "seconds" in event.facts]
        # A resumed run's end tells of its last session alone.
        starts = sum(event.kind == "start" for event in jobs.read_series(run).events)
        if view.model != config.model.name or not ends or not view.products or starts != 1:
            continue
        work = min(config.data.max_samples or products, products) * config.training.epochs
        seconds = float(ends[-1].facts["seconds"]) / (view.products * earlier.training.epochs) * work
        return Estimate(seconds, view.name)
    return None
