"""Every route, asked by everybody: who is let in and who is not.

The rows are the URL map's: a route without one fails, and so does a row
without a route. Each request is asked of a file of ann's that was uploaded
for it, with credentials that were made for it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from pastebin.access.gate import Rule
from pastebin.blueprints.api import openapi
from pastebin.errors import UserNotFound
from pastebin.extensions import now, transaction
from pastebin.models import UserRow
from pastebin.services import accounts, keys, switches, takedowns, tickets
from pastebin.services.actor import Scope, User
from pastebin.services.switches import Switch
from pastebin.services.tickets import Purpose
from tests import hushing
from tests.browsing import log_in
from tests.conftest import PASSWORD, bearer
from tests.forms import upload

# In this order: nobody, a wrong key, ann's key without the scope, ann's key, ann, bob, staff, staff's key.
TABLE = """
GET /register                                          200 401 302 302 302 302 302 302
POST /register                                         303 401 409 409 409 409 409 409
GET /login                                             200 401 302 302 302 302 302 302
POST /login                                            303 401 303 303 303 303 303 303
POST /logout                                           303 401 303 303 303 303 303 303
GET /account                                           303 401 403 403 200 200 200 403
POST /account                                          303 401 403 403 200 200 200 403
GET /account/delete                                    303 401 403 403 200 200 200 403
POST /account/delete                                   303 401 403 403 200 200 200 403
POST /account/email                                    303 401 403 403 200 200 200 403
POST /account/verification                             303 401 403 403 200 200 200 403
GET /verify/{ticket}                                   200 401 200 200 200 200 200 200
POST /verify/{ticket}                                  200 401 200 200 200 200 200 200
GET /forgot                                            200 401 200 200 200 200 200 200
POST /forgot                                           200 401 200 200 200 200 200 200
GET /reset/{ticket}                                    200 401 200 200 200 200 200 200
POST /reset/{ticket}                                   303 401 303 303 303 303 303 303
GET /view/{address}                                    200 401 200 200 200 200 200 200
POST /view/{uuid}                                      303 401 403 403 303 404 404 403
GET /view/{reference}/image                            400 401 400 400 400 400 400 400
GET /view/{reference}/image.{extension}                400 401 400 400 400 400 400 400
GET /upload                                            200 401 200 200 200 200 200 200
GET /                                                  200 401 200 200 200 200 200 200
GET /limits                                            200 401 200 200 200 200 200 200
GET /privacy                                           200 401 200 200 200 200 200 200
GET /files                                             303 401 403 403 200 200 200 403
POST /files/delete                                     303 401 403 403 200 404 404 403
GET /files/{uuid}                                      303 401 403 403 200 404 404 403
POST /files/{uuid}                                     303 401 403 403 200 404 404 403
POST /files/{uuid}/delete                              303 401 403 403 200 404 404 403
GET /admin                                             303 401 403 403 403 403 200 403
POST /admin/switches/{number}                          303 401 403 403 403 403 303 403
GET /admin/health                                      303 401 403 403 403 403 200 403
GET /admin/settings                                    303 401 403 403 403 403 200 403
GET /admin/audit                                       303 401 403 403 403 403 200 403
GET /admin/users                                       303 401 403 403 403 403 200 403
GET /admin/users/new                                   303 401 403 403 403 403 200 403
POST /admin/users/new                                  303 401 403 403 403 403 303 403
POST /admin/users/{uid}/password                       303 401 403 403 403 403 303 403
POST /admin/users/{uid}/email                          303 401 403 403 403 403 303 403
GET /admin/users/{uid}/delete                          303 401 403 403 403 403 200 403
POST /admin/users/{uid}/delete                         303 401 403 403 403 403 200 403
GET /admin/users/{uid}                                 303 401 403 403 403 403 200 403
POST /admin/users/{uid}                                303 401 403 403 403 403 303 403
POST /admin/users/{uid}/bound                          303 401 403 403 403 403 303 403
GET /admin/files                                       303 401 403 403 403 403 200 403
POST /admin/files/delete                               303 401 403 403 403 403 200 403
GET /admin/files/{uuid}                                303 401 403 403 403 403 200 403
POST /admin/files/{uuid}                               303 401 403 403 403 403 200 403
POST /admin/files/{uuid}/delete                        303 401 403 403 403 403 200 403
GET /admin/encrypted                                   303 401 403 403 403 403 200 403
GET /admin/encrypted/{fileid}                          303 401 403 403 403 403 200 403
POST /admin/encrypted/{fileid}/delete                  303 401 403 403 403 403 200 403
GET /api/encrypted                                     401 401 403 403 403 403 200 200
DELETE /api/encrypted/{fileid}                         401 401 403 403 403 403 200 200
GET /admin/takedowns                                   303 401 403 403 403 403 200 403
POST /admin/takedowns                                  303 401 403 403 403 403 200 403
POST /admin/takedowns/{digest}/lift                    303 401 403 403 403 403 303 403
GET /delete/{uuid}/{token}                             200 401 200 200 200 200 200 200
POST /delete/{uuid}/{token}                            200 401 200 200 200 200 200 200
GET /healthz                                           200 401 200 200 200 200 200 200
GET /readyz                                            200 401 200 200 200 200 200 200
GET /api                                               200 401 200 200 200 200 200 200
GET /api/reference                                     200 401 200 200 200 200 200 200
GET /api/reference/{section}                           200 401 200 200 200 200 200 200
GET /api/openapi.json                                  200 401 200 200 200 200 200 200
GET /api/clients/{name}                                200 401 200 200 200 200 200 200
POST /api/upload                                       201 401 403 201 201 201 201 201
GET /api/files                                         401 401 403 403 403 403 200 200
GET /api/users/{uid}/files                             401 401 403 403 403 403 200 200
GET /api/users/me/files                                401 401 403 200 200 200 200 200
GET /api/users/me/export                               401 401 403 200 200 200 200 200
GET /api/files/{file_id}                               401 401 403 403 403 403 200 200
GET /api/users/{uid}/files/{file_id}                   401 401 403 403 403 403 200 200
GET /api/users/me/files/{file_id}                      401 401 403 200 200 404 404 404
PUT /api/users/{uid}/files/{file_id}/name              401 401 403 403 403 403 200 200
PUT /api/users/me/files/{file_id}/name                 401 401 403 200 200 404 404 404
DELETE /api/users/{uid}/files/{file_id}/name           401 401 403 403 403 403 200 200
DELETE /api/users/me/files/{file_id}/name              401 401 403 200 200 404 404 404
PUT /api/users/{uid}/files/{file_id}/extension         401 401 403 403 403 403 200 200
PUT /api/users/me/files/{file_id}/extension            401 401 403 200 200 404 404 404
PATCH /api/users/me/files/{file_id}                    401 401 403 200 200 404 404 404
DELETE /api/users/{uid}/files/{file_id}                401 401 403 403 403 403 200 200
DELETE /api/users/me/files/{file_id}                   401 401 403 200 200 404 404 404
DELETE /api/users/{uid}/files                          401 401 403 403 403 403 200 200
DELETE /api/users/me/files                             401 401 403 200 200 404 404 404
DELETE /api/files                                      401 401 403 403 403 403 200 200
DELETE /api/users/{uid}/files/all                      401 401 403 403 403 403 200 403
DELETE /api/users/me/files/all                         401 401 403 403 200 200 200 403
POST /api/login                                        200 401 200 200 200 200 200 200
POST /api/refresh                                      401 401 403 403 200 200 200 403
POST /api/logout                                       401 401 403 403 200 200 200 403
GET /api/users/me                                      401 401 200 200 200 200 200 200
DELETE /api/users/me                                   401 401 403 403 200 200 200 403
GET /api/killswitches                                  401 401 403 403 403 403 200 403
PUT /api/killswitches/{number}                         401 401 403 403 403 403 200 403
DELETE /api/killswitches/{number}                      401 401 403 403 403 403 200 403
GET /api/takedowns                                     401 401 403 403 403 403 200 200
POST /api/takedowns                                    401 401 403 403 403 403 201 201
DELETE /api/takedowns/{digest}                         401 401 403 403 403 403 200 200
POST /api/keys                                         401 401 403 403 201 201 201 403
GET /api/keys                                          401 401 403 403 200 200 200 403
DELETE /api/keys/{key_id}                              401 401 403 403 200 404 404 403
DELETE /api/keys                                       401 401 403 403 200 200 200 403
GET /keys                                              303 401 403 403 200 200 200 403
POST /keys                                             303 401 403 403 201 201 201 403
POST /keys/{key_id}/invalidate                         303 401 403 403 303 404 404 403
POST /keys/invalidate                                  303 401 403 403 303 303 303 403
GET /api/list                                          401 401 403 200 200 200 200 200
GET /api/images/{file_id}                              401 401 403 200 200 404 404 404
DELETE /api/delete/{file_id}                           401 401 403 200 200 404 404 404
POST /api/privacy/{file_id}                            401 401 403 200 200 404 404 404
GET /api/proxy/{file_id}                               401 401 403 200 200 404 404 404
POST /api/file                                         200 200 200 200 200 200 200 200
PUT /api/file/{fileid}/metadata                        200 200 200 200 200 200 200 200
PUT /api/file/{fileid}/{index}                         200 200 200 200 200 200 200 200
POST /api/file/{fileid}/finishupload                   200 200 200 200 200 200 200 200
GET /api/file/{fileid}/exists                          200 200 200 200 200 200 200 200
GET /api/file/{fileid}/info                            200 200 200 200 200 200 200 200
GET /api/file/{fileid}/metadata                        200 200 200 200 200 200 200 200
GET /api/file/{fileid}/{index}                         200 200 200 200 200 200 200 200
DELETE /api/file/{fileid}                              200 200 200 200 200 200 200 200
GET /api/serverinfo                                    200 200 200 200 200 200 200 200
GET /{segment}/{name}                                  200 401 200 200 200 200 200 200
GET /{segment}/                                        200 401 200 200 200 200 200 200
GET /{segment}                                         200 401 200 200 200 200 200 200
GET /{segment}/md5                                     200 401 200 200 200 200 200 200
GET /{segment}/thumb                                   400 401 400 400 400 400 400 400
POST /upload                                           303 401 403 303 303 303 303 303
POST /                                                 303 401 403 200 303 303 303 200
PUT /{name}                                            201 401 403 201 201 201 201 201
PUT /                                                  201 401 403 201 201 201 201 201
DELETE /{segment}/                                     401 401 403 204 204 404 404 404
DELETE /{segment}                                      401 401 403 204 204 404 404 404
"""

ROWS = {
    f"{method} {path}": [int(status) for status in statuses]
    for method, path, *statuses in map(str.split, TABLE.strip().splitlines())
}

_JSON: dict[str, dict[str, object]] = {
    "POST /api/login": {"username": "ann", "password": PASSWORD},
    "PUT /api/users/me/files/{file_id}/name": {"name": "x"},
    "PUT /api/users/{uid}/files/{file_id}/name": {"name": "x"},
    "PUT /api/users/me/files/{file_id}/extension": {"extension": "md"},
    "PUT /api/users/{uid}/files/{file_id}/extension": {"extension": "md"},
    "PATCH /api/users/me/files/{file_id}": {"name": "x"},
    "POST /api/privacy/{file_id}": {"isPrivate": True},
    "POST /api/takedowns": {"digest": "ab" * 32, "reason": "x"},
    "DELETE /api/users/me/files/all": {"password": PASSWORD},
    "DELETE /api/users/me": {"password": PASSWORD},
    "DELETE /api/users/{uid}/files/all": {"password": PASSWORD},
}
_FORMS: dict[str, dict[str, str]] = {
    "POST /login": {"username": "ann", "password": PASSWORD},
    "POST /register": {"username": "new", "password": PASSWORD, "password_again": PASSWORD},
    "POST /account": {"old_password": PASSWORD, "new_password": PASSWORD, "new_password_again": PASSWORD},
    "POST /account/delete": {"password": PASSWORD},
    "POST /view/{uuid}": {"name": "x", "filename": "x.txt", "extension": "txt", "private": "0"},
    "POST /files/{uuid}": {"name": "x", "filename": "x.txt", "extension": "txt", "private": "0"},
    "POST /admin/files/{uuid}": {"name": "x", "filename": "x.txt", "extension": "txt"},
    "POST /admin/users/{uid}": {"do": "enable"},
    "POST /admin/users/{uid}/bound": {"max_file_size": "1MiB"},
    "POST /admin/users/new": {"username": "new-by-staff"},
    "POST /admin/users/{uid}/email": {"email": "somebody@example.org"},
    "POST /admin/users/{uid}/delete": {"username": "ann"},
    "POST /admin/takedowns": {"digest": "ab" * 32, "reason": "x"},
    "POST /account/email": {"email": "somebody@example.org", "password": PASSWORD},
    "POST /forgot": {"account": "ann"},
    "POST /reset/{ticket}": {"new_password": PASSWORD, "new_password_again": PASSWORD},
    "POST /keys": {"name": "x", "scopes": "UPLOAD_FILE"},
}
_OF_IDS = ("DELETE /api/users/me/files", "DELETE /api/users/{uid}/files", "DELETE /api/files")
_UPLOADS = ("POST /", "POST /upload", "POST /api/upload")


@pytest.fixture
def app(make_app) -> Flask:
    return make_app(RATE_LIMITS=False, BASE_URL="http://localhost")


@dataclass(frozen=True)
class Asked:
    """A route with a method, and who may call it."""

    written: str
    method: str
    path: str
    rule: Rule


def routes(app: Flask) -> Iterator[Asked]:
    """Every route that has a gate, and is an endpoint."""
    for route in app.url_map.iter_rules():
        rule = getattr(app.view_functions[route.endpoint], "rule", None)
        if rule and not route.endpoint.endswith(".unknown"):
            for method in openapi.methods(route):
                path = openapi.path_of(route)
                yield Asked(f"{method} {path}", method, path, rule)


class World:
    """Ann, bob and staff, and what a request needs."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.nobody = app.test_client()

    def user(self, name: str, *, is_staff: bool = False) -> User:
        with self.app.app_context():
            try:
                return accounts.find(name)
            except UserNotFound:
                return accounts.create(name, PASSWORD, is_staff=is_staff)

    def key(self, name: str, *scopes: Scope) -> str:
        user = self.user(name, is_staff=name == "root")
        with self.app.app_context():
            return str(keys.issue(user, scopes=scopes or None).secret)

    def ticket(self, path: str) -> str:
        """Of a link that ann was sent."""
        purpose = Purpose.RESET if path.startswith("/reset/") else Purpose.VERIFY
        values = {"email": "ann@example.org", "email_verified_at": now()}
        with self.app.app_context(), transaction() as connection:
            ann = connection.execute(update(UserRow).where(UserRow.name == "ann").values(values).returning(UserRow.id))
            return tickets.issue(connection, purpose, ann.scalar_one(), "ann@example.org")[0]

    def everybody(self, rule: Rule) -> Iterator[tuple[FlaskClient, dict[str, str]]]:
        """Clients with their headers, in the order of the table."""
        yield self.app.test_client(), {}
        yield self.app.test_client(), bearer("pb_wrong")
        lacking = Scope.UPLOAD_FILE if rule.scope is not Scope.UPLOAD_FILE else Scope.FILE_READ
        yield self.app.test_client(), bearer(self.key("ann", lacking))
        yield self.app.test_client(), bearer(self.key("ann"))
        for name in ("ann", "bob", "root"):
            browser = log_in(self.app, self.user(name, is_staff=name == "root"))
            yield browser.client, browser.csrf
        yield self.app.test_client(), bearer(self.key("root", *Scope))

    def ask(self, asked: Asked, client: FlaskClient, headers: dict[str, str]) -> int:
        if asked.path.startswith("/api/file/"):
            return self.ask_about_encrypted(asked, client, headers)
        told = upload(self.nobody, headers=bearer(self.key("ann")))
        with self.app.app_context():
            key_id = keys.listing(self.user("ann").id)[0].id
            takedowns.make(None, "cd" * 32, "x")
        filled = {
            "segment": told["uuid"], "name": "paste.sh", "address": told["uuid"], "uuid": told["uuid"],
            "token": told["deletion_url"].rpartition("/")[2], "number": "5", "uid": self.user("ann").id,
            "reference": told["uuid"], "extension": "jpg", "section": "files",
            "file_id": told["id"], "key_id": key_id, "digest": "cd" * 32, "ticket": self.ticket(asked.path),
        }  # fmt: skip
        if "{fileid}" in asked.path:
            filled["fileid"] = hushing.upload(self.nobody, b"x").id
        body: dict[str, Any] = {}
        if asked.written in _JSON:
            body = {"json": _JSON[asked.written]}
        elif asked.written in _FORMS:
            body = {"data": _FORMS[asked.written]}
        elif asked.written in _OF_IDS:
            body = {"json": {"ids": [told["id"]]}}
        elif asked.written.endswith("/files/delete"):
            body = {"data": {"ids": [told["uuid"]]}}
        elif asked.written in _UPLOADS:
            body = {"data": {"file": (io.BytesIO(b"x"), "x.txt")}}
        answer = client.open(asked.path.format(**filled), method=asked.method, headers=headers, **body)
        with self.app.app_context():
            for switch in Switch:
                switches.turn(None, switch, is_on=False)
        return answer.status_code

    def ask_about_encrypted(self, asked: Asked, client: FlaskClient, headers: dict[str, str]) -> int:
        """Of a file that is finished where it is read or deleted, and else open."""
        if asked.method in ("GET", "DELETE"):
            hush = hushing.upload(self.nobody, b"x", deletepassword=PASSWORD)
        else:
            hush = hushing.begin(self.nobody)
            hush.put(0, b"x")
        path = asked.path.format(fileid=hush.id, index=0)
        passwords = {"uploadpassword": hush.password, "deletepassword": PASSWORD}
        body = {"uploadpassword": hush.password, "chunks": [0]}
        return client.open(path, method=asked.method, query_string=passwords, json=body, headers=headers).status_code


@pytest.mark.slow  # a world of its own for each route and each who may ask
def test_every_route_lets_in_whom_the_table_says(app):
    world = World(app)
    world.user("ann")
    found = {
        asked.written: [world.ask(asked, client, headers) for client, headers in world.everybody(asked.rule)]
        for asked in routes(app)
    }

    assert found == ROWS
