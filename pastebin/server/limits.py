"""How long the server waits, and how much it takes in, before it gives a client up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in bytes, rates in bytes a second (contract section 9)."""

    header_timeout: float = 15
    body_min_rate: int = 1024
    # The rate is looked at over this much waiting for the client; time in which we were busy does not count.
    body_window: float = 60
    # An answer of which the client has taken nothing for so long is given up.
    write_timeout: float = 60
    # The request line and all header fields together.
    head_size: int = 32 * 1024
    # What is left of a body after the answer: so much is read away to keep the connection, within so long.
    drain_size: int = 64 * 1024
    drain_seconds: float = 1
    # A client that is still sending must be able to read the answer before the connection goes.
    linger_seconds: float = 10
    linger_idle: float = 2
    # How long a thread itself waits for a client that was quick until now.
    patience: float = 0.01
