"""An example of each field that the API takes or gives, by its name: what the documentation shows.

All of one upload of four bytes, "test", under the name `image.png`.
"""

import re
from typing import Any

HOST = "https://HOST"
"""Stands for the server's own address; whoever shows an example puts that in its place."""

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
HASH = DIGEST[:16]
UUID = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"
FILENAME = "image.png"
MOMENT = "2026-11-21T04:54:00.000Z"
KEY = "YOUR_KEY"
PASSWORD = "correct horse battery"  # noqa: S105 - nobody's
UPLOAD_PASSWORD = "UPLOADPASSWORD-UPLOADPASSWORD-UPLOADPASSWORD"  # noqa: S105 - nobody's

_OF_FIELDS: dict[str, Any] = {
    "base": f"{HOST}/", "hash": HASH, "Urls.hash": f"{HOST}/{HASH}", "ext": f"{HOST}/{HASH}.png",
    "full": f"{HOST}/{HASH}/{FILENAME}", "sha256": DIGEST, "digest": DIGEST, "id": f"{UUID}.png", "ApiKey.id": "7",
    "NewApiKey.id": "7", "Switch.id": 5, "EncryptedBegun.id": UUID, "uuid": UUID, "fileid": UUID,
    "filename": FILENAME, "name": "The harbour", "KeyWanted.name": "laptop", "ApiKey.name": "laptop",
    "NewApiKey.name": "laptop", "Switch.name": "FILE_CREATE", "extension": "png", "size": 4, "type": "image/png",
    "FilesQuery.type": "image", "q": "harbour", "sort": "-size", "uploadedAt": MOMENT, "createdAt": MOMENT,
    "updatedAt": MOMENT, "takenDownAt": MOMENT, "lastUsedAt": MOMENT, "expires": None, "expire": "7d",
    "EncryptedEntry.expires": MOMENT, "EncryptedEntry.chunks": 1,
    "EncryptedFile.expire": 1798000000, "EncryptedWanted.expire": None, "EncryptedForm.expire": "", "limit": None,
    "Error.limit": 1000, "UploadForm.limit": 3, "UploadQuery.limit": 3, "EncryptedForm.limit": "",
    "PageQuery.limit": 10, "PageForm.limit": 3,
    "FilesQuery.limit": 10, "offset": 0, "isPrivate": False, "PrivacyWanted.isPrivate": True,
    "PrivacyForm.isPrivate": "true", "views": 0, "url": f"{HOST}/{HASH}.png", "full_link": f"{HOST}/{HASH}.png",
    "thumbnail": f"{HOST}/{UUID}/thumb", "manage": f"{HOST}/files/{UUID}",
    "deletion_url": f"{HOST}/delete/{UUID}/TOKEN", "userID": "2", "uid": "2", "username": "ann", "password": PASSWORD,
    "PrivacyWanted.password": "a long enough one", "PrivacyForm.password": "a long enough one",
    "email": "ann@example.org", "ids": [f"{UUID}.png"], "scopes": ["UPLOAD_FILE"], "key": "pb_…",
    "UploadForm.key": KEY, "csrf_token": "TOKEN", "token": "TOKEN", "exp": 1798000000, "count": 1,
    "reason": "The photographer asked for it.", "index": 0, "uploadpassword": UPLOAD_PASSWORD,
    "deletepassword": "one of your own", "chunks": [0], "FinishForm.chunks": ["0"], "totalsize": 204, "ip": [],
    "downloads": 0, "server_operator_email": "operator@example.org", "max_retention_hours": 720,
    "max_chunksize_bytes": 33554432, "max_filesize_bytes": 17179869184, "quota": None, "usedBytes": 4,
    "fileCount": 1, "maxFileSize": 17179869184, "isStaff": False, "isVerified": True, "private": "1",
    "text": "a text", "scale": 50, "scalex": 800, "scaley": 600, "cropx": 100, "cropy": 100,
    "md5": "098f6bcd4621d373cade4e832627b4f6",
}  # fmt: skip

_OF_PATHS = {
    "file_id": f"{UUID}.png", "fileid": UUID, "index": "0", "uid": "2", "key_id": "7", "number": "5", "digest": DIGEST,
    "segment": HASH, "name": FILENAME, "section": "files",
    # What is done to one upload, and not to a content.
    "DELETE segment": UUID, "GET /{segment}/md5 segment": UUID, "GET /{segment}/thumb segment": UUID,
    "PUT name": "notes.txt", "GET /api/clients/{name} name": "paste.sh",
}  # fmt: skip


def of_path(method: str, path: str) -> str:
    """A path with an example in the place of each of its variables."""

    def found(variable: re.Match[str]) -> str:
        name = variable[1]
        return next(
            _OF_PATHS[each] for each in (f"{method} {path} {name}", f"{method} {name}", name) if each in _OF_PATHS
        )

    return re.sub(r"\{(\w+)\}", found, path)


def of_field(schema: str, name: str) -> tuple[Any, ...]:
    """The example of a field of a schema, by the schema's name in the document; none where there is none."""
    for each in (f"{schema}.{name}", name):
        if each in _OF_FIELDS:
            return (_OF_FIELDS[each],)
    return ()
