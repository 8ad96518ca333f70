"""What a server's /metrics say."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.clients import Server


class Metrics(dict[tuple[str, tuple[str, ...]], float]):
    """Samples by name and the values of their labels."""

    def of(self, name: str, *labels: str) -> float:
        return self.get((name, tuple(sorted(labels))), 0)

    def connections(self) -> dict[tuple[str, ...], float]:
        return {labels: value for (name, labels), value in self.items() if name == "kefu_connections"}

    def since(self, before: "Metrics", name: str, *labels: str) -> float:
        return self.of(name, *labels) - before.of(name, *labels)


def metrics(server: Server) -> Metrics:
    text = httpx.get(server.url("127.0.0.1", "/metrics"), timeout=10).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return Metrics({(one.name, tuple(sorted(one.labels.values()))): one.value for one in samples})
