"""Figures of a server as Prometheus reads them. Labels come from fixed lists, never from a request."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """Counters, gauges and histograms of one server."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.requests = Counter(
            "catalora_requests", "Requests answered; 499 is a client that left.", ["path", "status"], registry=registry
        )
        self.seconds = Histogram(
            "catalora_request_seconds", "From request to last byte.", ["path"], buckets=SECONDS, registry=registry
        )
        self.first_token = Histogram(
            "catalora_first_token_seconds", "From request to first token.", buckets=SECONDS, registry=registry
        )
        self.tokens = Counter("catalora_tokens", "Tokens read and written.", ["model", "kind"], registry=registry)
        self.waiting = Gauge("catalora_waiting_requests", "Requests in the queue.", registry=registry)
        self.lanes = Gauge("catalora_running_requests", "Requests being answered now.", registry=registry)
        self.dropped = Counter("catalora_dropped_requests", "Given up before their end.", registry=registry)
        self.ready = Gauge("catalora_ready", "1 when the model is loaded.", registry=registry)

    def render(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)
