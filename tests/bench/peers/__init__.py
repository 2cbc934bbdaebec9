"""Other people's servers: three that install by name, and nginx, the limit for serving."""

from tests.bench.peers import bepasty, copyparty, nginx, pinnwand
from tests.bench.peers.peer import Peer, PeerMissing

BEPASTY, COPYPARTY, PINNWAND, NGINX = "bepasty", "copyparty", "pinnwand", "nginx"

PEERS: dict[str, Peer] = {
    BEPASTY: bepasty.PEER,
    COPYPARTY: copyparty.PEER,
    PINNWAND: pinnwand.PEER,
    NGINX: nginx.PEER,
}

__all__ = ["BEPASTY", "COPYPARTY", "NGINX", "PEERS", "PINNWAND", "PeerMissing"]
