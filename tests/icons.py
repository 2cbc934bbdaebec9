"""The site's raster icons, drawn from its SVG: `python -m tests.icons`. For whoever changes that; they are committed.

Chromium draws, Pillow makes them small.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.screens import chromium

STATIC = Path(__file__).parent.parent / "pastebin" / "blueprints" / "web" / "static"
GROUND = "#0b6b63"


def draw(browser: Browser, size: int, ground: str = "transparent") -> Image.Image:
    """The icon, *size* pixels wide and high; what is behind its round corners is the *ground*."""
    svg = (STATIC / "favicon.svg").read_text().replace("<svg ", f'<svg width="{size}" height="{size}" ')
    page = browser.new_page(viewport={"width": size, "height": size})
    page.set_content(f"<style>body{{margin:0;background:{ground}}}svg{{display:block}}</style>{svg}")
    drawn = Image.open(io.BytesIO(page.screenshot(omit_background=True)))
    page.close()
    return drawn


def main() -> None:
    """Draw them all."""
    with chromium() as browser:
        for size in (192, 512):
            _save(draw(browser, size), f"icon-{size}.png")
        # Systems cut these to a circle, or what they like. What is in the middle 80 % is safe, and the page is.
        _save(draw(browser, 512, GROUND), "icon-maskable-512.png")
        _save(draw(browser, 180, GROUND), "apple-touch-icon.png")
        small = [draw(browser, size) for size in (48, 32, 16)]
        small[0].save(STATIC / "favicon.ico", sizes=[image.size for image in small], append_images=small[1:])


def _save(image: Image.Image, name: str) -> None:
    image.quantize(32, method=Image.Quantize.FASTOCTREE).save(STATIC / name, optimize=True)


if __name__ == "__main__":
    main()
