"""Staff's pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from pastebin import __version__
from pastebin.extensions import now, reading, transaction
from pastebin.models import OutboxRow, UserRow
from pastebin.services import accounts, audit, directory, health, switches, upkeep
from pastebin.services.actor import User
from pastebin.services.switches import Switch
from tests import browsing
from tests.conftest import PASSWORD, bearer
from tests.web.visiting import Visitor


@pytest.fixture(autouse=True)
def just_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has run tests for half an hour without a sweep is no sign that something is wrong."""
    monkeypatch.setattr(health, "BEGAN_AT", now())


@pytest.fixture
def root(app: Flask) -> Visitor:
    with app.app_context():
        user = accounts.create("root", PASSWORD, is_staff=True)
    return Visitor(browsing.log_in(app, user).client)


def uid_of(app: Flask, name: str) -> int:
    with app.app_context():
        return accounts.find(name).id


def test_only_staff_find_the_way(root: Visitor, ann: Visitor, visitor: Visitor) -> None:
    assert 'href="/admin"' in root.get("/").text
    assert 'href="/admin"' not in ann.get("/").text
    assert visitor.get("/admin").location == "/login?next=/admin"
    assert ann.get("/admin").status_code == 403


def figure_of(page: str, words: str) -> str:
    """The number under these words."""
    found = re.search(rf'figure__words">{words}</span>\s*<span class="figure__number">([^<]+)<', page)
    assert found
    return found[1]


def test_the_overview_tells_how_it_stands(root: Visitor, ann: Visitor) -> None:
    ann.upload()

    page = root.get("/admin").text

    assert "FILE_CREATE" in page
    assert "All is well." in page
    assert figure_of(page, "Accounts") == "2"
    assert figure_of(page, "Files") == "1"
    assert figure_of(page, "Stored") == "5 bytes"
    assert "Staff have changed nothing yet." in page


def test_a_switch_is_turned_and_the_upload_page_says_so(root: Visitor, ann: Visitor) -> None:
    assert root.submit("/admin", "/admin/switches/5", state="on").location == "/admin#switches-title"

    page = root.get("/admin").text
    assert re.search(r'<strong class="warn">on</strong>.*?since <time.*?by <bdi>root</bdi>', page, re.S)
    assert "Something needs a look" in page
    for path in ("/admin", "/admin/users", "/admin/files", "/admin/settings"):
        assert "Uploading is switched off for everybody but staff." in root.get(path).text
    assert "Uploading is switched off at the moment" in ann.get("/").text
    assert 'name="file"' not in ann.get("/").text
    assert 'name="file"' in root.get("/").text
    root.submit("/admin", "/admin/switches/5", state="off")
    assert 'name="file"' in ann.get("/").text
    assert "switched off" not in root.get("/admin/users").text
    assert root.submit("/admin", "/admin/switches/99", state="on").status_code == 404


def test_staff_get_in_while_everything_is_off(app: Flask, root: Visitor, visitor: Visitor) -> None:
    asked = root.submit("/admin", "/admin/switches/8", state="on")
    assert "Switch everything off?" in asked.text
    assert visitor.get("/").status_code == 200
    root.submit("/admin", "/admin/switches/8", state="on", confirmed="1")

    assert visitor.get("/").status_code == 503
    visitor.log_in("root")
    assert visitor.submit("/admin", "/admin/switches/8", state="off").status_code == 303
    assert Visitor(app.test_client()).get("/").status_code == 200


def test_accounts_are_searched_and_changed(app: Flask, root: Visitor, ann: Visitor) -> None:
    uid = uid_of(app, "ann")
    assert "ann" in root.get("/admin/users?q=AN").text
    assert "No account fits this search." in root.get("/admin/users?q=zzz").text

    assert root.submit(f"/admin/users/{uid}", do="disable").location == f"/admin/users/{uid}"
    assert ann.get("/files").status_code == 303
    assert "disabled" in root.get("/admin/users").text
    root.submit(f"/admin/users/{uid}", do="enable")
    root.submit(f"/admin/users/{uid}", do="make_staff")
    assert "staff" in root.get(f"/admin/users/{uid}").text
    assert root.submit(f"/admin/users/{uid}", do="fly").status_code == 404
    assert root.get("/admin/users/99").status_code == root.get("/admin/users/x").status_code == 404


def test_nobody_locks_themselves_out(app: Flask, root: Visitor) -> None:
    uid = uid_of(app, "root")

    assert "your own account" in root.get(f"/admin/users/{uid}").text
    assert root.submit(f"/admin/users/{uid}", do="disable").status_code == 400
    assert root.get("/admin").status_code == 200


def test_an_account_is_bound(app: Flask, root: Visitor, ann: Visitor) -> None:
    uid = uid_of(app, "ann")
    path = f"/admin/users/{uid}/bound"

    root.submit(f"/admin/users/{uid}", path, max_file_size="5")

    assert ann.client.get("/api/users/me").json == {**ann.client.get("/api/users/me").json, "maxFileSize": 5}
    assert 'value="5"' in root.get(f"/admin/users/{uid}").text
    wrong = root.submit(f"/admin/users/{uid}", path, max_file_size="much")
    assert wrong.status_code == 400
    assert "This must be a size" in wrong.text
    root.submit(f"/admin/users/{uid}", path, max_file_size="")
    assert ann.client.get("/api/users/me").json["maxFileSize"] > 5


def test_an_account_is_given_a_quota(app: Flask, root: Visitor, ann: Visitor) -> None:
    path = f"/admin/users/{uid_of(app, 'ann')}"
    ann.upload(b"12345")

    root.submit(path, f"{path}/bound", quota="1MiB")

    assert ann.client.get("/api/users/me").json["quota"] == 1 << 20
    page = root.get(path).text
    assert 'value="1MiB"' in page
    assert "5 bytes of 1 MiB" in page
    root.submit(path, f"{path}/bound", quota="none")
    assert 'name="quota" placeholder="no bound" type="text" value="none"' in root.get(path).text
    wrong = root.submit(path, f"{path}/bound", max_file_size="7", quota="much")
    assert wrong.status_code == 400
    assert "This must be a size" in wrong.text
    assert ann.client.get("/api/users/me").json["maxFileSize"] > 7


def test_what_was_not_touched_is_not_set_again(app: Flask, root: Visitor, ann: Visitor) -> None:
    path = f"/admin/users/{uid_of(app, 'ann')}"

    for _ in range(2):
        saved = root.submit(path, f"{path}/bound", quota="10 MB", max_file_size="")
        root.submit(path, f"{path}/email", email="ann@example.org")

    page = root.follow(saved).text
    assert "Saved." in page
    assert 'value="10MB"' in page
    with app.app_context():
        noted = [act.facts for act in audit.listing()[1]]
    assert [{*facts} - {"user", "uid"} for facts in noted] == [{"has_email"}, {"quota"}]


def test_staff_make_an_account_and_its_owner_sets_the_password_by_a_link(
    app: Flask, root: Visitor, visitor: Visitor
) -> None:
    made = root.submit("/admin/users/new", username="Neu", email="neu@example.org")

    assert "/reset/" not in made.location
    link = _link_of(root.follow(made))
    assert _link_of(root.follow(made)) == link
    assert "/reset/" not in root.get(f"/admin/users/{uid_of(app, 'root')}").text
    assert visitor.log_in("Neu", "").status_code == 401
    assert "Neu" in visitor.get(link).text
    visitor.submit(link, new_password=PASSWORD, new_password_again=PASSWORD)
    assert visitor.log_in("Neu").status_code == 303
    assert visitor.get("/account").status_code == 200
    assert Visitor(app.test_client()).get(link).status_code == 404
    assert visitor.client.get("/api/users/me").json["isVerified"]
    assert link not in root.get("/admin/audit").text


def test_a_link_that_was_handed_over_outlives_a_change_of_address_but_not_a_newer_link(
    app: Flask, root: Visitor, ann: Visitor, visitor: Visitor
) -> None:
    path = f"/admin/users/{uid_of(app, 'ann')}"
    first, second = (_link_of(root.follow(root.submit(path, f"{path}/password"))) for _ in range(2))
    with app.app_context(), transaction() as connection:
        connection.execute(update(UserRow).values(email="else@example.org"))

    assert visitor.get(first).status_code == 404
    assert visitor.get(second).status_code == 200
    assert ann.get("/account").status_code == 200
    root.submit(path, do="disable")
    assert visitor.get(second).status_code == 404
    assert root.submit(path, f"{path}/password").status_code == 400
    root.submit(path, do="enable")
    assert visitor.get(second).status_code == 404


def test_where_mail_works_a_new_password_is_mailed_and_staff_see_no_link(make_app: Callable[..., Flask]) -> None:
    app = make_app(BASE_URL="http://localhost")
    with app.app_context():
        staff = accounts.create("root", PASSWORD, is_staff=True)
    root = Visitor(browsing.log_in(app, staff).client)

    made = root.follow(root.submit("/admin/users/new", username="ann", email="ann@example.org")).text

    assert "on its way to ann@example.org" in made
    assert "/reset/" not in made
    with app.app_context(), reading() as connection:
        assert [row.kind for row in connection.execute(select(OutboxRow.kind))] == ["reset"]
    assert "/reset/" in root.follow(root.submit("/admin/users/new", username="bob")).text


def test_staff_make_an_account_with_a_password_or_are_told_why_not(app: Flask, root: Visitor, visitor: Visitor) -> None:
    made = root.submit("/admin/users/new", username="neu", password=PASSWORD, staff="1")
    assert "can log in" in root.follow(made).text

    assert visitor.log_in("neu").status_code == 303
    assert visitor.get("/admin").status_code == 200
    taken = root.submit("/admin/users/new", username="NEU")
    assert (taken.status_code, "is taken" in taken.text) == (409, True)
    assert root.submit("/admin/users/new", username="x", password="short").status_code == 400
    assert root.submit("/admin/users/new", username="-").status_code == 400
    assert root.submit("/admin/users/new", username="y", email="nonsense").status_code == 400


def test_an_account_is_logged_out_everywhere_and_its_keys_go(
    app: Flask, root: Visitor, ann: Visitor, make_key: Callable[..., str]
) -> None:
    path, key = f"/admin/users/{uid_of(app, 'ann')}", bearer(make_key("ann"))
    assert "Invalidate its key" in root.get(path).text

    root.submit(path, do="end_sessions")
    assert ann.get("/files").status_code == 303
    assert ann.client.get("/api/users/me", headers=key).status_code == 200
    root.submit(path, do="invalidate_keys")

    assert app.test_client().get("/api/users/me", headers=key).status_code == 401
    assert "Invalidate" not in root.get(path).text
    with app.app_context():
        assert [act.act for act in audit.listing()[1]] == ["invalidate keys", "end sessions"]


def test_an_accounts_address_is_set_and_counts_as_confirmed(app: Flask, root: Visitor, ann: Visitor) -> None:
    path = f"/admin/users/{uid_of(app, 'ann')}"

    root.submit(path, f"{path}/email", email=" ann@example.org ")

    assert "ann@example.org" in root.get(path).text
    assert "not confirmed" not in root.get(path).text
    assert "ann@example.org" not in root.get("/admin/audit").text
    wrong = root.submit(path, f"{path}/email", email="nonsense")
    assert wrong.status_code == 400
    assert 'value="nonsense"' in wrong.text


def test_an_account_is_removed_once_its_name_was_typed(app: Flask, root: Visitor, ann: Visitor) -> None:
    uuid, path = ann.upload(), f"/admin/users/{uid_of(app, 'ann')}"

    wrong = root.submit(f"{path}/delete", username="bob")
    assert (wrong.status_code, ann.get(f"/{uuid}").status_code) == (400, 200)
    done = root.submit(f"{path}/delete", username="Ann")

    assert "<h1>Removed</h1>" in done.text
    assert root.get(path).status_code == root.get(f"/{uuid}").status_code == 404
    own = f"/admin/users/{uid_of(app, 'root')}"
    assert root.get(f"{own}/delete").status_code == 400
    assert root.submit(own, f"{own}/delete", username="root").status_code == 400
    assert root.submit(own, f"{own}/password").status_code == 400


def test_accounts_are_sorted_and_sifted(app: Flask, root: Visitor, ann: Visitor) -> None:
    ann.upload(b"12345")

    def names(query: str) -> list[str]:
        return re.findall(r'<a href="/admin/users/\d+">(\w+)<', root.get(f"/admin/users?{query}").text)

    assert names("sort=name") == names("sort=nonsense") == names("sort=-size") == ["ann", "root"]
    assert names("sort=-name") == names("sort=files") == ["root", "ann"]
    assert names("kind=staff") == ["root"]
    assert names("kind=disabled") == []
    assert 'aria-sort="descending"><a href="/admin/users?sort=size">' in root.get("/admin/users?sort=-size").text


def _link_of(page: TestResponse) -> str:
    """The path of the link for a new password that a page shows."""
    (link,) = re.findall(r'id="link" dir="ltr">http://localhost(/reset/[^<]+)<', page.text)
    return str(link)


def test_everybodys_files_are_seen_and_changed_but_not_read(app: Flask, root: Visitor, ann: Visitor) -> None:
    secret = ann.upload(b"secret", "secret.txt", private="1")
    public = ann.upload(b"public", "public.txt")

    listed = root.get("/admin/files").text
    assert "secret.txt" in listed
    assert f'href="/admin/users/{uid_of(app, "ann")}"' in listed
    assert "?key=" not in listed
    page = root.get(f"/admin/files/{secret}").text
    assert "?key=" not in page
    assert 'name="private"' not in page
    changed = root.submit(f"/admin/files/{public}", filename="public.txt", extension="md", name="Renamed", private="1")
    assert "Saved." in changed.text
    found = ann.client.get(f"/api/users/me/files/{public}").json
    assert (found["name"], found["extension"], found["isPrivate"]) == ("Renamed", "md", False)


def test_files_of_one_account(app: Flask, root: Visitor, ann: Visitor, visitor: Visitor) -> None:
    ann.upload(b"1", "of-ann.txt")
    visitor.upload(b"2", "of-nobody.txt")

    page = root.get(f"/admin/files?owner={uid_of(app, 'ann')}").text

    assert "of-ann.txt" in page
    assert "of-nobody.txt" not in page
    assert "Files of <a" in page
    assert "nobody" in root.get("/admin/files").text
    assert root.get("/admin/files?owner=ann").status_code == root.get("/admin/files?owner=99").status_code == 404


def test_files_are_deleted_by_one_and_by_many(root: Visitor, ann: Visitor) -> None:
    first, second, third = (ann.upload(b"%d" % number) for number in range(3))

    root.submit(f"/admin/files/{first}", f"/admin/files/{first}/delete")
    root.submit("/admin/files", "/admin/files/delete", ids=[second, third], confirmed="1")

    assert [ann.client.get(f"/{uuid}").status_code for uuid in (first, second, third)] == [404] * 3


def test_a_content_is_taken_down_and_lifted(root: Visitor, ann: Visitor) -> None:
    uuid = ann.upload(b"bad")
    digest = hashlib.sha256(b"bad").hexdigest()
    assert f"/admin/takedowns?digest={digest}" in root.get(f"/admin/files/{uuid}").text
    assert f'value="{digest}"' in root.get(f"/admin/takedowns?digest={digest}").text

    shown = root.get(f"/admin/takedowns?digest={digest}").text
    assert "1 file has these bytes" in shown
    assert f'href="/admin/files/{uuid}"' in shown
    assert "No file has these bytes now" in root.get(f"/admin/takedowns?digest={'0' * 64}").text
    assert "these bytes</h3>" in root.submit("/admin/takedowns", digest=digest, reason="").text
    refused = root.submit("/admin/takedowns", digest=digest[:10], reason="x")
    assert refused.status_code == 400
    done = root.submit("/admin/takedowns", digest=digest, reason="<b>Because</b>")

    assert "1 file went with it." in done.text
    assert "<b>Because" not in done.text
    gone = ann.get(f"/{uuid}")
    assert gone.status_code == 451
    assert "&lt;b&gt;Because" in gone.text
    assert root.submit("/admin/takedowns", f"/admin/takedowns/{digest}/lift").status_code == 303
    assert ann.get(f"/{uuid}").status_code == 404


def test_what_staff_did_is_in_the_audit_log(app: Flask, root: Visitor, ann: Visitor) -> None:
    uuid = ann.upload(b"1", "x.txt")
    root.submit(f"/admin/files/{uuid}", f"/admin/files/{uuid}/delete")
    root.submit(f"/admin/users/{uid_of(app, 'ann')}", do="disable")
    root.submit("/admin", "/admin/switches/7", state="on")

    page = root.get("/admin/audit").text

    digest = hashlib.sha256(b"1").hexdigest()
    for word in ("kill switch", "FILE_DELETE", "change account", "ann", "delete", uuid, "x.txt", digest, "owners"):
        assert word in page
    assert page.rindex("kill switch") < page.rindex("change account")
    with app.app_context():
        assert audit.listing()[0] == 3


def test_the_audit_log_is_sifted_by_who_and_what(app: Flask, root: Visitor, ann: Visitor) -> None:
    root.submit("/admin", "/admin/switches/7", state="on")
    with app.app_context():
        switches.turn(None, Switch.FILE_DELETE, is_on=False)
        directory.bind(None, uid_of(app, "ann"), 5)

    def count(query: str) -> int:
        return root.get(f"/admin/audit?{query}").text.count("<time ")

    assert count("") == 3
    assert count("actor=root") == 1
    assert count("actor=(command+line)") == 2
    assert count("act=kill+switch") == 2
    assert count("actor=(command+line)&act=kill+switch") == 1
    assert '<option value="kill switch" selected>' in root.get("/admin/audit?act=kill+switch").text
    assert "There is no such entry." in root.get("/admin/audit?actor=nobody").text


def test_the_settings_are_shown_without_secrets(make_app: Callable[..., Flask]) -> None:
    app = make_app(SMTP_PASSWORD="hush hush", MAX_FILE_SIZE="5GiB", DATABASE_URL="", RATE_LIMITS=False)
    with app.app_context():
        staff = accounts.create("root", PASSWORD, is_staff=True)
    page = Visitor(browsing.log_in(app, staff).client).get("/admin/settings").text

    assert "hush hush" not in page
    assert str(app.config["SECRET_KEY"]) not in page
    assert ">5GiB<" in page
    assert ">16GiB<" in page
    assert "LOGIN_RATE" in page
    assert "None of them is in force" in page


def test_the_page_of_health_says_how_it_stands(app: Flask, root: Visitor, ann: Visitor) -> None:
    ann.upload(b"12345")
    assert "none yet" in root.get("/admin/health").text
    with app.app_context():
        upkeep.sweep()

    page = root.get("/admin/health").text

    for words in ("All is well.", "1 content of 5 bytes", "1 small content into the store", __version__, "none"):
        assert words in page


def test_the_pages_need_their_token(root: Visitor, ann: Visitor, make_user: Callable[..., User]) -> None:
    for path in ("/admin/switches/5", "/admin/users/1", "/admin/takedowns", "/admin/files/delete"):
        assert root.post(path, {"state": "on"}).status_code == 403


def test_buttons_beside_a_refused_bound_do_what_they_say(app: Flask, root: Visitor, ann: Visitor) -> None:
    path = f"/admin/users/{uid_of(app, 'ann')}"
    root.submit(path, f"{path}/bound", max_file_size="5")

    refused = root.submit(path, f"{path}/bound", max_file_size="nonsense")

    assert refused.text.count(f'action="{path}"') == 3
    assert root.submit(path, f"{path}/bound", do="disable").status_code == 400
    assert 'value="5"' in root.get(path).text


def test_an_accounts_bound_is_nobody_elses_to_know(app: Flask, root: Visitor, ann: Visitor, visitor: Visitor) -> None:
    path = f"/admin/users/{uid_of(app, 'ann')}"
    root.submit(path, f"{path}/bound", max_file_size="77GiB")

    assert "77 GiB" not in visitor.get("/").text
    assert "77 GiB" in ann.get("/").text
    assert "up to 16 GiB" in visitor.get("/").text


def test_a_page_of_what_was_taken_down_says_so(root: Visitor, ann: Visitor) -> None:
    uuid = ann.upload(b"bad")
    root.submit("/admin/takedowns", digest=hashlib.sha256(b"bad").hexdigest(), reason="x")

    assert "<h1>Taken down</h1>" in ann.get(f"/view/{uuid}").text
