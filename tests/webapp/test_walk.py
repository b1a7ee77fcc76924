"""The walks of the tests know every address, and what is looked for in one."""

from contextlib import suppress

from flask import Flask, request, request_started

from tests.sought import noting_what_is_sought
from tests.walk import AT_THE_DOOR, NOT_PAGES, PAGES


def test_every_address_is_a_page_that_is_walked_or_known_not_to_be_one(app: Flask) -> None:
    answering = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert answering == PAGES | AT_THE_DOOR | NOT_PAGES
    assert len(answering) == len(PAGES) + len(AT_THE_DOOR) + len(NOT_PAGES)


NAMED = (
    lambda given: given.get("q"), lambda given: given.get("q", type=int), lambda given: given["q"],
    lambda given: given.getlist("q"), lambda given: "q" in given,
)  # fmt: skip
ALL = (
    bool, len, list, dict, lambda given: given.to_dict(), lambda given: [*given.values()],
    lambda given: [*given.items(multi=True)], lambda given: dict(**given),
)  # fmt: skip


def test_however_an_argument_is_looked_for_it_is_noted(app: Flask) -> None:
    with noting_what_is_sought(app) as sought, app.test_request_context("/"):
        for look in (*NAMED, *ALL):
            request_started.send(app)
            assert not sought.any_of(["q"])
            with suppress(KeyError):
                look(request.args)
            assert sought.any_of(["q"])
            assert sought.any_of(["state"]) == (look in ALL)
