"""Which URLs staff's pages have: accounts, everybody's files, takedowns, kill switches, and the audit log."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import StringField

from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.blueprints import lists
from pastebin.blueprints.lists import Page
from pastebin.blueprints.numbers import user_id
from pastebin.blueprints.pages import person, render, render_again
from pastebin.blueprints.web import shelves
from pastebin.blueprints.web.blueprint import bp
from pastebin.blueprints.web.forms import BoundForm, TakedownForm
from pastebin.blueprints.web.shelves import Shelf
from pastebin.config import exact_size, read_bound
from pastebin.errors import EndpointNotFound, FieldsInvalid, FieldsMissing
from pastebin.extensions import settings
from pastebin.services import audit, bounds, catalogue, directory, management, switches, takedowns
from pastebin.services.actor import Actor
from pastebin.services.catalogue import Selection
from pastebin.services.directory import Account, Changes
from pastebin.services.switches import Switch

_LATEST = 10
_DOINGS = {
    "disable": Changes(is_disabled=True),
    "enable": Changes(is_disabled=False),
    "make_staff": Changes(is_staff=True),
    "unmake_staff": Changes(is_staff=False),
}

_Setter = Callable[[Actor, int, int | None], Account]


@bp.get("/admin")
@gate(needs=Needs.STAFF_PERSON)
def admin() -> Response:
    """What staff look after, at a glance: how much there is, the kill switches, and what was done last."""
    are_on = switches.on()
    return render(
        "admin/overview.html",
        counts={
            "users": directory.listing(limit=0)[0],
            "files": catalogue.listing(Selection(None), limit=0)[0],
            "takedowns": takedowns.listing(limit=0)[0],
        },
        switches=[(switch, switch in are_on) for switch in Switch],
        acts=audit.listing(_LATEST)[1],
    )


@bp.post("/admin/switches/<number>")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def turn_switch(number: str) -> Response:
    """Turn a kill switch on or off."""
    switches.turn(current_actor(), switches.by_number(number), is_on=request.form.get("state") == "on")
    return redirect(url_for(".admin"), 303)


@bp.get("/admin/audit")
@gate(needs=Needs.STAFF_PERSON)
def audit_log() -> Response:
    """Everything that staff did, newest first."""
    number = lists.page_number(request.args)
    count, acts = audit.listing(lists.PAGE_LENGTH, lists.offset_of(number))
    return render("admin/audit.html", acts=acts, **_pages(number, count))


# ---- accounts


@bp.get("/admin/users")
@gate(needs=Needs.STAFF_PERSON)
def users() -> Response:
    """All accounts, or those that are searched for."""
    number, search = lists.page_number(request.args), request.args.get("q", "").strip()
    count, accounts = directory.listing(search, lists.PAGE_LENGTH, lists.offset_of(number))
    return render("admin/users.html", accounts=accounts, search=search, **_pages(number, count))


@bp.get("/admin/users/<uid>")
@gate(needs=Needs.STAFF_PERSON)
def user(uid: str) -> Response:
    """One account, and what may be changed of it."""
    return _account(directory.get(user_id(uid)))


@bp.post("/admin/users/<uid>")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def change_user(uid: str) -> Response:
    """Change what an account may do."""
    changes = _DOINGS.get(request.form.get("do", ""))
    if changes is None:
        raise EndpointNotFound("There is no such thing to do with an account.")
    account = directory.change(current_actor(), user_id(uid), changes)
    return redirect(url_for(".user", uid=account.id), 303)


@bp.post("/admin/users/<uid>/bound")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def bind_user(uid: str) -> Response:
    """Set how much an account may send at once, and keep."""
    account, form = directory.get(user_id(uid)), BoundForm()
    try:
        changes = _bounds(form)
    except FieldsInvalid as error:
        return render_again("admin/user.html", form, error, _facts(account))
    for change, bound in changes:
        change(current_actor(), account.id, bound)
    return redirect(url_for(".user", uid=account.id), 303)


def _bounds(form: BoundForm) -> list[tuple[_Setter, int | None]]:
    """What to set, and to how many bytes; nothing is set before all was read.

    Raises:
        FieldsMissing: none of the fields was sent. FieldsInvalid: one is no size.
    """
    fields: list[tuple[StringField, Callable[[str], int | None], _Setter]] = [
        (form.max_file_size, read_bound, directory.bind),
        (form.quota, bounds.read_quota, directory.set_quota),
    ]
    wanted = [(setter, _read_bound(read, field)) for field, read, setter in fields if field.name in request.form]
    if not wanted:
        raise FieldsMissing("Send max_file_size or quota; empty, it takes the bound away.", fields=["quota"])
    return wanted


def _read_bound(read: Callable[[str], int | None], field: StringField) -> int | None:
    try:
        return read(field.data or "")
    except ValueError as fault:
        raise FieldsInvalid(f"This {fault}, or nothing.", fields=[field.name]) from fault


def _account(account: Account) -> Response:
    form = BoundForm(empty=True)
    form.max_file_size.data = "" if account.max_file_size is None else exact_size(account.max_file_size)
    form.quota.data = bounds.write_quota(account.quota)
    return render("admin/user.html", form=form, **_facts(account))


def _facts(account: Account) -> dict[str, object]:
    return {
        "account": account,
        "is_own": account.id == person().id,
        "largest": bounds.largest_storage(account),
        "usual": settings.USER_QUOTA,
    }


# ---- files


def _everybodys() -> Shelf:
    return Shelf(management.of_everybody(current_actor()), "/admin/files")


@bp.get("/admin/files")
@gate(needs=Needs.STAFF_PERSON)
def all_files() -> Response:
    """Everybody's files, or those of one account (`owner`)."""
    owner = request.args.get("owner", "").strip()
    return shelves.listed(_everybodys(), directory.get(user_id(owner)) if owner else None)


@bp.post("/admin/files/delete")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def delete_any_files() -> Response:
    """Delete several files, after a question."""
    return shelves.several_deleted(_everybodys())


@bp.get("/admin/files/<uuid:uuid>")
@gate(needs=Needs.STAFF_PERSON)
def manage_any(uuid: UUID) -> Response:
    """Staff's page of a file."""
    return shelves.shown(_everybodys(), str(uuid))


@bp.post("/admin/files/<uuid:uuid>")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def change_any(uuid: UUID) -> Response:
    """Change somebody's file."""
    return shelves.changed(_everybodys(), str(uuid))


@bp.post("/admin/files/<uuid:uuid>/delete")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def delete_any(uuid: UUID) -> Response:
    """Delete somebody's file."""
    return shelves.deleted(_everybodys(), str(uuid))


# ---- takedowns


@bp.get("/admin/takedowns")
@gate(needs=Needs.STAFF_PERSON)
def all_takedowns() -> Response:
    """What was taken down, and a form for more; `digest` in the query fills it in."""
    form = TakedownForm(empty=True)
    form.digest.data = request.args.get("digest", "")
    return render("admin/takedowns.html", form=form, **_takedowns())


@bp.post("/admin/takedowns")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def take_down() -> Response:
    """Take a content down."""
    form = TakedownForm()
    try:
        made, count = takedowns.make(
            current_actor(), (form.digest.data or "").strip(), (form.reason.data or "").strip()
        )  # fmt: skip
    except FieldsInvalid as error:
        return render_again("admin/takedowns.html", form, error, _takedowns())
    return render("admin/takedowns.html", form=TakedownForm(empty=True), made=made, gone=count, **_takedowns())


@bp.post("/admin/takedowns/<digest>/lift")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def lift_takedown(digest: str) -> Response:
    """Take a takedown back."""
    takedowns.lift(current_actor(), digest)
    return redirect(url_for(".all_takedowns"), 303)


def _takedowns() -> dict[str, object]:
    number = lists.page_number(request.args)
    count, found = takedowns.listing(lists.PAGE_LENGTH, lists.offset_of(number))
    return {"takedowns": found, **_pages(number, count)}


def _pages(number: int, count: int) -> dict[str, object]:
    """What a pager needs."""
    return {"page": Page(number, count), "page_path": partial(lists.path_of_page, request)}
