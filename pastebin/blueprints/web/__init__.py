"""Pages for people."""

from pastebin.blueprints.web import (
    accounts,
    admin,
    admin_accounts,
    admin_files,
    files,
    mailed,
    modules,
    pictures,
    viewing,
    views,
)
from pastebin.blueprints.web.blueprint import bp

__all__ = [
    "accounts",
    "admin",
    "admin_accounts",
    "admin_files",
    "bp",
    "files",
    "mailed",
    "modules",
    "pictures",
    "viewing",
    "views",
]
