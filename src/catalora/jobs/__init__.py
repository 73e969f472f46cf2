"""Jobs: runs that go on in a process of their own, whatever happens to the page or terminal that started them.

    launch → read_job, list_jobs, follow → stop → resume → delete

A job is a run folder and, while it works, a detached process that holds the folder's lock. There is no registry and no
server: everything here is read from the folders, so any front end can be closed, killed or started again at any time.
Nothing in this package but the worker imports torch, and the worker does so only after it has reported in.
"""

from catalora.jobs.control import delete, kill, stop
from catalora.jobs.events import follow, read_events_since, read_log
from catalora.jobs.group import train_together
from catalora.jobs.launching import launch, resume
from catalora.jobs.series import Curve, Series, read_series
from catalora.jobs.views import JobError, JobState, JobView, list_jobs, read_job

__all__ = [
    "Curve",
    "JobError",
    "JobState",
    "JobView",
    "Series",
    "delete",
    "follow",
    "kill",
    "launch",
    "list_jobs",
    "read_events_since",
    "read_job",
    "read_log",
    "read_series",
    "resume",
    "stop",
    "train_together",
]
