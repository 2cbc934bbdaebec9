"""Everything that can go wrong, named once, each with its stable code (contract section 8).

Services raise these; every protocol renders them in its own words. `code` and
`status` never change for a client's sake; `message` is for people and says
what to do; `facts` are what a program may want to know.
"""

from pastebin import durations


class PastebinError(Exception):
    """A failure that a client is told about.

    Args:
        message: one sentence for people; the class's own when None.
        facts: plain values that go into the answer beside the message.
    """

    code = "INTERNAL_SERVER_ERROR"
    status = 500
    message = "Something went wrong on the server. It has been logged; try again later."

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.facts = facts


class InternalError(PastebinError):
    """A fault of ours, told without details."""


# ---- who is asking


class SessionInvalid(PastebinError):
    """No credential where one is needed, or one that does not stand."""

    code = "INVALID_SESSION_ERROR"
    status = 401
    message = "You need to be logged in, or to send a valid API key as 'Authorization: Bearer KEY'."


class LoginNeeded(SessionInvalid):
    """A page that is somebody's own, asked for by nobody: a person is led to the login instead."""

    message = "You need to be logged in to see this page."


class NobodyRefused(SessionInvalid):
    """An upload that is nobody's, as encrypted ones are, where nobody may upload."""

    message = "Nobody may upload here without an account, and this upload is nobody's."


class KeyInvalid(SessionInvalid):
    """A key or token that is malformed, unknown, invalidated or expired: never treated as nobody."""

    message = "This API key or session token is not valid (any more). Make a new one at /keys."


class CredentialsInvalid(PastebinError):
    """Wrong user name or wrong password; which, is not told."""

    code = "INVALID_CREDENTIALS_ERROR"
    status = 401
    message = "Wrong user name or password."


class PasswordInvalid(PastebinError):
    """The caller's own password, asked for again, was wrong."""

    code = "INVALID_PASSWORD_ERROR"
    status = 401
    message = "The password is wrong."


class PermissionMissing(PastebinError):
    """The caller is known, and may not do this."""

    code = "INSUFFICIENT_PERMISSIONS_ERROR"
    status = 403
    message = "You are not allowed to do this."


class CsrfMissing(PastebinError):
    """A changing request with the login cookie and without a CSRF token."""

    code = "INVALID_CSRF_TOKEN_ERROR"
    status = 403
    message = "The CSRF token is missing. Send it as the header X-CSRF-Token or the field csrf_token."


class CsrfInvalid(PastebinError):
    """A changing request with the login cookie and a CSRF token that is not this session's."""

    code = "INVALID_CSRF_TOKEN_ERROR"
    status = 403
    message = "The CSRF token is wrong or belongs to another session. Reload the page and try again."


class CrossSite(PastebinError):
    """A browser says that another site made this changing request."""

    code = "CROSS_SITE_ERROR"
    status = 403
    message = "This request came from another web site. Use the pages of this server, or an API key in a header."


class EmailNotVerified(PastebinError):
    """An account whose e-mail address is not confirmed wants to upload where that is needed."""

    code = "EMAIL_NOT_VERIFIED_ERROR"
    status = 403
    message = "Uploading here needs a confirmed e-mail address. The page /account tells how it stands with yours."


class RegistrationClosed(PastebinError):
    """Nobody can register here by themselves."""

    code = "REGISTRATION_CLOSED_ERROR"
    status = 403
    message = "Registration is closed on this server. Ask its operator for an account."


# ---- what is not there


class FileNotFound(PastebinError):
    """Unknown, deleted, expired, private without its key, or somebody else's; which, is not told."""

    code = "INVALID_FILE_ERROR"
    status = 404
    message = "There is no such file here. It may have expired, been deleted, or been downloaded as often as it may."


class EndpointNotFound(PastebinError):
    """No route of this name."""

    code = "INVALID_ENDPOINT_ERROR"
    status = 404
    message = "There is no such endpoint. The API is described at /api."


class KeyNotFound(PastebinError):
    """The caller has no API key of this id."""

    code = "INVALID_KEY_ERROR"
    status = 404
    message = "There is no API key with this id among yours."


class UserNotFound(PastebinError):
    """No account of this name or id."""

    code = "INVALID_USER_ERROR"
    status = 404
    message = "There is no such user."


class TakedownNotFound(PastebinError):
    """This content was not taken down."""

    code = "INVALID_TAKEDOWN_ERROR"
    status = 404
    message = "There is no takedown of this digest. GET /api/takedowns lists them."


class ContentRemoved(PastebinError):
    """A content that was taken down: what was public of it, and any new upload; facts: `reason`."""

    code = "CONTENT_REMOVED_ERROR"
    status = 451
    message = "This content was taken down by the operator of this server."


class LinkInvalid(PastebinError):
    """A link out of a mail that is forged, used or expired; which, is not told; facts: `ask`, where to get another."""

    code = "INVALID_LINK_ERROR"
    status = 404
    message = "This link does not work (any more): each works once, and for a limited time. Ask for another."


class MethodNotAllowed(PastebinError):
    """The route exists; this method does not."""

    code = "METHOD_NOT_ALLOWED_ERROR"
    status = 405
    message = "This address does not take this method. See the Allow header for those that it takes."


class ChunkNotFound(PastebinError):
    """An encrypted file that has no chunk of this index (seed 004)."""

    code = "INVALID_CHUNK_ERROR"
    status = 416
    message = "The file has no such chunk. Its info lists those that it consists of."


class DownloadLimitReached(PastebinError):
    """A chunk that was served as often as its uploader wanted (seed 004)."""

    code = "DOWNLOAD_LIMIT_ERROR"
    status = 404
    message = "Download limit reached"


class UploadUnfinished(PastebinError):
    """An encrypted file of which not all has come yet (seed 004)."""

    code = "UPLOAD_UNFINISHED_ERROR"
    status = 412
    message = "Upload is unfinished."


class UploadClosed(PastebinError):
    """An upload of an encrypted file that takes nothing: finished, given up, or never begun; which, is not told."""

    code = "UPLOAD_CLOSED_ERROR"
    status = 400
    message = "No upload of this id is open: it is finished or given up, or was never begun."


class ChunkMissing(PastebinError):
    """A chunk that an encrypted file is to consist of and that was not uploaded; the upload goes on."""

    code = "CHUNK_MISSING_ERROR"
    status = 400
    message = "A chunk was not uploaded."


class UploadPasswordInvalid(PastebinError):
    """No upload password, or another one than the upload was given."""

    code = "INVALID_UPLOAD_PASSWORD_ERROR"
    status = 403
    message = "The uploadpassword is missing or wrong: it stands in the answer that began the upload."


class DeletePasswordInvalid(PastebinError):
    """No deletion password, another one than the uploader chose, or one where none was chosen."""

    code = "INVALID_DELETE_PASSWORD_ERROR"
    status = 403
    message = "The deletepassword is missing or wrong. A file that was given none cannot be deleted."


class BadRequest(PastebinError):
    """Whatever else is asked of the hushfile protocol (seed 004, "Other requests")."""

    code = "BAD_REQUEST_ERROR"
    status = 400
    message = "bad request"


class AmbiguousFile(PastebinError):
    """A hash address with which the caller has several files; facts: `ids`."""

    code = "AMBIGUOUS_FILE_ERROR"
    status = 409
    message = "You have several files with this content. Name one by its UUID."


class UserExists(PastebinError):
    """The user name is taken."""

    code = "USER_EXISTS_ERROR"
    status = 409
    message = "This user name is taken. Choose another."


# ---- what was sent


class FieldsMissing(PastebinError):
    """Fields that are needed and were not sent; facts: `fields`."""

    code = "MISSING_FIELDS_ERROR"
    status = 400
    message = "Something that is needed was not sent."


class FieldsInvalid(PastebinError):
    """Fields whose values cannot be used; facts: `fields`."""

    code = "INVALID_FIELDS_ERROR"
    status = 400
    message = "Something that was sent cannot be used."


class ImageUnusable(FieldsInvalid):
    """A content of which the picture that was asked for cannot be made: broken, too large, or no image."""

    message = "This file cannot be read as an image, so it cannot be transformed. It can be downloaded as it is."

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message, **{"fields": [], **facts})


class BodyMalformed(PastebinError):
    """A body that cannot be read as what it says it is, or that ended too early."""

    code = "INVALID_FIELDS_ERROR"
    status = 400
    message = "The body of the request could not be read."

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message, **{"fields": [], **facts})


class BodyTooSlow(PastebinError):
    """A body that came in slower than BODY_MIN_RATE."""

    code = "REQUEST_TIMEOUT_ERROR"
    status = 408
    message = "The upload was too slow and was given up. Try again."


class TypeNotAllowed(PastebinError):
    """A file of a type that ALLOWED_TYPES does not name."""

    code = "FILE_TYPE_NOT_ALLOWED_ERROR"
    status = 400
    message = "Files of this type are not taken here."


class StorageLimit(PastebinError):
    """The caller has no room left (ANONYMOUS_QUOTA, USER_QUOTA)."""

    code = "STORAGE_LIMIT_ERROR"
    status = 400
    message = "Your storage limit is reached."


class UntrustedHost(PastebinError):
    """A Host header that this server does not answer to."""

    code = "UNTRUSTED_HOST_ERROR"
    status = 400
    message = "This server does not answer to this host name. Its operator can add it to TRUSTED_HOSTS."


class BodyTooLarge(PastebinError):
    """More bytes than this caller may send in one request; facts: `limit` in bytes."""

    code = "BODY_TOO_LARGE_ERROR"
    status = 413
    message = "The upload is too large."


class RateLimited(PastebinError):
    """Too often; facts: `retryAfter` in seconds, and how often is allowed, `limit`."""

    code = "RATELIMITED_ERROR"
    status = 429
    message = "This was too often. Wait a while and try again."

    def __init__(self, retry_after: int, limit: int) -> None:
        when = f"This was too often. You can try again in {durations.in_words(retry_after)}."
        super().__init__(when, retryAfter=retry_after, limit=limit)
        self.retry_after = retry_after
        self.limit = limit


# ---- the server's own trouble


class ServiceUnavailable(PastebinError):
    """Switched off, or too busy for the moment."""

    code = "SERVICE_UNAVAILABLE_ERROR"
    status = 503
    message = "This is not available at the moment. Try again later."


class SwitchedOff(ServiceUnavailable):
    """A kill switch is on for this; facts: `feature`, its number."""

    message = "This is switched off at the moment. Try again later."


class StorageFull(PastebinError):
    """The server's disk is below its reserve. Nothing of the upload is kept; reading and deleting go on."""

    code = "STORAGE_FULL_ERROR"
    status = 507
    message = "The server's disk is full. Nothing was kept; try again later."
