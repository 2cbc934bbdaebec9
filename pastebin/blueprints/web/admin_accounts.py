"""Which URLs staff's pages of accounts have."""

from collections.abc import Callable

from flask import redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import StringField

from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.blueprints import lists
from pastebin.blueprints.links import links
from pastebin.blueprints.numbers import user_id
from pastebin.blueprints.pages import person, render, render_again
from pastebin.blueprints.web import handover
from pastebin.blueprints.web.blueprint import bp
from pastebin.blueprints.web.forms import AccountForm, NewAccountForm, RemovalForm
from pastebin.config import exact_size, read_bound
from pastebin.errors import EndpointNotFound, FieldsInvalid, FieldsMissing, ServiceUnavailable, UserExists
from pastebin.extensions import settings
from pastebin.services import accounts, bounds, closing, directory, invitations
from pastebin.services.actor import Actor
from pastebin.services.directory import Account, Changes, Kind
from pastebin.services.invitations import Invitation

_KINDS = {Kind.ALL: "all", Kind.STAFF: "staff", Kind.DISABLED: "disabled"}
_SAVED = "saved"
# A column's first order when it is chosen, and that when it is chosen again: names from A, the others from the most.
_HEADINGS = {
    "name": ("name", "-name"), "files": ("-files", "files"), "size": ("-size", "size"),
    "created": ("-created", "created"),
}  # fmt: skip

_Doing = Callable[[Actor, int], object]
_Setter = Callable[[Actor, int, int | None], Account]


def _changing(changes: Changes) -> _Doing:
    return lambda actor, uid: directory.change(actor, uid, changes)


_DOINGS: dict[str, _Doing] = {
    "disable": _changing(Changes(is_disabled=True)),
    "enable": _changing(Changes(is_disabled=False)),
    "make_staff": _changing(Changes(is_staff=True)),
    "unmake_staff": _changing(Changes(is_staff=False)),
    "end_sessions": directory.end_sessions,
    "invalidate_keys": directory.invalidate_keys,
}


# ---- the list


@bp.get("/admin/users")
@gate(needs=Needs.STAFF_PERSON)
def users() -> Response:
    """All accounts, or those that are searched for."""
    number, search = lists.page_number(request.args), request.args.get("q", "").strip()
    kind, order = _chosen_kind(), request.args.get("sort", "name")
    order = order if order in directory.ORDERS else "name"
    count, found = directory.listing(search, lists.PAGE_LENGTH, lists.offset_of(number), kind=kind, order=order)
    return render(
        "admin/users.html",
        accounts=[(account, bounds.largest_storage(account)) for account in found],
        search=search,
        kind=kind,
        kinds=_KINDS,
        headings=lists.headings(request, _HEADINGS, order),
        order=order,
        **lists.pager(request, number, count),
    )


def _chosen_kind() -> Kind:
    wanted = request.args.get("kind", "")
    return Kind(wanted) if wanted in [*Kind] else Kind.ALL


# ---- a new one


@bp.get("/admin/users/new")
@gate(needs=Needs.STAFF_PERSON)
def new_user() -> Response:
    """The form that makes an account for somebody."""
    return render("admin/new_user.html", form=NewAccountForm(empty=True))


@bp.post("/admin/users/new")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def make_user() -> Response:
    """Make an account; where no mail brings the link that sets a password, the next page shows it."""
    form = NewAccountForm()
    try:
        made = invitations.make_account(
            current_actor(), form.username.data or "", form.password.data or None,
            email=form.email.data or None, is_staff=form.staff.data == "1",
        )  # fmt: skip
    except (FieldsInvalid, ServiceUnavailable) as error:
        return render_again("admin/new_user.html", form, error)
    except UserExists as error:
        return render_again("admin/new_user.html", form, error, field="username")
    return _to_account(made.user.id, made, is_new=True)


# ---- one


@bp.get("/admin/users/<uid>")
@gate(needs=Needs.STAFF_PERSON)
def user(uid: str) -> Response:
    """One account, and what may be changed of it; for a while after it was made, how its owner gets in."""
    account = directory.get(user_id(uid))
    return render("admin/user.html", form=_fill(AccountForm(empty=True), account), **_said(account), **_facts(account))


@bp.post("/admin/users/<uid>")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def change_user(uid: str) -> Response:
    """Change what an account may do, or log it out."""
    do = _DOINGS.get(request.form.get("do", ""))
    if do is None:
        raise EndpointNotFound("There is no such thing to do with an account.")
    account = directory.get(user_id(uid))
    do(current_actor(), account.id)
    return redirect(url_for(".user", uid=account.id), 303)


@bp.post("/admin/users/<uid>/password")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def renew_password(uid: str) -> Response:
    """Have the account's owner set a new password, by a link that is mailed, or else shown on the next page."""
    account = directory.get(user_id(uid))
    return _to_account(account.id, invitations.renew_password(current_actor(), account.id))


@bp.post("/admin/users/<uid>/email")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def set_users_email(uid: str) -> Response:
    """Set an account's e-mail address, which counts as confirmed."""
    account, form = directory.get(user_id(uid)), AccountForm()
    email = (form.email.data or "").strip() or None
    if (email, True) == (account.email, account.is_verified or email is None):
        return _to_saved(account.id)
    try:
        directory.set_email(current_actor(), account.id, email)
    except FieldsInvalid as error:
        return render_again("admin/user.html", _fill(form, account), error, _facts(account))
    return _to_saved(account.id)


@bp.post("/admin/users/<uid>/bound")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def bind_user(uid: str) -> Response:
    """Set how much an account may send at once, and keep."""
    account, form = directory.get(user_id(uid)), AccountForm()
    try:
        changes = _bounds(form, account)
    except FieldsInvalid as error:
        return render_again("admin/user.html", _fill(form, account), error, _facts(account))
    for change, bound in changes:
        change(current_actor(), account.id, bound)
    return _to_saved(account.id)


@bp.get("/admin/users/<uid>/delete")
@gate(needs=Needs.STAFF_PERSON)
def removal(uid: str) -> Response:
    """What goes with an account, and a form that removes it."""
    account = directory.get(user_id(uid))
    directory.check_not_own(current_actor(), account.id)
    return render("admin/remove_user.html", account=account, form=RemovalForm(empty=True))


@bp.post("/admin/users/<uid>/delete")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def remove_user(uid: str) -> Response:
    """Remove an account with all its files, once its name was typed."""
    account, form = directory.get(user_id(uid)), RemovalForm()
    directory.check_not_own(current_actor(), account.id)
    if accounts.fold_name(form.username.data or "") != accounts.fold_name(account.name):
        error = FieldsInvalid("This is not the name of the account. Nothing was removed.", fields=["username"])
        return render_again("admin/remove_user.html", form, error, {"account": account})
    closing.close(current_actor(), account.id)
    return render("admin/user_removed.html", account=account)


def _bounds(form: AccountForm, account: Account) -> list[tuple[_Setter, int | None]]:
    """What to set, and to how many bytes: what is so already is not set again, and nothing before all was read.

    Raises:
        FieldsMissing: none of the fields was sent. FieldsInvalid: one is no size.
    """
    fields: list[tuple[StringField, Callable[[str], int | None], _Setter, int | None]] = [
        (form.max_file_size, read_bound, directory.bind, account.max_file_size),
        (form.quota, bounds.read_quota, directory.set_quota, account.quota),
    ]
    sent = [each for each in fields if each[0].name in request.form]
    if not sent:
        raise FieldsMissing("Send max_file_size or quota; empty, it takes the bound away.", fields=["quota"])
    wanted = [(setter, _read_bound(read, field), present) for field, read, setter, present in sent]
    return [(setter, bound) for setter, bound, present in wanted if bound != present]


def _read_bound(read: Callable[[str], int | None], field: StringField) -> int | None:
    try:
        return read(field.data or "")
    except ValueError as fault:
        raise FieldsInvalid(f"This {fault}, or nothing.", fields=[field.name]) from fault


def _fill(form: AccountForm, account: Account) -> AccountForm:
    """The fields that were not sent, with what stands."""
    kept = {
        form.max_file_size: "" if account.max_file_size is None else exact_size(account.max_file_size),
        form.quota: bounds.write_quota(account.quota),
        form.email: account.email or "",
    }
    for field, text in kept.items():
        if field.data is None:
            field.data = text
    return form


def _to_account(uid: int, invitation: Invitation, *, is_new: bool = False) -> Response:
    """On to the account's page, which says how its owner gets in: loading that again makes nothing again."""
    response = redirect(url_for(".user", uid=uid), 303)
    handover.give(response, uid, invitation, is_new=is_new)
    return response


def _to_saved(uid: int) -> Response:
    return redirect(f"{url_for('.user', uid=uid)}?{_SAVED}=1", 303)


def _said(account: Account) -> dict[str, object]:
    """What was done a moment ago."""
    handed = handover.read(request, account.id)
    link = links().new_password(handed.token) if handed and handed.token else None
    return {"handed": handed, "link": link, "is_saved": _SAVED in request.args and not handed}


def _facts(account: Account) -> dict[str, object]:
    return {
        "account": account,
        "is_own": account.id == person().id,
        "largest": bounds.largest_storage(account),
        "usual": settings.USER_QUOTA,
        "usual_upload": settings.MAX_FILE_SIZE,
        "presence": directory.presence_of(account.id),
    }
