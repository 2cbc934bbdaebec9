"""The JSON of the API as schemas: what the OpenAPI document says of it, and what tests hold real answers against."""

from typing import Any

from marshmallow import EXCLUDE, INCLUDE, Schema, fields, validate

from pastebin import filetypes
from pastebin.blueprints.numbers import MOST_DOWNLOADS
from pastebin.services.actor import Scope
from pastebin.services.switches import Switch


class _Object(Schema):
    """An object to which fields may be added in a later version: clients ignore what they do not know.

    Of the fields named in `any_of`, if any are, at least one is there.
    """

    any_of: tuple[str, ...] = ()

    class Meta:
        """Unknown fields are no mistake."""

        unknown = EXCLUDE


class Always(fields.Boolean):
    """A field with one value, there so that a client sees at a glance how it went."""

    def __init__(self, value: bool) -> None:
        super().__init__(required=True, validate=validate.Equal(value))


def _text(about: str, *, required: bool = True, **more: Any) -> fields.String:
    return fields.String(required=required, metadata={"description": about, **more})


def _link(about: str, *, required: bool = True) -> fields.String:
    return _text(about, required=required, format="uri")


def _time(about: str, *, or_never: bool) -> fields.String:
    about = f"{about}, in UTC: `2026-11-21T04:54:00.000Z`"
    return fields.String(
        required=True, allow_none=or_never, metadata={"description": about, "format": "date-time"},
        validate=validate.Regexp(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$"),
    )  # fmt: skip


def _count(about: str) -> fields.Integer:
    return fields.Integer(required=True, validate=validate.Range(min=0), metadata={"description": about})


def _limit(*, required: bool, or_none: bool = True) -> fields.Integer:
    about = "How often it may be downloaded" + ("; null: without limit." if or_none else ".")
    return fields.Integer(
        required=required, allow_none=or_none, validate=validate.Range(min=1, max=MOST_DOWNLOADS),
        metadata={"description": about},
    )  # fmt: skip


def _pixels(about: str, least: int) -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=least, max=999_999_999), metadata={"description": about})


def _extension(about: str, *, required: bool) -> fields.String:
    packed = "|".join(sorted(filetypes.TAR_WRAPPINGS))
    return fields.String(
        required=required, validate=validate.Regexp(rf"^\.?([A-Za-z0-9]{{1,16}}|tar\.({packed}))$"),
        metadata={"description": about},
    )  # fmt: skip


class UrlsSchema(_Object):
    """The addresses of one file, spelled out."""

    base = _link("The server: what all addresses begin with.")
    hash = _link("The shortest address.")
    ext = _link("The same with the extension, which says the type to those who read it.")
    full = _link("The same with the file's name, which a browser saves it under.")


class FileSchema(_Object):
    """A file: one upload of some bytes."""

    status = Always(True)
    hash = _text(
        "What addresses are built from: leading hex digits of the SHA-256, or the UUID of a private or limited file."
    )
    urls = fields.Nested(UrlsSchema, required=True)
    sha256 = fields.String(
        required=True, validate=validate.Regexp("^[0-9a-f]{64}$"),
        metadata={"description": "The whole digest. Only this proves the content; it is an address too."},
    )  # fmt: skip
    id = _text("The UUID with the extension.")
    uuid = fields.UUID(required=True, metadata={"description": "The UUID alone. Leads to this upload at `/UUID`."})
    filename = _text("The name it came with, made safe.")
    name = fields.String(
        required=True, allow_none=True, metadata={"description": "A display name, if it was given one."}
    )
    extension = fields.String(
        required=True, validate=validate.Regexp(r"^[a-z0-9]{1,16}(\.[a-z0-9]{1,16})?$"),
        metadata={"description": "Of the name, where the content fits it; else by the content."},
    )  # fmt: skip
    size = _count("In bytes.")
    type = _text("The media type.")
    uploadedAt = _time("When it was uploaded", or_never=False)  # noqa: N815 - the contract's spelling
    expires = _time("When it ends; null: never", or_never=True)
    limit = _limit(required=True)
    isPrivate = fields.Boolean(  # noqa: N815 - the contract's spelling
        required=True, metadata={"description": "Whether it needs its key, or its owner, to be read."}
    )
    views = _count("How often it was fetched by others than its owner, up to a second or so ago.")
    url = _link("The one link to give away. Carries `?key=` where the file has a private key.")
    full_link = _link("The same as `url`.")
    thumbnail = _link(
        "The image as 512 by 512 pixels, where one can be made of it; a file with a download limit has none.",
        required=False,
    )
    manage = _link("The owner's page of it.")
    privateKey = _text(  # noqa: N815 - the contract's spelling
        "The key of a private file; shown to its owner alone, and in the answer to the upload. In `?key=` it stands in "
        "base64, as in `url`.",
        required=False,
    )


class ManagedFileSchema(FileSchema):
    """A file as its owner or staff manage it."""

    userID = fields.String(  # noqa: N815 - the contract's spelling
        required=True, allow_none=True, metadata={"description": "Whose it is: an account's `uid`; null: nobody's."}
    )
    createdAt = _time("When it was uploaded", or_never=False)  # noqa: N815 - the contract's spelling
    updatedAt = _time("When it was last changed", or_never=False)  # noqa: N815 - the contract's spelling


class ManagedFilesSchema(_Object):
    """Some files of a list."""

    count = _count("How many there are in all.")
    items = fields.List(fields.Nested(ManagedFileSchema), required=True)


class DeletedSchema(_Object):
    """One file is deleted."""

    code = fields.String(required=True, validate=validate.Equal("DELETE_FILE_SUCCESS"))
    message = fields.String(required=True)


class DeletedFilesSchema(_Object):
    """Files are deleted."""

    code = fields.String(required=True, validate=validate.Equal("DELETE_FILES_SUCCESS"))
    message = fields.String(required=True)
    count = _count("How many.")


class PageQuerySchema(_Object):
    """Which part of a list. What cannot be used counts as not given."""

    limit = fields.Integer(
        validate=validate.Range(min=0, max=50), metadata={"description": "How many at most; 50 where it is not given."}
    )
    offset = fields.Integer(validate=validate.Range(min=0), metadata={"description": "How many to pass over."})


class FilesQuerySchema(PageQuerySchema):
    """Which files of a list. What cannot be used counts as not given."""

    q = _text("Part of a file's names or address, whatever the letter case.", required=False)
    type = _text("A media type, or the first half of one: `image`.", required=False)
    sort = fields.String(
        validate=validate.OneOf(["created", "-created", "size", "-size", "name", "-name"]),
        metadata={"description": "The order; with `-` the other way round. Newest first where it is not given."},
    )


class TransformQuerySchema(_Object):
    """What is to be made of an image: it is cropped, then scaled. Empty fields count as not given."""

    cropx = _pixels("Pixels to take off both ends of the x axis.", 0)
    cropy = _pixels("Pixels to take off both ends of the y axis.", 0)
    scale = _pixels("Percent; counts where neither `scalex` nor `scaley` is given.", 1)
    scalex = _pixels("Width in pixels; without `scaley` the proportions are kept.", 1)
    scaley = _pixels("Height in pixels; without `scalex` the proportions are kept.", 1)


class NameSchema(_Object):
    """A display name."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=255))


class ExtensionSchema(_Object):
    """An extension."""

    extension = _extension("1 to 16 of `a-z0-9`, or one like `tar.gz`. A leading dot is dropped.", required=True)


class IdsSchema(_Object):
    """Several files."""

    ids = fields.List(
        fields.String(), required=True, validate=validate.Length(min=1, max=50),
        metadata={"description": "`UUID.ext`, UUIDs, or hashes. Unknown ones are passed over."},
    )  # fmt: skip


class PasswordSchema(_Object):
    """That it is really you."""

    password = _text("The caller's own password.")


class ChangesSchema(_Object):
    """What is to be changed of a file: at least one of these."""

    any_of = ("name", "filename", "extension", "expire", "limit", "private")
    name = fields.String(
        allow_none=True, validate=validate.Length(max=255), metadata={"description": "A display name; null: none."}
    )
    filename = _text("The name that it is saved under.", required=False)
    extension = _extension("1 to 16 of `a-z0-9`, or one like `tar.gz`. Its type and `id` go with it.", required=False)
    expire = fields.Raw(
        metadata={"type": ["string", "integer", "null"], "description": "When it ends, as for uploads; null: never."}
    )
    limit = _limit(required=False)
    private = fields.Raw(
        metadata={
            "enum": [True, False, "1", "0", "owner"],
            "description": "`true` or `1`: readable with a key; `owner`: by its owner alone; `false` or `0`: public.",
        }
    )


class ImagesSchema(_Object):
    """All images of an account, newest first."""

    images = fields.List(fields.Nested(FileSchema), required=True)


class PrivacyWantedSchema(_Object):
    """Whether a file is to be private, and by which key it then is read."""

    isPrivate = fields.Boolean(required=True)  # noqa: N815 - the contract's spelling
    password = fields.String(
        allow_none=True, validate=[validate.Length(min=12, max=64), validate.Regexp(r"^[^\0]*$")],
        metadata={"description": "The key. Without it the one that the file has stays, or one is made."},
    )  # fmt: skip


class PrivacyFormSchema(_Object):
    """The same as a form."""

    isPrivate = fields.String(  # noqa: N815 - the contract's spelling
        required=True, validate=validate.OneOf(["true", "false", "1", "0", "on", "off"])
    )
    password = fields.String(
        validate=validate.Regexp(r"^([^\0]{12,64})?$"), metadata={"description": "The key; empty: none is given."}
    )
    csrf_token = _text("The CSRF token, for browsers with the login cookie.", required=False)


class PrivacySchema(FileSchema):
    """The file as it is now."""

    success = Always(True)


class UploadSchema(FileSchema):
    """The answer to an upload: the file, and what only its uploader may know."""

    deletion_url = _link("A page whose button deletes the file. Stands in this answer alone; its end is the token.")
    files = fields.List(
        fields.Nested(lambda: UploadSchema(exclude=("files",))),
        metadata={"description": "All of them, where several were sent; the fields beside it are the first one's."},
    )


class _UploadFields(_Object):
    """What may be said of an upload beside its bytes."""

    filename = _text("A name other than the one it comes with.", required=False)
    name = fields.String(
        validate=validate.Length(max=255), metadata={"description": "A display name, without invisible characters."}
    )
    language = _text(
        "The ending of a text's name, where that has none or is `paste.txt`: an extension, or a language's name.",
        required=False,
    )
    newlines = fields.String(
        validate=validate.OneOf(["", "lf"]),
        metadata={"description": "`lf`, before a field `text`: each CRLF in that becomes LF. Browsers send CRLF."},
    )
    expire = _text(
        "When it ends: `90s`, `10min`, `2h`, `7d`, `1w`, seconds, from 10^9 on a Unix timestamp, or an ISO 8601 time.",
        required=False,
    )
    limit = _limit(required=False, or_none=False)
    private = fields.String(
        validate=validate.OneOf(["0", "1", "owner"]),
        metadata={"description": "`1`: readable with a key, which the server makes; `owner`: by nobody but its owner."},
    )


class UploadQuerySchema(_UploadFields):
    """The fields of an upload whose body is the file itself; they may stand in the query of a form too."""


# In the words of OpenAPI 3.1, and in those of 3.0, which tools go by that make clients.
_BYTES = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}


class UploadFormSchema(_UploadFields):
    """An upload form. The first file part of any name is taken where there is none called `file` or `img`."""

    any_of = ("file", "img", "text")
    file = fields.List(
        fields.Raw(metadata=_BYTES),
        validate=validate.Length(min=1, max=100),
        metadata={"description": "The file, or several: all of them are kept, or none."},
    )
    img = fields.Raw(metadata={**_BYTES, "description": "Another name for the file, which some clients send."})
    text = _text("A text instead of a file, not an empty one; it is named `paste.txt`.", required=False)
    key = _text("An API key, for clients that cannot send headers. Put it before the file.", required=False)
    csrf_token = _text("The CSRF token, for browsers with the login cookie. Put it before the file.", required=False)


class PageFormSchema(UploadFormSchema):
    """An upload form as pages and scripts send it."""

    api = fields.String(validate=validate.OneOf(["0", "1"]), metadata={"description": "`1`: a line instead of a page."})


class AddressQuerySchema(TransformQuerySchema):
    """What may stand behind a file's address."""

    key = _text("The key of a private file, in base64, as it stands in its `url`.", required=False)


class Md5Schema(_Object):
    """A checksum."""

    md5 = fields.String(required=True, validate=validate.Regexp("^[0-9a-f]{32}$"))


class KeyWantedSchema(_Object):
    """What is asked of a new API key; nothing is needed."""

    name = fields.String(
        allow_none=True, validate=validate.Length(max=255), metadata={"description": "What it is for, for yourself."}
    )
    scopes = fields.List(
        fields.String(validate=validate.OneOf([*Scope])), allow_none=True, validate=validate.Length(min=1),
        metadata={"description": "What it may be used for; the first three where nothing is said. Staff ones: staff."},
    )  # fmt: skip
    expire = fields.Raw(
        metadata={
            "type": ["string", "integer", "null"],
            "description": "When it ends, spelled as for uploads; without it: when it is invalidated.",
        }
    )
    maxFileSize = fields.Raw(  # noqa: N815 - as the contract spells its fields
        metadata={
            "type": ["integer", "string", "null"],
            "minimum": 1,
            "maximum": 2**63 - 1,
            "pattern": "^[1-9][0-9]{0,4} ?([KMGTkmgt]([Ii]?[Bb])?|[Bb])?$",
            "description": "How many bytes one upload may have, where that is less than yours: 1000000, `10MiB`.",
        }
    )


class ApiKeySchema(_Object):
    """An API key, without the key itself."""

    id = fields.String(required=True, validate=validate.Regexp("^[0-9]+$"))
    name = fields.String(required=True, allow_none=True)
    scopes = fields.List(fields.String(validate=validate.OneOf([*Scope])), required=True)
    createdAt = _time("When it was made", or_never=False)  # noqa: N815 - the contract's spelling
    lastUsedAt = _time("When it was last used; null: never", or_never=True)  # noqa: N815 - the contract's spelling
    expires = _time("When it ends; null: never", or_never=True)
    maxFileSize = fields.Integer(  # noqa: N815 - as the contract spells its fields
        metadata={"description": "How many bytes one upload with it may have, where that is bounded."}
    )


class NewApiKeySchema(ApiKeySchema):
    """A new API key, with the key itself."""

    key = fields.String(
        required=True, validate=validate.Regexp("^pb_"),
        metadata={"description": "The key. The server keeps only a hash of it: it is shown this once."},
    )  # fmt: skip


class ApiKeysSchema(_Object):
    """All API keys of an account, newest first."""

    count = _count("How many there are.")
    items = fields.List(fields.Nested(ApiKeySchema), required=True)


class LoginWantedSchema(_Object):
    """Who logs in."""

    username = _text("The user name; letter case does not count.")
    password = _text("The password.")


class LoginSchema(_Object):
    """A login that has begun."""

    username = fields.String(required=True)
    uid = fields.String(required=True, validate=validate.Regexp("^[0-9]+$"))
    csrf_token = _text("For `X-CSRF-Token`, beside the cookie.")
    token = _text("The session's token: sent like an API key. It needs no CSRF token.")
    exp = fields.Integer(required=True, metadata={"description": "When it ends if it is not used, in Unix seconds."})


class CsrfSchema(_Object):
    """A CSRF token."""

    csrf_token = fields.String(required=True, allow_none=True)


class AccountSchema(_Object):
    """An account, as its owner sees it."""

    uid = fields.String(required=True, validate=validate.Regexp("^[0-9]+$"))
    username = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    isVerified = fields.Boolean(  # noqa: N815 - the contract's spelling
        required=True, metadata={"description": "Whether the e-mail address is confirmed."}
    )
    isStaff = fields.Boolean(required=True)  # noqa: N815 - the contract's spelling
    fileCount = _count("Of its files, those that were not yet swept away included.")  # noqa: N815
    usedBytes = _count("What they have together.")  # noqa: N815
    quota = fields.Integer(
        required=True, allow_none=True, metadata={"description": "How many bytes they may have; null: no limit."}
    )
    maxFileSize = _count("How many bytes the files of one request may have together.")  # noqa: N815


class DoneSchema(_Object):
    """It is done."""

    status = Always(True)
    success = Always(True)
    message = fields.String(required=True)


class CountSchema(_Object):
    """It is done, to so many."""

    status = Always(True)
    success = Always(True)
    count = _count("To how many.")


class SwitchSchema(_Object):
    """A kill switch."""

    id = fields.Integer(
        required=True, validate=validate.OneOf([*map(int, Switch)]), metadata={"description": "Its number."}
    )
    name = fields.String(required=True, validate=validate.OneOf([switch.name for switch in Switch]))
    state = fields.Boolean(required=True, metadata={"description": "Whether it is on, and the feature so off."})


class SwitchesSchema(_Object):
    """All kill switches."""

    count = _count("How many there are.")
    items = fields.List(fields.Nested(SwitchSchema), required=True)


class TakedownWantedSchema(_Object):
    """What is to be taken down."""

    digest = fields.String(
        required=True, validate=validate.Regexp("^[0-9a-fA-F]{64}$"),
        metadata={"description": "The whole SHA-256 of the content."},
    )  # fmt: skip
    reason = fields.String(
        required=True, validate=validate.Length(min=1, max=1000),
        metadata={"description": "Why; shown to whoever asks for what was public of it."},
    )  # fmt: skip


class _TakedownSchema(_Object):
    digest = fields.String(required=True, validate=validate.Regexp("^[0-9a-f]{64}$"))
    reason = fields.String(required=True)
    takenDownAt = _time("When it was taken down", or_never=False)  # noqa: N815 - as the contract spells its fields


class TakedownSchema(_TakedownSchema):
    """A content is taken down."""

    status = Always(True)
    success = Always(True)
    count = _count("How many files went with it.")


class TakedownsSchema(_Object):
    """Some takedowns."""

    count = _count("How many there are in all.")
    items = fields.List(fields.Nested(_TakedownSchema), required=True)


class EncryptedEntrySchema(_Object):
    """What staff see of one encrypted file."""

    id = _text("Its UUID.", format="uuid")
    size = _count("Bytes of all its chunks, as they lie on the server.")
    chunks = _count("How many chunks it has.")
    downloads = _count("How often the chunk was fetched that was fetched most.")
    limit = _limit(required=True)
    isFinished = fields.Boolean(required=True)  # noqa: N815 - as the contract spells its fields
    createdAt = fields.String(  # noqa: N815
        required=True, allow_none=True, metadata={"description": "When it was begun; null if before that was noted."}
    )
    expires = _time("When it goes", or_never=False)


class EncryptedEntriesSchema(_Object):
    """Some encrypted files."""

    count = _count("How many there are in all.")
    items = fields.List(fields.Nested(EncryptedEntrySchema), required=True)


class EncryptedWantedSchema(_Object):
    """What is asked of a new encrypted file; nothing is needed."""

    deletepassword = fields.String(
        allow_none=True, validate=validate.Length(max=1024),
        metadata={"description": "Who knows it may delete the file. A hash of it is kept."},
    )  # fmt: skip
    expire = fields.Integer(
        allow_none=True,
        metadata={"description": "When it goes, as a Unix timestamp; without it as late as the server allows."},
    )
    limit = _limit(required=False)


class EncryptedFormSchema(_Object):
    """The same as a form; what is empty is not given."""

    deletepassword = fields.String(validate=validate.Length(max=1024))
    expire = fields.String(validate=validate.Regexp(r"^[0-9]{0,18}$"))
    limit = fields.String(validate=validate.Regexp(r"^([1-9][0-9]{0,8})?$"))


class EncryptedBegunSchema(_Object):
    """An upload that was begun."""

    id = _text("What the file is asked for by.", format="uuid")
    uploadpassword = _text("What chunks are sent with. It stands here this once.")


class ChunkQuerySchema(_Object):
    """Who sends a part of an encrypted file."""

    uploadpassword = _text("From the answer that began the upload.")


class DeletePasswordSchema(_Object):
    """Who may delete an encrypted file."""

    deletepassword = _text("The one that its uploader chose.")


class ChunkPutSchema(_Object):
    """A chunk that was kept."""

    index = _count("Its index.")
    finished = Always(False)


class EncryptedFinishSchema(_Object):
    """Of which chunks an encrypted file consists."""

    uploadpassword = _text("From the answer that began the upload.")
    chunks = fields.List(
        fields.Integer(validate=validate.Range(min=0)), required=True, validate=validate.Length(min=1),
        metadata={"description": "Their indices, each once.", "uniqueItems": True},
    )  # fmt: skip


class FinishFormSchema(_Object):
    """The same as a form: `chunks` is repeated, or one JSON list."""

    uploadpassword = fields.String(required=True)
    chunks = fields.List(
        fields.String(validate=validate.Regexp("^[0-9]{1,9}$")), required=True, validate=validate.Length(min=1),
        metadata={"uniqueItems": True},
    )  # fmt: skip


class EncryptedStatusSchema(_Object):
    """It is done."""

    fileid = fields.String(required=True)
    status = fields.String(required=True, validate=validate.Equal("OK"))


class ExistsSchema(_Object):
    """A file is there."""

    fileid = fields.String(required=True)
    exists = Always(True)


class EncryptedFileSchema(_Object):
    """What is known of an encrypted file: nothing of what is in it."""

    fileid = fields.String(required=True)
    chunks = fields.List(fields.Integer(), required=True, metadata={"description": "The indices of its chunks."})
    totalsize = _count("Bytes of all chunks together, encrypted as they are.")
    finished = fields.Boolean(required=True)
    ip = fields.List(
        fields.String(), required=True,
        metadata={"description": "The addresses that it came from, where RECORD_ADDRESSES is on."},
    )  # fmt: skip
    expire = fields.Integer(required=True, metadata={"description": "When it goes, as a Unix timestamp."})
    limit = _limit(required=True)
    downloads = _count("How often it was downloaded: the most of any chunk.")


class ServerInfoSchema(_Object):
    """What a server takes, and who runs it."""

    server_operator_email = _text("Whom to write to; empty where nobody is named.")
    max_retention_hours = fields.Float(required=True, metadata={"description": "How long a file is kept at most."})
    max_chunksize_bytes = _count("Bytes of a chunk at most.")
    max_filesize_bytes = _count("Bytes of all chunks of a file together at most.")


class HushfileErrorSchema(Schema):
    """What went wrong, in the form of the hushfile protocol: the status says what, its sentence what to do."""

    class Meta:
        """Of a file that is not there its `info` also has `totalsize`, 0."""

        unknown = INCLUDE

    fileid = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)


class ErrorSchema(Schema):
    """What went wrong. Programs go by `code`, which never changes; `message` is for people, and says what to do."""

    class Meta:
        """Further facts stand beside the message, depending on the code."""

        unknown = INCLUDE

    status = Always(False)
    success = Always(False)
    code = fields.String(required=True)
    message = fields.String(required=True)
    error = _text("The message once more; `not_found` for the 404 of an address.")
    fields_ = fields.List(
        fields.String(), data_key="fields", metadata={"description": "Which fields are missing or cannot be used."}
    )
    limit = fields.Integer(metadata={"description": "The bound that was passed, in its own unit: bytes, seconds."})
    retryAfter = fields.Integer(metadata={"description": "Seconds to wait."})  # noqa: N815 - the wire's spelling
    feature = fields.Integer(metadata={"description": "The number of the kill switch that is on."})
    scope = _text("The scope that the API key lacks.", required=False)
    ids = fields.List(fields.String(), metadata={"description": "The files that were meant, perhaps."})
    reason = _text("Why a content was taken down.", required=False)
    allowed = fields.List(fields.String(), metadata={"description": "The types that are taken."})
