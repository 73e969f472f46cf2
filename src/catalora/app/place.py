"""Where the app's folders are, and the names that may stand in them.

A person in the browser chooses names, never paths: everything the app opens or writes lies in the two folders that
whoever started it named.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from catalora.catalog.prepared import is_prepared
from catalora.catalog.sample import SAMPLE_PATH
from catalora.errors import StorageError, UsageError
from catalora.run import check_run_name

DATA_DIR, RUNS_DIR = "CATALORA_DATA_DIR", "CATALORA_RUNS_DIR"
SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".parquet", ".json.gz", ".jsonl.gz", ".ndjson.gz", ".csv.gz")
UPLOADS = "uploads"
DEMO_DATA = "demo"


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one app."""

    data_dir: Path
    runs_dir: Path

    @classmethod
    def from_environment(cls) -> "Place":
        """The folders that `catalora app` was started with."""
        return cls(Path(os.environ.get(DATA_DIR) or "data"), Path(os.environ.get(RUNS_DIR) or "runs"))

    def dataset(self, name: str) -> Path:
        """Folder of a prepared data set.

        Raises:
            UsageError: the name could be a path, or is the folder of uploads.
        """
        if check_run_name(name) == UPLOADS:
            raise UsageError(
                f"the name {UPLOADS!r} is taken by the folder of uploaded files",
                code="bad-run-name",
                hint="Give another name, such as 'amazon-3000'.",
                run=name,
            )
        return self.data_dir / name

    def list_datasets(self) -> list[str]:
        """Names of the prepared data sets, the newest first."""
        if not self.data_dir.is_dir():
            return []
        folders = [path for path in self.data_dir.iterdir() if _is_name(path.name) and is_prepared(path)]
        return [path.name for path in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)]

    def list_sources(self) -> dict[str, Path]:
        """Catalogue files that may be prepared, by the name that is shown: the bundled one, uploads, files beside."""
        found = {"": SAMPLE_PATH}
        for folder in (self.data_dir / UPLOADS, self.data_dir):
            if folder.is_dir():
                paths = sorted(path for path in folder.iterdir() if path.name.lower().endswith(SUFFIXES))
                found |= {path.name: path for path in paths if path.is_file() and not path.is_symlink()}
        return found

    def save_upload(self, name: str, content: bytes) -> Path:
        """Keep an uploaded catalogue under a name of our own making.

        Args:
            name: as the browser sent it; only letters and digits of it are used.
            content: the file.

        Raises:
            UsageError: its ending names no format that can be read.
            StorageError: it cannot be written.
        """
        folder = self.data_dir / UPLOADS
        path = folder / name_upload(name, content)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StorageError(
                f"{folder}: the uploaded file cannot be written ({error.strerror})",
                code="target-not-writable",
                hint="Free some space, or start the app with another --data-dir.",
            ) from error
        return path


def name_upload(name: str, content: bytes) -> str:
    """A file name from what the browser sent, which may be anything.

    Example:
        >>> name_upload("../../Käse & Co.CSV", b"x")
        'k-se-co-2d711642.csv'

    Raises:
        UsageError: its ending names no format that can be read.
    """
    lower = name.lower()
    suffix = next((suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if lower.endswith(suffix)), None)
    if suffix is None:
        raise UsageError(
            f"the uploaded file is no catalogue by its ending; expected one of {', '.join(SUFFIXES)}",
            code="unknown-format",
            hint="Save it as JSON Lines, JSON, CSV or Parquet.",
        )
    base = lower.removesuffix(suffix).replace("\\", "/").rpartition("/")[2]
    stem = re.sub(r"[^a-z0-9]+", "-", base).strip("-")[:40] or "catalogue"
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:8]}{suffix}"


def _is_name(name: str) -> bool:
    try:
        return check_run_name(name) != UPLOADS
    except UsageError:
        return False
