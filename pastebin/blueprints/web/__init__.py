"""Pages for people."""

from pastebin.blueprints.web import (
    about,
    accounts,
    admin,
    admin_accounts,
    admin_files,
    files,
    mailed,
    modules,
    pictures,
    site,
    viewing,
    views,
)
from pastebin.blueprints.web.blueprint import bp

__all__ = [
    "about",
    "accounts",
    "admin",
    "admin_accounts",
    "admin_files",
    "bp",
    "files",
    "mailed",
    "modules",
    "pictures",
    "site",
    "viewing",
    "views",
]
