"""The `pastebin` command, on an instance folder of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pastebin import __version__, create_app
from pastebin.cli import cli
from pastebin.services import accounts, audit, keys, sessions
from pastebin.services.actor import nobody
from tests.conftest import PASSWORD, bearer
from tests.forms import upload


@pytest.fixture
def instance(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("PASTEBIN_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


@pytest.fixture
def run(instance):
    def run_(*arguments, stdin=""):
        return CliRunner().invoke(cli, arguments, input=stdin, prog_name="pastebin")

    return run_


@pytest.fixture
def ann(run):
    assert run("user", "add", "ann", "--password-stdin", stdin=f"{PASSWORD}\n").exit_code == 0


def in_app(instance):
    return create_app(instance).app_context()


def test_user_add_makes_an_account_that_can_log_in(run, instance):
    done = run("user", "add", "ann", "--email", "ann@example.org", "--password-stdin", stdin=f"{PASSWORD}\nmore\n")

    assert (done.exit_code, done.output) == (0, f"Made the account ann (id 1) in {instance}.\n")
    with in_app(instance):
        user = accounts.log_in(nobody("192.0.2.1"), "ann", PASSWORD)
    assert (user.email, user.is_staff) == ("ann@example.org", False)


def test_an_address_given_on_the_command_line_counts_as_confirmed(run, instance):
    run("user", "add", "ann", "--email", "ann@example.org", "--password-stdin", stdin=f"{PASSWORD}\n")
    run("user", "add", "bob", "--password-stdin", stdin=f"{PASSWORD}\n")

    with in_app(instance):
        assert [accounts.find(name).is_verified for name in ("ann", "bob")] == [True, False]


def test_what_is_no_address_makes_no_account(run, instance):
    done = run("user", "add", "ann", "--email", "ann", "--password-stdin", stdin=f"{PASSWORD}\n")

    assert (done.exit_code, "looks like ann@example.org" in done.output) == (1, True)


def test_user_add_makes_staff(run, instance):
    assert run("user", "add", "root", "--staff", "--password-stdin", stdin=f"{PASSWORD}\n").exit_code == 0
    with in_app(instance):
        assert accounts.find("root").is_staff


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("user", "add", "ann", "--password-stdin"), f"{PASSWORD}\n", "is taken"),
        (("user", "add", "a b", "--password-stdin"), f"{PASSWORD}\n", "A user name has"),
        (("user", "add", "bob", "--password-stdin"), "short\n", "A password has"),
        (("user", "add", "bob"), "", "use --password-stdin"),
        (("key", "add", "nobody"), "", "There is no user named nobody in /"),
        (("user", "passwd", "nobody", "--password-stdin"), f"{PASSWORD}\n", "PASTEBIN_INSTANCE says which"),
        (("key", "add", "ann", "--expire", "yesterday"), "", "expire is a time"),
        (("key", "add", "ann", "--scope", "STAFF_READ_FILES"), "", "Only staff"),
        (("key", "invalidate", "nobody", "--all"), "", "There is no user named nobody"),
        (("key", "invalidate", "ann", "--id", "99"), "", "no API key"),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_exit_status_1(run, ann, arguments, stdin, said):
    done = run(*arguments, stdin=stdin)

    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_settings_that_cannot_be_used_are_one_sentence_too(run, ann, monkeypatch):
    monkeypatch.setenv("PASTEBIN_WORKERS", "many")
    done = run("sweep")

    assert done.exit_code == 1
    assert "PASTEBIN_WORKERS" in done.stderr


def test_an_instance_that_is_not_there_is_not_made_in_passing(run, instance):
    done = run("fsck")

    assert done.exit_code == 1
    assert f"no instance at {instance}" in done.stderr
    assert not instance.exists()


def test_key_add_prints_a_key_and_nothing_else(run, ann, instance):
    done = run(
        "key", "add", "ann", "--name", "laptop", "--scope", "UPLOAD_FILE", "--scope", "FILE_READ", "--expire", "30d"
    )

    assert re.fullmatch(r"pb_[\w.-]+\n", done.output)
    with in_app(instance):
        actor = keys.identify(done.output.strip(), "192.0.2.1")
        listed = keys.listing(actor.user_id)[0]
    assert {*actor.scopes} == {"UPLOAD_FILE", "FILE_READ"}
    assert listed.name == "laptop"
    assert listed.expires_at


def test_keys_are_invalidated_one_or_all(run, ann, instance):
    first, second, third = (run("key", "add", "ann").output.strip() for _ in range(3))
    client = create_app(instance).test_client()

    assert run("key", "invalidate", "ann", "--id", "1").output == "Invalidated key 1 of ann.\n"
    assert [client.put("/x", data=b"x", headers=bearer(key)).status_code for key in (first, second)] == [401, 201]
    assert run("key", "invalidate", "ann", "--all").output == "Invalidated 2 keys of ann.\n"
    assert [client.put("/x", data=b"x", headers=bearer(key)).status_code for key in (second, third)] == [401, 401]


def test_without_a_choice_the_keys_are_listed_and_stay(run, ann):
    assert "has no API keys" in run("key", "invalidate", "ann").output
    run("key", "add", "ann", "--name", "laptop")

    listed = run("key", "invalidate", "ann").output

    assert "1\tlaptop\tFILE_MODIFY,FILE_READ,UPLOAD_FILE\tnever used" in listed
    assert run("key", "invalidate", "ann").output == listed


def test_sweep_says_what_it_removed(run, instance):
    client = create_app(instance).test_client()
    told = upload(client, limit="1")
    client.get(f"/{told['uuid']}")

    assert run("sweep").output.startswith("Removed 1 expired or used-up files, 1 blobs")


def test_fsck_finds_nothing_wrong_with_what_is_right(run, instance):
    upload(create_app(instance).test_client())

    for options in ((), ("--deep",), ("--repair",)):
        done = run("fsck", *options)
        assert done.exit_code == 0
        assert "Checked 1 blobs and 1 files" in done.output
        assert "0 faults" in done.output


@pytest.mark.parametrize("spoil", ["missing", "shorter", "other bytes"])
def test_fsck_finds_what_is_lost_and_repairs_it(run, instance, spoil):
    client = create_app(instance, STAGING_SIZE=0).test_client()
    told, other = upload(client), upload(client, b"another")
    path = instance / "blobs" / told["sha256"][:2] / told["sha256"]
    path.chmod(0o640)
    if spoil == "missing":
        path.unlink()
    else:
        path.write_bytes(b"jello\n" if spoil == "other bytes" else b"he")
    deep = ("--deep",)

    found = run("fsck", *deep)
    assert found.exit_code == 1
    assert f"FAULT: blob {told['sha256']}" in found.stderr
    assert told["uuid"] in found.stderr
    assert run("fsck", *deep, "--repair").exit_code == 0
    assert run("fsck", *deep).exit_code == 0
    assert client.get(f"/{told['uuid']}").status_code == 404
    assert client.get(f"/{other['uuid']}").data == b"another"
    assert upload(client)["hash"] == told["hash"]


def test_without_deep_fsck_reads_no_bytes(run, instance):
    told = upload(create_app(instance, STAGING_SIZE=0).test_client())
    path = instance / "blobs" / told["sha256"][:2] / told["sha256"]
    path.chmod(0o640)
    path.write_bytes(b"jello\n")

    assert run("fsck").exit_code == 0
    assert run("fsck", "--deep").exit_code == 1


def test_interrupted_uploads_are_a_note_and_no_fault(run, instance):
    create_app(instance)
    (instance / "blobs" / "00" / ("0" * 64)).write_bytes(b"stray")

    done = run("fsck")

    assert done.exit_code == 0
    assert f"note: bytes {'0' * 64} have no record" in done.output


@pytest.mark.parametrize("arguments", [("--help",), ("user", "--help"), ("key", "add", "-h"), ("--version",)])
def test_every_command_explains_itself(run, arguments):
    done = run(*arguments)

    assert done.exit_code == 0
    assert (__version__ if arguments == ("--version",) else "Usage: pastebin") in done.output


def test_it_is_installed_under_its_name(instance):
    program = Path(sys.executable).parent / "pastebin"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.strip().endswith(__version__)


def test_accounts_are_listed_and_changed(run, ann, instance):
    listed = run("user", "list")
    assert (listed.exit_code, listed.output) == (0, "ann\tid 1\t0 files of 0 bytes\tuser\n")
    changed = run("user", "change", "ann", "--staff", "--disable", "--max-file-size", "10MiB")
    assert (
        changed.output == "ann (id 1): staff, disabled; no e-mail; 0 files of 0 bytes; sends at most 10 MiB at once.\n"
    )
    back = run("user", "change", "ann", "--no-staff", "--enable", "--max-file-size", "none")
    assert back.output == "ann (id 1): user; no e-mail; 0 files of 0 bytes; sends at most 16 GiB at once.\n"
    assert run("user", "list", "b").output == "There is no account with b in its name.\n"
    assert run("user", "change", "ann", "--quota", "10GiB").output.endswith("at once, keeps at most 10 GiB.\n")
    assert run("user", "change", "ann", "--quota", "none").output.endswith("keeps as much as there is room for.\n")
    assert run("user", "change", "ann", "--quota", "default").output == back.output
    assert run("user", "change", "ann", "--quota", "-1").stderr.startswith("Error: --quota must be a size")
    wrong = run("user", "change", "ann", "--max-file-size", "much")
    assert (wrong.exit_code, wrong.stderr) == (
        1, "Error: --max-file-size must be a size, such as 1000000, 10MiB or 2GiB.\n"
    )  # fmt: skip


def test_an_address_is_set_and_counts_as_confirmed(run, ann, instance):
    assert run("user", "change", "ann", "--email", "ann@example.org").exit_code == 0
    with in_app(instance):
        assert (accounts.find("ann").email, accounts.find("ann").is_verified) == ("ann@example.org", True)
    assert run("user", "list").output.endswith("\tann@example.org\n")
    assert run("user", "change", "ann", "--email", "none").exit_code == 0
    with in_app(instance):
        assert (accounts.find("ann").email, accounts.find("ann").is_verified) == (None, False)
    assert "looks like" in run("user", "change", "ann", "--email", "nonsense").stderr


def test_a_password_is_set_and_all_sessions_end(run, ann, instance):
    with in_app(instance):
        token, _session = sessions.begin(accounts.find("ann"))

    done = run("user", "passwd", "ann", "--password-stdin", stdin="another password\n")

    assert done.output == "Set the password of ann. All sessions have ended.\n"
    with in_app(instance):
        assert sessions.find(token) is None
        assert accounts.log_in(nobody("192.0.2.1"), "ann", "another password").name == "ann"


def test_an_account_is_removed_after_a_question(run, ann, instance):
    kept = run("user", "remove", "ann", stdin="n\n")
    assert kept.exit_code == 1
    assert "Remove ann and 0 files of 0 bytes?" in kept.output
    assert run("user", "list").output.startswith("ann\t")

    done = run("user", "remove", "ann", "--yes")

    assert done.output == "Removed ann and 0 files of 0 bytes. The next sweep frees the space.\n"
    assert run("user", "list").output == "There are no accounts yet.\n"


def test_a_key_is_bound(run, ann, instance):
    secret = run("key", "add", "ann", "--max-file-size", "5").output.strip()

    app = create_app(instance)
    assert app.test_client().post("/api/upload", data=b"123456", headers=bearer(secret)).status_code == 413


def test_an_address_that_is_not_confirmed_is_shown_so(run, ann, instance):
    with in_app(instance):
        accounts.create("bob", PASSWORD, email="bob@example.org")

    assert "bob@example.org (not confirmed)" in run("user", "list").output


def test_keys_are_listed_with_their_ends_and_bounds(run, ann):
    assert run("key", "list", "ann").output == "ann has no API keys.\n"
    run("key", "add", "ann", "--name", "small", "--max-file-size", "1KiB", "--expire", "30d")
    run("key", "add", "ann")

    newer, older = run("key", "list", "ann").output.splitlines()

    assert newer.endswith("never used\tnever expires")
    assert re.search(r"small\t.*\tnever used\texpires [0-9-]+ [0-9:]+ UTC\tat most 1 KiB an upload$", older)


def test_one_key_or_all_but_not_both(run, ann):
    run("key", "add", "ann")

    done = run("key", "invalidate", "ann", "--id", "1", "--all")

    assert (done.exit_code, "not both" in done.stderr) == (1, True)
    assert "1\t" in run("key", "list", "ann").output
    assert "ann has no API key 99." in run("key", "invalidate", "ann", "--id", "99").stderr


def test_a_disabled_account_gets_no_key(run, ann):
    run("user", "change", "ann", "--disable")

    assert "--enable" in run("key", "add", "ann").stderr


def test_what_the_command_does_to_accounts_is_in_the_audit_log(run, ann, instance):
    run("user", "passwd", "ann", "--password-stdin", stdin="another password\n")
    run("key", "add", "ann")
    run("key", "invalidate", "ann", "--id", "1")
    run("key", "invalidate", "ann", "--all")

    with in_app(instance):
        acts = audit.listing()[1]
    assert [act.act for act in acts] == ["invalidate keys", "invalidate key", "add key", "set password", "add account"]
    assert {act.actor_name for act in acts} == {audit.COMMAND_LINE}
