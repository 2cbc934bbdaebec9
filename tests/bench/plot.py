"""Bars of characters: the same on a screen, in a page, and in light and dark."""

from collections.abc import Mapping

_WIDTH = 40
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(value: float, most: float) -> str:
    """As long as *value* is in proportion to *most*, which fills the width; what is not nothing can be seen."""
    eighths = max(1, round(value / most * _WIDTH * 8)) if value > 0 else 0
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def bars(title: str, values: Mapping[str, float], written: Mapping[str, str]) -> str:
    """A bar for each of the *values*, with what is *written* of it at its end."""
    widest, most = max(map(len, values)), max(values.values())
    lines = [f"  {name:>{widest}}  {bar(value, most):<{_WIDTH}}  {written[name]}" for name, value in values.items()]
    return "\n".join([title, *lines])
