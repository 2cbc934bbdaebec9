"""The one way in which the benchmark gives up."""


class BenchmarkStopped(Exception):
    """Figures would be wrong or missing; the message is one sentence for people."""
