"""Hashing passwords costs the server what it was meant to cost, however many ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask

from pastebin.errors import CredentialsInvalid, ServiceUnavailable
from pastebin.services import accounts
from pastebin.services.actor import nobody
from tests.conftest import PASSWORD


class SlowHasher(PasswordHasher):
    """A hasher that says how many are at it at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.now = self.most = 0
        self._lock = threading.Lock()

    def _slowly(self) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.1)
        with self._lock:
            self.now -= 1

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self._slowly()
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        self._slowly()
        return super().verify(hash, password)


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowHasher]:
    slow = SlowHasher()
    monkeypatch.setattr(accounts, "_hasher", slow)
    accounts._nobodys_hash.cache_clear()
    yield slow
    accounts._nobodys_hash.cache_clear()


def log_in_at_once(app: Flask, count: int) -> list[type[Exception]]:
    """What that many people with unknown names are told who log in at one moment."""
    told: list[type[Exception]] = []

    def log_in(number: int) -> None:
        with app.app_context():
            try:
                accounts.log_in(nobody(f"10.0.0.{number}"), f"nobody{number}", PASSWORD)
            except (CredentialsInvalid, ServiceUnavailable) as fault:
                told.append(type(fault))

    threads = [threading.Thread(target=log_in, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_at_most_two_hash_at_once_also_where_nobody_has_the_name(app, hasher):
    assert log_in_at_once(app, 6) == [CredentialsInvalid] * 6
    assert hasher.most == 2


def test_few_wait_for_the_hash_and_the_others_are_told_at_once(app, hasher):
    told = log_in_at_once(app, 30)

    assert told.count(CredentialsInvalid) >= 8
    assert told.count(ServiceUnavailable) >= 15
    assert hasher.most == 2
    assert log_in_at_once(app, 1) == [CredentialsInvalid]


def test_the_hash_for_unknown_names_costs_what_a_real_one_does():
    made, real = accounts._nobodys_hash(), accounts._hasher.hash(PASSWORD)

    assert extract_parameters(made) == extract_parameters(real)
    assert len(made) == len(real)
    assert not accounts._verify(made, PASSWORD)
