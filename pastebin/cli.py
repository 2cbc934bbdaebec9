"""The `pastebin` command."""

import getpass
import sys
from collections.abc import Callable
from datetime import datetime

import click
from flask import Flask

from pastebin import __version__, create_app, expiry
from pastebin.config import ConfigInvalid, instance_folder, read_bound, write_size
from pastebin.errors import KeyNotFound, PastebinError, UserNotFound
from pastebin.extensions import now, settings
from pastebin.services import accounts, audit, bounds, closing, directory, fsck, keys, switches, upkeep
from pastebin.services.actor import Scope, User
from pastebin.services.switches import Switch


class _Command(click.Group):
    """The group of all commands: what goes wrong is one sentence on stderr and exit status 1."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except PastebinError as fault:
            raise click.ClickException(fault.message) from fault
        except (ConfigInvalid, OSError) as fault:
            raise click.ClickException(str(fault)) from fault


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Look after a pastebin: accounts, API keys, and its storage.

    Works on the instance folder that PASTEBIN_INSTANCE names, else the
    `instance` folder of this checkout; beside a running server too.
    """


@cli.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("name")
@click.option("--staff", is_flag=True, help="May see and change everybody's files.")
@click.option("--email", metavar="ADDRESS", help="Where mail for them goes; it counts as confirmed.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
def add_user(name: str, staff: bool, email: str | None, password_stdin: bool) -> None:
    """Make an account; asks for its password."""
    with _app(may_be_new=True).app_context():
        accounts.check_name(name)
        made = accounts.create(name, _read_password(password_stdin), email=email, is_staff=staff, is_vouched_for=True)
        audit.note_command("add account", user=made.name, uid=made.id, is_staff=made.is_staff)
    click.echo(f"Made the {'staff ' if staff else ''}account {made.name} (id {made.id}) in {instance_folder()}.")


@user.command("list")
@click.argument("search", default="")
def list_users(search: str) -> None:
    """Show all accounts, or those with SEARCH in their name or e-mail."""
    with _app().app_context():
        count, found = directory.listing(search)
        while len(found) < count and (more := directory.listing(search, offset=len(found))[1]):
            found += more
    for each in found:
        click.echo("\t".join((each.name, f"id {each.id}", _had_by(each), _marks(each), _email(each))).rstrip())
    if not found:
        click.echo(f"There is no account with {search} in its name." if search else "There are no accounts yet.")


@user.command("change")
@click.argument("name")
@click.option("--staff/--no-staff", "is_staff", default=None, help="Whether they see and change everybody's files.")
@click.option("--enable/--disable", "is_enabled", default=None, help="--disable ends their sessions and keys at once.")
@click.option("--max-file-size", metavar="SIZE", help="In place of MAX_FILE_SIZE: 2GiB; 'none': no bound of its own.")
@click.option("--quota", metavar="SIZE", help="In place of USER_QUOTA: 10GiB; 'none': no bound; 'default': USER_QUOTA.")
@click.option("--email", metavar="ADDRESS", help="Where mail for them goes, confirmed by you; 'none' for none.")
def change_user(
    name: str,
    is_staff: bool | None,
    is_enabled: bool | None,
    max_file_size: str | None,
    quota: str | None,
    email: str | None,
) -> None:
    """Change what the account NAME may do. Without an option, show it."""
    is_disabled = None if is_enabled is None else not is_enabled
    with _app().app_context():
        owner = _account(name)
        if max_file_size is not None:
            directory.bind(None, owner.id, _read(read_bound, max_file_size, "--max-file-size"))
        if quota is not None:
            directory.set_quota(None, owner.id, _read(bounds.read_quota, quota, "--quota"))
        if email is not None:
            directory.set_email(None, owner.id, None if email == "none" else email)
        account = directory.change(None, owner.id, directory.Changes(is_staff, is_disabled))
        bounded = f"sends at most {_largest_upload(account)} at once{_keeps(account)}"
    facts = f"{_marks(account)}; {_email(account) or 'no e-mail'}; {_had_by(account)}; {bounded}"
    click.echo(f"{account.name} (id {account.id}): {facts}.")


@user.command("passwd")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
def set_password(name: str, password_stdin: bool) -> None:
    """Set the password of the account NAME, and end all its sessions. API keys stay."""
    with _app().app_context():
        owner = _account(name)
        accounts.replace_password(owner.id, _read_password(password_stdin))
        audit.note_command("set password", user=owner.name, uid=owner.id)
    click.echo(f"Set the password of {owner.name}. All sessions have ended.")


@user.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove_user(name: str, yes: bool) -> None:
    """Remove the account NAME, its keys, and all its files. This cannot be taken back."""
    with _app().app_context():
        owner = _account(name)
        account = directory.get(owner.id)
        if not yes:
            click.confirm(f"Remove {owner.name} and {_had_by(account)}?", abort=True)
        closing.close(None, owner.id)
    click.echo(f"Removed {owner.name} and {_had_by(account)}. The next sweep frees the space.")


@cli.group()
def key() -> None:
    """API keys."""


@key.command("add")
@click.argument("user")
@click.option("--name", help="What the key is for.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice([*Scope]), help="May be given several times.")
@click.option("--expire", metavar="TIME", help="30d, 12h, a date…; without it the key stays valid.")
@click.option("--max-file-size", metavar="SIZE", help="What one upload with it may have at most: 10MiB.")
def add_key(
    user: str, name: str | None, scopes: tuple[str, ...], expire: str | None, max_file_size: str | None
) -> None:
    """Make an API key for USER and print it. It is shown this once."""
    with _app().app_context():
        when = expiry.parse(expire, now()) if expire else None
        bound = _read(read_bound, max_file_size, "--max-file-size") if max_file_size else None
        owner = _account(user)
        if directory.get(owner.id).is_disabled:
            raise click.ClickException(f"{owner.name} is disabled. 'pastebin user change {owner.name} --enable' first.")
        made = keys.issue(owner, name, [Scope(scope) for scope in scopes] or None, when, bound)
        audit.note_command("add key", user=owner.name, uid=owner.id, key=made.id, scopes=sorted(made.scopes))
    click.echo(made.secret)


@key.command("list")
@click.argument("user")
def list_keys(user: str) -> None:
    """Show the API keys of USER, without the keys themselves."""
    with _app().app_context():
        owner = _account(user)
        _show_keys(keys.listing(owner.id), owner.name)


@key.command("invalidate")
@click.argument("user")
@click.option("--all", "every", is_flag=True, help="All keys of USER.")
@click.option("--id", "key_id", type=int, metavar="ID", help="The one key with this id.")
def invalidate_key(user: str, every: bool, key_id: int | None) -> None:
    """Make API keys of USER unusable, at once. Without an option, lists them."""
    if every and key_id is not None:
        raise click.ClickException("Say --id for one key or --all for all of them, not both. Nothing was done.")
    with _app().app_context():
        owner = _account(user)
        if every:
            count = keys.invalidate_all(owner.id)
            audit.note_command("invalidate keys", user=owner.name, uid=owner.id, count=count)
            click.echo(f"Invalidated {count} keys of {owner.name}.")
        elif key_id is not None:
            _invalidate_one(owner, key_id)
        else:
            found = keys.listing(owner.id)
            _show_keys(found, owner.name)
            if found:
                click.echo("Choose one with --id ID, or --all.")


def _invalidate_one(owner: User, key_id: int) -> None:
    try:
        keys.invalidate(owner.id, key_id)
    except KeyNotFound as fault:
        raise click.ClickException(
            f"{owner.name} has no API key {key_id}. 'pastebin key list {owner.name}' shows those there are."
        ) from fault
    audit.note_command("invalidate key", user=owner.name, uid=owner.id, key=key_id)
    click.echo(f"Invalidated key {key_id} of {owner.name}.")


@cli.command("switch")
@click.argument("name", required=False, type=click.Choice([each.name for each in Switch]), metavar="[NAME]")
@click.argument("state", required=False, type=click.Choice(["on", "off"]), metavar="[on|off]")
def turn_switch(name: str | None, state: str | None) -> None:
    """Turn a kill switch on or off: while FILE_CREATE is on, nobody but staff uploads. Without on or off, show them."""
    wanted = [Switch[name]] if name else list(Switch)
    with _app().app_context():
        if state:
            switches.turn(None, wanted[0], is_on=state == "on")
        are_on = switches.on()
    for each in wanted:
        effect = f"{each.effect.lower()} is refused, but to staff" if each in are_on else "nothing is refused by it"
        click.echo(f"{each.name}\t{'on' if each in are_on else 'off'}\t{effect}")


@cli.command()
def sweep() -> None:
    """Remove what has expired, and bytes that nothing names. The server does this by itself from time to time."""
    with _app().app_context():
        click.echo(f"Removed {upkeep.sweep()}.")


@cli.command("fsck")
@click.option("--deep", is_flag=True, help="Read all bytes and compare them with their digests.")
@click.option("--repair", is_flag=True, help="Forget files whose bytes are lost or wrong.")
def check(deep: bool, repair: bool) -> None:
    """Check that records and stored bytes fit each other. Exit status 1 where they do not and were not mended."""
    with _app().app_context():
        report = fsck.check(deep=deep, repair=repair)
    for note in report.notes:
        click.echo(f"note: {note}")
    for fault in report.faults:
        click.echo(f"FAULT: {fault}", err=True)
    for mended in report.mended:
        click.echo(f"repaired: {mended}")
    read = f", {report.bytes_read} bytes read" if deep else ""
    click.echo(f"Checked {report.blobs} blobs and {report.files} files{read}: {len(report.faults)} faults.")
    if not report.is_sound:
        sys.exit(1)


def main() -> None:
    """Run the command."""
    cli(prog_name="pastebin")


def _app(*, may_be_new: bool = False) -> Flask:
    """The application over the instance that is meant; a mistyped one must not be made in passing."""
    folder = instance_folder()
    if not may_be_new and not folder.is_dir():
        raise click.ClickException(f"There is no instance at {folder}. PASTEBIN_INSTANCE says where it is.")
    return create_app(LOG_LEVEL="warning")


def _account(name: str) -> User:
    """The account of that name. Where there is none the wrong instance may have been asked: it is said which."""
    try:
        return accounts.find(name)
    except UserNotFound as fault:
        raise click.ClickException(
            f"There is no user named {name} in {instance_folder()}. 'pastebin user add {name}' makes one;"
            " PASTEBIN_INSTANCE says which folder is meant."
        ) from fault


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.ClickException("There is no terminal to ask for a password: use --password-stdin.")
    first = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != first:
        raise click.ClickException("The two passwords differ. Nothing was made.")
    return first


def _read(read: Callable[[str], int | None], text: str, option: str) -> int | None:
    try:
        return read(text)
    except ValueError as fault:
        raise click.ClickException(f"{option} {fault}.") from fault


def _largest_upload(account: directory.Account) -> str:
    return write_size(settings.MAX_FILE_SIZE if account.max_file_size is None else account.max_file_size)


def _keeps(account: directory.Account) -> str:
    largest = bounds.largest_storage(account)
    if largest is None and account.quota is None:
        return ""
    return ", keeps as much as there is room for" if largest is None else f", keeps at most {write_size(largest)}"


def _had_by(account: directory.Account) -> str:
    files = "1 file" if account.file_count == 1 else f"{account.file_count} files"
    return f"{files} of {write_size(account.used_bytes)}"


def _email(account: directory.Account) -> str:
    if account.email is None:
        return ""
    return account.email if account.is_verified else f"{account.email} (not confirmed)"


def _marks(account: directory.Account) -> str:
    kind = "staff" if account.is_staff else "user"
    return f"{kind}, disabled" if account.is_disabled else kind


def _show_keys(found: list[keys.ApiKey], owner: str) -> None:
    for each in found:
        name, scopes = each.name or "(no name)", ",".join(sorted(each.scopes))
        bound = "" if each.max_file_size is None else f"at most {write_size(each.max_file_size)} an upload"
        click.echo("\t".join((str(each.id), name, scopes, _last_used(each), _ends(each), bound)).rstrip())
    if not found:
        click.echo(f"{owner} has no API keys.")


def _ends(each: keys.ApiKey) -> str:
    if each.expires_at is None:
        return "never expires"
    word = "expired" if each.expires_at <= now() else "expires"
    return f"{word} {each.expires_at:%Y-%m-%d %H:%M} UTC"


def _last_used(each: keys.ApiKey) -> str:
    used: datetime | None = each.last_used_at
    return f"last used {used:%Y-%m-%d %H:%M} UTC" if used else "never used"
