"""The fields of the account pages."""

from wtforms import PasswordField, StringField

from pastebin.blueprints.pages import PageForm
from pastebin.errors import FieldsInvalid


class LoginForm(PageForm):
    """Who logs in."""

    username = StringField("User name")
    password = PasswordField("Password")


class RegisterForm(PageForm):
    """Who wants an account."""

    username = StringField("User name")
    password = PasswordField("Password")
    password_again = PasswordField("Password, once more")
    email = StringField("E-mail address")

    def check_repetition(self) -> None:
        """Make sure that the password was typed as meant.

        Raises:
            FieldsInvalid: the two differ.
        """
        _check_same(self.password, self.password_again)


class ResetForm(PageForm):
    """A new password in place of a forgotten one."""

    new_password = PasswordField("New password")
    new_password_again = PasswordField("New password, once more")

    def check_repetition(self) -> None:
        """Make sure that the new password was typed as meant.

        Raises:
            FieldsInvalid: the two differ.
        """
        _check_same(self.new_password, self.new_password_again)


class PasswordForm(ResetForm):
    """A new password in place of one that is known."""

    old_password = PasswordField("Current password")


class EmailForm(PageForm):
    """Another e-mail address."""

    email = StringField("E-mail address")
    password = PasswordField("Password")


class ForgottenForm(PageForm):
    """Who forgot their password."""

    account = StringField("User name or e-mail address")


class ClosingForm(PageForm):
    """That it is really the owner who wants the account gone."""

    password = PasswordField("Your password")


class FileForm(PageForm):
    """What can be changed of a file."""

    name = StringField("Display name")
    filename = StringField("File name")
    extension = StringField("Extension")
    expire = StringField("Expires")
    expire_at = StringField("Or at this time")
    limit = StringField("Downloads")
    private = StringField("Who may read it")


class NewAccountForm(PageForm):
    """Whom staff make an account for."""

    username = StringField("User name")
    email = StringField("E-mail address")
    password = PasswordField("Password")
    staff = StringField("Kind")


class RemovalForm(PageForm):
    """That it is this account that is to go."""

    username = StringField("User name")


class AccountForm(PageForm):
    """Where an account's mail goes, and how much it may send and keep."""

    email = StringField("E-mail address")
    max_file_size = StringField("Largest upload")
    quota = StringField("Storage")


class TakedownForm(PageForm):
    """What is to be taken down, and why."""

    digest = StringField("SHA-256 of the content")
    reason = StringField("Reason")


def _check_same(first: PasswordField, second: PasswordField) -> None:
    if first.data != second.data:
        raise FieldsInvalid("This is not the password above.", fields=[second.name])
