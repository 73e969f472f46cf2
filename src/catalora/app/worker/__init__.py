"""One process beside the web server that holds models and answers for all pages, one request after another.

    page → client.ModelWorker.call → a line of JSON → process.main → lines of JSON back, each with its request's id

The web server's process therefore never imports torch, never holds two people's answers on one model at once, and
gives back all memory when nobody has asked for a while: the process ends.
"""

from catalora.app.worker.client import ModelWorker

__all__ = ["ModelWorker"]
