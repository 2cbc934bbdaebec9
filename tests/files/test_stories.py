"""Any story of uploads, deletions, downloads, expiries and sweeps: what is served is what the rules say."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from sqlalchemy import select, update

from pastebin import create_app
from pastebin.extensions import now, reading, store, transaction
from pastebin.models import BlobRow, FileRow
from pastebin.services import accounts, fsck, keys, upkeep
from tests.conftest import PASSWORD, bearer
from tests.forms import upload

# The first two begin with the same eight digits of SHA-256.
CONTENTS = [b"content 36680", b"content 28149", b"", b"hello\n"]
OWNERS = ["nobody", "ann", "bob"]


@dataclass
class Known:
    """A file as its uploader knows it."""

    content: bytes
    owner: str
    uuid: str
    query: str
    token: str
    is_private: bool
    left: int | None
    can_expire: bool


class Story(RuleBasedStateMachine):
    template: Path

    files = Bundle("files")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.template, self.folder / "instance")
        self.app = create_app(self.folder / "instance", ADDRESS_LENGTH=8, RATE_LIMITS=False)
        self.client = self.app.test_client()
        self.live: dict[str, Known] = {}
        self.addresses: dict[bytes, str] = {}
        self.headers: dict[str, dict[str, str]] = {"nobody": {}}
        with self.app.app_context():
            for name in OWNERS[1:]:
                secret = keys.issue(accounts.create(name, PASSWORD)).secret
                assert secret
                self.headers[name] = bearer(secret)

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(
        target=files,
        content=st.sampled_from(CONTENTS),
        owner=st.sampled_from(OWNERS),
        fields=st.fixed_dictionaries(
            {},
            optional={
                "private": st.just("1"),
                "limit": st.sampled_from(["1", "2"]),
                "expire": st.just("30min"),
            },
        ),
    )
    def upload(self, content: bytes, owner: str, fields: dict[str, str]) -> Known:
        told = upload(self.client, content, "x.txt", headers=self.headers[owner], **fields)
        limit = int(fields["limit"]) if "limit" in fields else None
        known = Known(
            content=content,
            owner=owner,
            uuid=told["uuid"],
            query="".join(told["url"].partition("?")[1:]),
            token=told["deletion_url"].rpartition("/")[2],
            is_private="private" in fields,
            left=limit,
            can_expire="expire" in fields,
        )
        self.live[known.uuid] = known
        if not (known.is_private or limit):
            assert self.addresses.setdefault(content, told["hash"]) == told["hash"]
        return known

    @rule(file=consumes(files))
    def delete_by_token(self, file: Known) -> None:
        answer = self.client.delete(f"/{file.uuid}", headers={"X-Delete-Token": file.token})

        assert answer.status_code == (204 if self.live.pop(file.uuid, None) else 404)

    @rule(file=files, who=st.sampled_from(OWNERS))
    def delete_as(self, file: Known, who: str) -> None:
        answer = self.client.delete(f"/{file.uuid}", headers=self.headers[who])

        if who == "nobody":
            assert answer.status_code == 401
        elif file.uuid in self.live and who == file.owner:
            assert answer.status_code == 204
            del self.live[file.uuid]
        else:
            assert answer.status_code == 404

    @rule(content=st.sampled_from(CONTENTS), who=st.sampled_from(OWNERS[1:]))
    def delete_by_hash(self, content: bytes, who: str) -> None:
        mine = [file for file in self.live.values() if file.content == content and file.owner == who]
        answer = self.client.delete(f"/{hashlib.sha256(content).hexdigest()}", headers=self.headers[who])

        assert answer.status_code == {0: 404, 1: 204}.get(len(mine), 409)
        if len(mine) == 1:
            del self.live[mine[0].uuid]

    @rule(file=files)
    def expire(self, file: Known) -> None:
        if file.can_expire and self.live.pop(file.uuid, None):
            with self.app.app_context(), transaction() as connection:
                due = update(FileRow).where(FileRow.id == file.uuid)
                connection.execute(due.values(expires_at=now() - timedelta(milliseconds=1)))

    @rule(file=files, who=st.sampled_from(OWNERS))
    def download(self, file: Known, who: str) -> None:
        answer = self.client.get(f"/{file.uuid}{file.query}", headers=self.headers[who])

        if file.uuid not in self.live:
            assert answer.status_code == 404
            return
        assert (answer.status_code, answer.data) == (200, file.content)
        is_owner = who == file.owner != "nobody"
        if file.left is not None and not is_owner:
            file.left -= 1
            if not file.left:
                del self.live[file.uuid]

    @rule()
    def sweep(self) -> None:
        with self.app.app_context():
            upkeep.sweep()
            named = {hashlib.sha256(file.content).hexdigest() for file in self.live.values()}
            with reading() as connection:
                rows = set(connection.execute(select(BlobRow.digest)).scalars())
            assert {digest for digest, _age in store.listing(0, 1)} == rows == named

    @invariant()
    def a_hash_is_served_while_a_public_file_names_its_content(self) -> None:
        public = {file.content for file in self.live.values() if not file.is_private and file.left is None}
        for content, address in self.addresses.items():
            for reference in (address, hashlib.sha256(content).hexdigest()):
                answer = self.client.get(f"/{reference}")
                assert (answer.status_code, answer.data == content) == (
                    (200, True) if content in public else (404, False)
                )

    @invariant()
    def records_and_bytes_fit_each_other(self) -> None:
        with self.app.app_context():
            assert fsck.check(deep=True).faults == []


def test_any_story_keeps_the_rules(migrated_instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Story, "template", migrated_instance, raising=False)
    case = Story.TestCase()
    case.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)
    case.runTest()
