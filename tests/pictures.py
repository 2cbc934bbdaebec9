"""Images for people to look at: with colours, sizes and faults as uploads have them."""

from __future__ import annotations

import io

from PIL import Image


def photograph(number: int = 0, width: int = 640, height: int = 480) -> bytes:
    """A JPEG with colours of its own for each number, so that places and pictures can be told apart."""
    down = Image.linear_gradient("L").resize((width, height))
    across = down.rotate(90, expand=True).resize((width, height))
    hue = across.point(lambda level: (level // 4 + 40 * number) % 256)
    saturation = Image.new("L", (width, height), 110)
    return _written(Image.merge("HSV", (hue, saturation, down.point(lambda level: 90 + level // 2))).convert("RGB"))


def icon() -> bytes:
    """A black ring on nothing: a PNG that needs a ground."""
    ring = Image.radial_gradient("L").point(lambda level: 255 if 60 < level < 110 else 0)
    image = Image.new("RGBA", ring.size, (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), mask=ring)
    return _written(image, "PNG")


def scan() -> bytes:
    """A TIFF, which browsers do not show."""
    return _written(Image.open(io.BytesIO(photograph())), "TIFF")


def damaged() -> bytes:
    """What begins like a JPEG, says its size, and is then something else."""
    return photograph()[:700] + b"\0" * 500


def _written(image: Image.Image, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind, quality=85)
    return out.getvalue()
