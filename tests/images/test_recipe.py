"""What a query asks for, and how it is spelled: once for everything that means the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin.errors import FieldsInvalid, ImageUnusable
from pastebin.images.recipe import THUMBNAIL, Format, Recipe, Size, parse

FIELDS = ("cropx", "cropy", "scale", "scalex", "scaley")
NUMBERS = st.integers(1, 10**9 - 1)
RECIPES = st.builds(
    lambda crop, scaling, format: Recipe(*crop, *scaling, format=format),
    st.tuples(st.integers(0, 10**9 - 1), st.integers(0, 10**9 - 1)),
    st.one_of(
        st.tuples(NUMBERS),
        st.tuples(st.just(100), NUMBERS, st.none() | NUMBERS),
        st.tuples(st.just(100), st.none(), NUMBERS),
    ),
    st.none() | st.sampled_from(Format),
)


@pytest.mark.parametrize(
    ("query", "spelled"),
    [
        ({"cropx": "4"}, "crop4x0-same"),
        ({"cropx": "4", "cropy": "007"}, "crop4x7-same"),
        ({"cropx": "0", "scale": "50"}, "by50-same"),
        ({"scale": "100"}, "same"),
        ({"scale": "250"}, "by250-same"),
        ({"scalex": "30"}, "to30x-same"),
        ({"scaley": "30"}, "tox30-same"),
        ({"scalex": "30", "scaley": "40"}, "to30x40-same"),
        ({"scalex": "30", "scale": "50"}, "to30x-same"),
        ({"scale": " 50 ", "cropx": "", "other": "x"}, "by50-same"),
    ],
)
def test_a_query_is_a_recipe(query, spelled):
    assert str(parse(query, None)) == spelled


@pytest.mark.parametrize("query", [{}, {"cropx": "0"}, {"cropx": "0", "cropy": "00"}, {"scale": ""}, {"width": "3"}])
def test_a_query_that_asks_for_nothing_is_none(query):
    assert parse(query, "webp") is None


@pytest.mark.parametrize(
    ("extension", "format"),
    [("webp", Format.WEBP), ("png", Format.PNG), ("jpg", Format.JPEG), ("jpeg", Format.JPEG), ("avif", Format.AVIF),
     ("gif", Format.GIF), ("bmp", None), ("tar.gz", None), ("", None), (None, None)],
)  # fmt: skip
def test_the_extension_chooses_the_format(extension, format):
    assert parse({"scale": "100"}, extension) == Recipe(format=format)


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "1e3", "+1", "1 0", "٣", "0x10", "1" * 10, "NaN", "1,000"])
@pytest.mark.parametrize("field", FIELDS)
def test_nonsense_names_its_field(field, value):
    with pytest.raises(FieldsInvalid) as refused:
        parse({field: value}, None)

    assert refused.value.facts["fields"] == [field]
    assert field in refused.value.message


@pytest.mark.parametrize("field", ["scale", "scalex", "scaley"])
def test_a_scale_or_size_of_zero_is_nonsense(field):
    with pytest.raises(FieldsInvalid):
        parse({field: "0"}, None)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(), st.text(max_size=12)), st.none() | st.text(max_size=8))
def test_any_query_is_a_recipe_none_or_refused(query, extension):
    try:
        found = parse(query, extension)
    except FieldsInvalid:
        return

    assert found is None or isinstance(found, Recipe)


@given(RECIPES, RECIPES)
def test_recipes_are_spelled_alike_only_if_they_are_the_same(one, other):
    assert (str(one) == str(other)) == (one == other)


@given(RECIPES)
def test_a_spelling_is_a_safe_file_name(recipe):
    assert re.fullmatch("[a-z0-9x-]+", str(recipe))
    assert str(recipe) != str(THUMBNAIL)


@given(RECIPES | st.just(THUMBNAIL))
def test_a_recipe_goes_through_json(recipe):
    assert Recipe.from_words(json.loads(json.dumps(recipe.to_words()))) == recipe


@given(RECIPES, st.sampled_from(Format))
def test_naming_the_originals_own_format_is_naming_none(recipe, own):
    named = replace(recipe, format=own)

    assert str(replace(recipe, format=None).resolved(own)) == str(named.resolved(own)) == str(named)


def test_a_thumbnails_format_is_not_the_originals():
    assert THUMBNAIL.resolved(Format.GIF) == THUMBNAIL


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"scale": "100"}, ["scale"]),
        ({"scalex": "9", "scale": "3"}, ["scalex"]),
        ({"scalex": "9", "scaley": "9"}, ["scalex", "scaley"]),
        ({"cropx": "1"}, ["scale"]),
    ],
)
def test_it_tells_which_fields_make_it_so_large(query, fields):
    recipe = parse(query, None)

    assert recipe
    assert recipe.asks_for_size_by == fields
    assert THUMBNAIL.asks_for_size_by == []


@pytest.mark.parametrize(
    ("recipe", "size"),
    [
        (Recipe(), Size(401, 301)),
        (Recipe(crop_x=10, crop_y=20), Size(381, 261)),
        (Recipe(scale=50), Size(201, 151)),  # 200.5 and 150.5: half up
        (Recipe(scale=1), Size(4, 3)),
        (Recipe(crop_x=200, crop_y=150, scale=10), Size(1, 1)),
        (Recipe(scale_x=200), Size(200, 150)),
        (Recipe(scale_y=200), Size(266, 200)),
        (Recipe(scale_x=7, scale_y=9), Size(7, 9)),
        (Recipe(scale=30, scale_x=7), Size(7, 5)),
        (Recipe(crop_y=150, scale_x=1000), Size(1000, 2)),
        (THUMBNAIL, Size(512, 512)),
    ],
)
def test_the_size_is_known_beforehand(recipe, size):
    assert recipe.size_of(Size(401, 301)) == size


@pytest.mark.parametrize(
    ("recipe", "fields"),
    [(Recipe(crop_x=201), ["cropx"]), (Recipe(crop_y=151), ["cropy"]), (Recipe(999, 999), ["cropx", "cropy"])],
)
def test_a_crop_that_leaves_nothing_is_refused(recipe, fields):
    with pytest.raises(ImageUnusable, match="401 x 301") as refused:
        recipe.size_of(Size(401, 301))

    assert refused.value.facts["fields"] == fields
