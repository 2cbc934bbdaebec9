"""What can be opened is an allow-list, and what is made has one media type and one extension."""

from __future__ import annotations

import pytest

from pastebin.filetypes import media_type_of
from pastebin.filetypes.serving import serving
from pastebin.images import formats, opening
from pastebin.images.recipe import Format


def test_every_readable_type_has_a_plug_in_of_its_own():
    assert opening._PLUGINS.keys() == formats.READABLE.keys()


@pytest.mark.parametrize(
    "kind", ["image/svg+xml", "image/vnd.adobe.photoshop", "application/pdf", "text/plain", "", None]
)
def test_what_is_not_on_the_list_is_no_image(kind):
    assert not formats.is_image(kind)
    assert formats.format_of(kind) is None


@pytest.mark.parametrize("made", Format)
def test_a_made_image_is_known_by_its_extension_and_shown(made):
    kind = media_type_of(made)

    assert kind
    assert serving(kind, None).inline


@pytest.mark.parametrize("kind", [kind for kind, own in formats.READABLE.items() if own])
def test_an_original_that_stays_what_it_is_keeps_its_type(kind):
    assert media_type_of(formats.format_of(kind)) == {"image/apng": "image/png"}.get(kind, kind)
