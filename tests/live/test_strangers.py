"""What a stranger learns of content that is not public: nothing, by answers and headers."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.live.client import Answer, Caller, delete_token
from tests.running import Server

NEVER = "never"
CSRF_TOKEN = re.compile(r'(?<=name="csrf_token" value=")[^"]+')
# Ways in which content is not public though its bytes were here, or are.
HIDDEN = ["private", "owner-only", "limited", "expired", "deleted", "swept", "used-up"]
# These count time and one's own requests.
COUNTING = ("Date", "RateLimit-Remaining", "RateLimit-Reset")


@dataclass(frozen=True)
class Secret:
    """A content and the file that it was uploaded as, if it was."""

    digest: str
    uuid: str

    @property
    def words(self) -> dict[str, str]:
        """What an answer may repeat of the question."""
        return {self.digest: "DIGEST", self.digest[:16]: "HASH", self.uuid: "UUID"}


@pytest.fixture(scope="module")
def owner(shared: Server, owner_key: str) -> Iterator[Caller]:
    """Whose secrets they are."""
    with Caller(shared, owner_key) as caller:
        yield caller


@pytest.fixture(scope="module")
def secrets(shared: Server, owner: Caller) -> dict[str, Secret]:
    """One content of each kind, as its owner made it."""
    made = {kind: _make(owner, kind) for kind in HIDDEN if kind not in ("deleted", "swept", "expired")}
    gone = _make(owner, "deleted")
    shared.command("sweep")
    # Deleted, or expired, and not yet swept, beside deleted and swept.
    made |= {kind: _make(owner, kind) for kind in ("deleted", "expired")}
    time.sleep(1.2)
    never = hashlib.sha256(_spelled_with_a_letter(lambda: os.urandom(32))).hexdigest()
    return {**made, "swept": gone, NEVER: Secret(never, "123e4567-e89b-42d3-a456-426614174000")}


def _spelled_with_a_letter(make: Callable[[], bytes]) -> bytes:
    """A content whose address is another one in capitals: one in two thousand has digits alone."""
    while True:
        content = make()
        if not hashlib.sha256(content).hexdigest()[:16].isdecimal():
            return content


def _make(owner: Caller, kind: str) -> Secret:
    rules = {"private": {"private": "1"}, "owner-only": {"private": "owner"}, "limited": {"limit": "1"},
             "expired": {"expire": "1s"}, "used-up": {"limit": "1"}}  # fmt: skip
    content = _spelled_with_a_letter(lambda: os.urandom(3000))
    about = owner.upload(content, "secret.txt", **rules.get(kind, {}))
    if kind == "deleted":
        assert owner.ask("DELETE", f"/{about['uuid']}").status == 204
    return Secret(hashlib.sha256(content).hexdigest(), about["uuid"])


def seen(answer: Answer, secret: Secret) -> tuple[int, list[tuple[str, str]], str]:
    """An answer without what it repeats of the question, and without the time of day."""
    headers = [(name, _plain(text, secret)) for name, text in answer.headers if name not in COUNTING]
    return answer.status, headers, _plain(answer.body.decode("latin-1"), secret)


def _plain(text: str, secret: Secret) -> str:
    for word, name in secret.words.items():
        text = text.replace(word, name)
    return CSRF_TOKEN.sub("CSRF", text)


BY_HASH: dict[str, Callable[[Caller, Secret], Answer]] = {
    "hash": lambda caller, secret: caller.get(f"/{secret.digest[:16]}"),
    "long-hash": lambda caller, secret: caller.get(f"/{secret.digest[:40]}"),
    "digest": lambda caller, secret: caller.get(f"/{secret.digest}"),
    "capitals": lambda caller, secret: caller.get(f"/{secret.digest[:16].upper()}"),
    "extension": lambda caller, secret: caller.get(f"/{secret.digest[:16]}.txt"),
    "name": lambda caller, secret: caller.get(f"/{secret.digest[:16]}/secret.txt"),
    "head": lambda caller, secret: caller.ask("HEAD", f"/{secret.digest[:16]}"),
    "right-etag": lambda caller, secret: caller.get(f"/{secret.digest[:16]}", If_None_Match=f'"{secret.digest}"'),
    "any-etag": lambda caller, secret: caller.get(f"/{secret.digest[:16]}", If_None_Match="*"),
    "range": lambda caller, secret: caller.get(f"/{secret.digest[:16]}", Range="bytes=0-3"),
    "bad-range": lambda caller, secret: caller.get(f"/{secret.digest[:16]}", Range="bytes=9999999-"),
    "as-a-page": lambda caller, secret: caller.get(f"/{secret.digest[:16]}", Accept="text/html"),
    "view": lambda caller, secret: caller.get(f"/view/{secret.digest[:16]}", Accept="text/html"),
    "view-by-digest": lambda caller, secret: caller.get(f"/view/{secret.digest}"),
    "delete": lambda caller, secret: caller.ask("DELETE", f"/{secret.digest[:16]}"),
    "delete-with-a-token": lambda caller, secret: caller.ask(
        "DELETE", f"/{secret.digest[:16]}", headers={"X-Delete-Token": "AAAAAAAAAAAAAAAAAAAAAA"}
    ),
    "other-method": lambda caller, secret: caller.ask("POST", f"/{secret.digest[:16]}"),
}

BY_UUID: dict[str, Callable[[Caller, Secret], Answer]] = {
    "plain": lambda caller, secret: caller.get(f"/{secret.uuid}"),
    "extension": lambda caller, secret: caller.get(f"/{secret.uuid}.txt"),
    "name": lambda caller, secret: caller.get(f"/{secret.uuid}/secret.txt"),
    "head": lambda caller, secret: caller.ask("HEAD", f"/{secret.uuid}"),
    "right-etag": lambda caller, secret: caller.get(f"/{secret.uuid}", If_None_Match=f'"{secret.digest}"'),
    "range": lambda caller, secret: caller.get(f"/{secret.uuid}", Range="bytes=0-3"),
    "wrong-key": lambda caller, secret: caller.get(f"/{secret.uuid}?key=AAAAAAAAAAAAAAAAAAAAAA"),
    "nonsense-for-a-key": lambda caller, secret: caller.get(f"/{secret.uuid}?key=%ff%00***"),
    "empty-key": lambda caller, secret: caller.get(f"/{secret.uuid}?key="),
    "md5": lambda caller, secret: caller.get(f"/{secret.uuid}/md5"),
    "thumb": lambda caller, secret: caller.get(f"/{secret.uuid}/thumb"),
    "view": lambda caller, secret: caller.get(f"/view/{secret.uuid}", Accept="text/html"),
    "view-with-a-wrong-key": lambda caller, secret: caller.get(f"/view/{secret.uuid}?key=AAAA", Accept="text/html"),
    "manage": lambda caller, secret: caller.get(f"/files/{secret.uuid}"),
    "delete": lambda caller, secret: caller.ask("DELETE", f"/{secret.uuid}"),
    "delete-with-a-token": lambda caller, secret: caller.ask(
        "DELETE", f"/{secret.uuid}", headers={"X-Delete-Token": "AAAAAAAAAAAAAAAAAAAAAA"}
    ),
    "deletion-page": lambda caller, secret: caller.get(f"/delete/{secret.uuid}/AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.fixture(params=["nobody", "somebody-else"])
def stranger(shared: Server, other_key: str, request: pytest.FixtureRequest) -> Iterator[Caller]:
    """Whoever it is not for."""
    with Caller(shared, other_key if request.param == "somebody-else" else None) as caller:
        yield caller


@pytest.mark.parametrize("question", BY_HASH)
def test_by_hash_what_is_not_public_was_never_there(
    secrets: dict[str, Secret], stranger: Caller, question: str
) -> None:
    ask = BY_HASH[question]
    never = seen(ask(stranger, secrets[NEVER]), secrets[NEVER])

    assert never[0] in (301, 401, 404, 405)
    for kind in HIDDEN:
        assert seen(ask(stranger, secrets[kind]), secrets[kind]) == never, kind


@pytest.mark.parametrize("question", BY_UUID)
def test_by_uuid_what_is_private_or_gone_was_never_there(
    secrets: dict[str, Secret], stranger: Caller, question: str
) -> None:
    ask = BY_UUID[question]
    never = seen(ask(stranger, secrets[NEVER]), secrets[NEVER])

    assert never[0] in (303, 401, 403, 404)
    for kind in ("private", "owner-only", "expired", "deleted", "swept"):
        assert seen(ask(stranger, secrets[kind]), secrets[kind]) == never, kind


def test_what_is_used_up_is_gone_by_its_uuid_too(shared: Server, nobody: Caller, secrets: dict[str, Secret]) -> None:
    assert nobody.get(f"/{secrets['used-up'].uuid}").status == 200
    for ask in (BY_UUID["plain"], BY_UUID["head"], BY_UUID["view"], BY_UUID["deletion-page"]):
        used_up, never = (seen(ask(nobody, secrets[kind]), secrets[kind]) for kind in ("used-up", NEVER))
        assert used_up == never


# ---- uploading: the answer says nothing of who else has the same bytes

OWN = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16}|\d{4}-\d\d-\d\dT[\d:.]+Z"
    r"|(?<=/)[\w-]{22}(?![\w-])|(?<=key=)[\w-]+|(?<=\"privateKey\":\")[\w-]+"
)


def without_its_own(answer: Answer) -> tuple[int, list[tuple[str, str]], str]:
    """The answer to an upload without ids, digests, tokens and times."""
    headers = [(name, OWN.sub("OWN", text)) for name, text in answer.headers if name not in COUNTING]
    return answer.status, headers, OWN.sub("OWN", answer.body.decode())


@pytest.mark.parametrize("rules", [{}, {"private": "1"}, {"limit": "2"}, {"expire": "1h"}], ids=str)
@pytest.mark.parametrize("kind", ["private", "owner-only", "limited", "expiring", "public", "deleted"])
def test_an_upload_is_answered_as_if_its_content_were_new(
    shared: Server, stranger: Caller, owner: Caller, kind: str, rules: dict[str, str]
) -> None:
    theirs = {"private": {"private": "1"}, "owner-only": {"private": "owner"}, "limited": {"limit": "1"},
              "expiring": {"expire": "1h"}}  # fmt: skip
    known, new = os.urandom(3000), os.urandom(3000)
    before = owner.upload(known, "theirs.png", **theirs.get(kind, {}))
    if kind == "deleted":
        owner.ask("DELETE", f"/{before['uuid']}", headers={"X-Delete-Token": delete_token(before)})
    answers = [without_its_own(stranger.try_upload(content, "mine.dat", **rules)) for content in (known, new)]

    assert answers[0] == answers[1]
    assert answers[0][0] == 201
