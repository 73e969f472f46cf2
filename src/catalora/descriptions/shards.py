"""The work of a long job in parts that outlive it: which rows belong to which shard, and which shards are done.

    OUT.parts/
      manifest.json        what is described by what; written last of the three, so that its presence means "begun"
      rows.parquet         position, uid, title, question, tokens of all usable rows
      removed.parquet      the rows that cannot be used, with the reason
      shard-000000.parquet the finished rows of a shard, whole or absent

Shards are cut from the rows sorted by length, the longest first: a batch then pads little, needs most memory at the
start, and the estimate of the time left only falls.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock
import polars as pl
from pydantic import BaseModel, ConfigDict

from catalora.engines.choice import EngineChoice
from catalora.engines.kinds import AUTO
from catalora.errors import StorageError, UsageError
from catalora.run import flush_to_disk, write_json

# To be raised when shards are cut or filled in another way: older parts then cannot be gone on with.
FORMAT = 1
MANIFEST = "manifest.json"


class Job(BaseModel):
    """What a set of shards is made from; going on with it needs all of this to be the same.

    Attributes:
        format: of the folder.
        run: name of the run.
        adapter_sha256: of its adapter.
        weights_hash: of its base model.
        input: name of the input file.
        input_sha256: of its bytes.
        settings: all that decides how an answer and its columns come out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    run: str
    adapter_sha256: str
    weights_hash: str
    input: str
    input_sha256: str
    settings: dict[str, Any]


class Manifest(BaseModel):
    """`manifest.json`.

    Attributes:
        job: what is described by what.
        rows: usable rows.
        batch_size: rows of a shard; kept, so that a second start cuts the same shards on a machine with other memory.
        engine: what answers and why it; kept, so that all rows of a job are answered by one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    job: Job
    rows: int
    batch_size: int
    engine: EngineChoice

    @property
    def shards(self) -> int:
        """How many there are."""
        return -(-self.rows // self.batch_size)


class Parts:
    """The folder of one job.

    Args:
        folder: `OUT.parts`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read_manifest(self) -> Manifest | None:
        """The manifest, or nothing when the job has not begun."""
        try:
            return Manifest.model_validate_json((self.folder / MANIFEST).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise UsageError(
                f"{self.folder}: is not a job that this version of catalora can go on with",
                code="describe-parts-unreadable",
                hint="Remove the folder to start anew, or name another file with -o.",
            ) from error

    def begin(self, manifest: Manifest, rows: pl.DataFrame, removed: pl.DataFrame) -> None:
        """Write down what is to be done."""
        _write_parquet(rows, self.folder / "rows.parquet")
        _write_parquet(removed, self.folder / "removed.parquet")
        write_json(self.folder / MANIFEST, manifest.model_dump())

    def read_rows(self) -> pl.DataFrame:
        """All usable rows in the order of work: longest first, those of one length as they stand in the input."""
        rows = pl.read_parquet(self.folder / "rows.parquet")
        return rows.sort("tokens", "position", descending=[True, False])

    def count_removed(self) -> int:
        """How many rows could not be used."""
        count: int = pl.scan_parquet(self.folder / "removed.parquet").select(pl.len()).collect().item()
        return count

    def has_shard(self, number: int) -> bool:
        """Whether a shard is finished."""
        return self._shard(number).exists()

    def write_shard(self, number: int, rows: pl.DataFrame) -> None:
        """Store a finished shard, whole or not at all."""
        _write_parquet(rows, self._shard(number))

    def scan_shards(self, manifest: Manifest) -> pl.LazyFrame:
        """All finished rows, in the order of the input."""
        return pl.scan_parquet([self._shard(number) for number in range(manifest.shards)]).sort("position")

    def scan_removed(self) -> pl.LazyFrame:
        """The rows that could not be used."""
        return pl.scan_parquet(self.folder / "removed.parquet")

    def remove(self) -> None:
        """Remove the folder when its result is in place; the manifest last, by which a second start would know it."""
        for path in self.folder.glob("*.parquet"):
            path.unlink()
        shutil.rmtree(self.folder)

    def _shard(self, number: int) -> Path:
        return self.folder / f"shard-{number:06}.parquet"


def name_parts(out: Path) -> Path:
    """The folder of the shards of an output: `shop.csv` → `shop.csv.parts`."""
    return out.with_name(f"{out.name}.parts")


@contextmanager
def hold_parts(folder: Path) -> Iterator[Parts]:
    """The folder, made when missing, held as its only worker.

    Raises:
        StorageError: another process works on it, or it cannot be written.
    """
    lock = folder.with_name(f"{folder.name}.lock")
    over = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(lock, timeout=0):
            try:
                yield Parts(folder)
            finally:
                # Not begun, or done: there is nothing to go on with.
                over = not (folder / MANIFEST).exists()
                if over:
                    shutil.rmtree(folder, ignore_errors=True)
    except filelock.Timeout as error:
        raise StorageError(
            f"{folder}: another process describes into it right now",
            code="describe-locked",
            hint="Wait until it ends, or name another file with -o.",
        ) from error
    except OSError as error:
        raise StorageError(
            f"{folder}: cannot be written ({error.strerror or error})",
            code="describe-not-writable",
            hint="Free some space or choose a writable place; finished shards are kept, and the same command goes on.",
        ) from error
    finally:
        if over:
            lock.unlink(missing_ok=True)


def require_same_job(found: Job, wanted: Job, folder: Path) -> None:
    """Refuse to go on with something else.

    Raises:
        UsageError: with what is different.
    """
    if found == wanted:
        return
    changed = [name for name in Job.model_fields if getattr(found, name) != getattr(wanted, name)]
    words = {
        "format": "catalora's version",
        "run": f"the run ({found.run!r}, now {wanted.run!r})",
        "adapter_sha256": "the run's adapter",
        "weights_hash": "the base model",
        "input": f"the input ({found.input!r}, now {wanted.input!r})",
        "input_sha256": "the content of the input",
        "settings": "the settings",
    }
    raise UsageError(
        f"{folder}: was begun with something else; changed: {', '.join(words[name] for name in changed)}",
        code="describe-other-job",
        hint="Go on with the same run, input and options; or remove the folder, or name another file with -o.",
        changed=changed,
    )


def require_same_engine(found: str, wanted: str, folder: Path) -> None:
    """Refuse to go on by another engine, which would round otherwise.

    Raises:
        UsageError: with both.
    """
    if wanted not in {AUTO, found}:
        raise UsageError(
            f"{folder}: was begun with the engine {found}, now {wanted} is asked for",
            code="describe-other-engine",
            hint="Leave --engine out to go on; or remove the folder, or name another file with -o.",
        )


def _write_parquet(rows: pl.DataFrame, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    rows.write_parquet(temporary)
    flush_to_disk(temporary)
    temporary.replace(path)
