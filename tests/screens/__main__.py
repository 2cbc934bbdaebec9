"""Photographs of every page, wide and narrow, light and dark: `python -m tests.screens FOLDER [NAME…]`.

For whoever works on how pages look. Says which pages are wider than the window,
and ends with 1 if one is. Chromium is what CHROMIUM names, else /usr/bin/chromium.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.screens import album
from tests.screens.browser import chromium


def main(folder: Path, names: list[str]) -> int:
    """Take them all; how many are too wide."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, album.stage(browser) as stage:
        complaints = list(album.photograph(stage, folder, names))
    print("\n".join([*complaints, f"The photographs are in {folder}."]))
    return len(complaints)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=__doc__)
    parser.add_argument("folder", type=Path, help="where they go")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of them: {', '.join(album.STATES)}")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(album.STATES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(album.STATES)}.")
    sys.exit(bool(main(wanted.folder, wanted.names)))
