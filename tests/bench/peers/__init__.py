"""Other people's servers: three that install by name, and nginx, the limit for serving."""

from tests.bench.peers import bepasty, copyparty, fronted, nginx, pinnwand
from tests.bench.peers.peer import Peer, PeerMissing

BEPASTY, COPYPARTY, PINNWAND, NGINX = "bepasty", "copyparty", "pinnwand", "nginx"
# Ours, but it needs nginx: what is not there is left out.
FRONTED = "pastebin behind nginx"

PEERS: dict[str, Peer] = {
    BEPASTY: bepasty.PEER,
    COPYPARTY: copyparty.PEER,
    PINNWAND: pinnwand.PEER,
    NGINX: nginx.PEER,
    FRONTED: fronted.PEER,
}

__all__ = ["BEPASTY", "COPYPARTY", "FRONTED", "NGINX", "PEERS", "PINNWAND", "PeerMissing"]
