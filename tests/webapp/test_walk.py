"""The walks of the tests know every address."""

from flask import Flask

from tests.walk import AT_THE_DOOR, NOT_PAGES, PAGES


def test_every_address_is_a_page_that_is_walked_or_known_not_to_be_one(app: Flask) -> None:
    answering = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert answering == PAGES | AT_THE_DOOR | NOT_PAGES
    assert len(answering) == len(PAGES) + len(AT_THE_DOOR) + len(NOT_PAGES)
