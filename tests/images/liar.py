"""A process for images that somebody has got hold of: what it answers is what stands in the image."""

import json
import os
import socket


def main() -> None:
    channel = socket.socket(fileno=0)
    while True:
        order, descriptors, _, _ = socket.recv_fds(channel, 1 << 16, 2)
        if not order:
            return
        answer = b"{}"
        if "recipe" in json.loads(order):
            source, into = descriptors
            answer = os.pread(source, 1 << 16, 0)
            os.write(into, b"<script>")
        channel.send(answer)


if __name__ == "__main__":
    main()
