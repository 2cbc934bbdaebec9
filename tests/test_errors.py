"""Every failure has its code and status of the contract, for ever."""

from __future__ import annotations

import inspect

from pastebin import errors
from pastebin.errors import PastebinError

# Contract section 8: those whose features exist. Others come with theirs.
CODES = {
    "INVALID_SESSION_ERROR": 401,
    "INVALID_CREDENTIALS_ERROR": 401,
    "INVALID_PASSWORD_ERROR": 401,
    "INSUFFICIENT_PERMISSIONS_ERROR": 403,
    "INVALID_CSRF_TOKEN_ERROR": 403,
    "CROSS_SITE_ERROR": 403,
    "REGISTRATION_CLOSED_ERROR": 403,
    "INVALID_FILE_ERROR": 404,
    "INVALID_USER_ERROR": 404,
    "INVALID_ENDPOINT_ERROR": 404,
    "METHOD_NOT_ALLOWED_ERROR": 405,
    "AMBIGUOUS_FILE_ERROR": 409,
    "USER_EXISTS_ERROR": 409,
    "MISSING_FIELDS_ERROR": 400,
    "INVALID_FIELDS_ERROR": 400,
    "FILE_TYPE_NOT_ALLOWED_ERROR": 400,
    "STORAGE_LIMIT_ERROR": 400,
    "UNTRUSTED_HOST_ERROR": 400,
    "BODY_TOO_LARGE_ERROR": 413,
    "RATELIMITED_ERROR": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "SERVICE_UNAVAILABLE_ERROR": 503,
    "STORAGE_FULL_ERROR": 507,
}
ERRORS = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, PastebinError)]


def test_every_code_of_the_contract_has_its_status():
    found = {each.code: each.status for each in ERRORS}

    assert {code: found.get(code) for code in CODES} == CODES


def test_a_code_has_one_status_everywhere():
    assert len({(each.code, each.status) for each in ERRORS}) == len({each.code for each in ERRORS})


# Word for word in seed 004 and in section 7 of the contract.
NO_SENTENCES = ("bad request", "Download limit reached")


def test_every_message_is_a_sentence_and_every_code_names_an_error():
    for each in ERRORS:
        if each.message not in NO_SENTENCES:
            assert each.message[0].isupper(), each
            assert each.message.endswith("."), each
        assert each.code.endswith("_ERROR"), each
