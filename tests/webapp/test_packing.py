"""Answers made small: what is packed, for whom, and for whom not."""

import gzip
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from webapp.api.tablet_app import FOLDER
from webapp.frame.assets import BUILD

OURS = {"Accept-Encoding": "gzip, deflate, br", "Sec-Fetch-Site": "same-origin"}


def test_a_page_is_packed_for_those_who_take_it(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("coordinator")
    packed, plain = client.get("/", headers=OURS), client.get("/")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data).startswith(plain.data[:100])
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert len(packed.data) * 2 < len(plain.data)


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_a_page_that_somebody_elses_page_may_ask_for_tells_nothing_by_its_size(
    client_as: Callable[..., FlaskClient], site: str | None
) -> None:
    headers = {"Accept-Encoding": "gzip"} | ({"Sec-Fetch-Site": site} if site else {})
    assert "Content-Encoding" not in client_as("coordinator").get("/", headers=headers).headers


def test_the_same_page_never_packs_to_the_same_size_for_long(client: FlaskClient) -> None:
    sizes = {len(client.get("/sign-in", headers=OURS).data) for _ in range(20)}
    assert len(sizes) > 8


def test_a_machine_without_a_cookie_gets_its_answer_packed(client: FlaskClient) -> None:
    answer = client.get("/api/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"openapi" in gzip.decompress(answer.data)


def test_what_is_small_goes_as_it_is(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=OURS).headers


@pytest.mark.parametrize(("accepted", "coding"), [("br, gzip", "br"), ("gzip", "gzip"), ("", None)])
def test_built_files_are_packed_as_the_browser_likes_it(
    client: FlaskClient, accepted: str, coding: str | None
) -> None:
    place = next(BUILD.glob("assets/office-*.js"))
    address = f"/static/build/assets/{place.name}"
    answer = client.get(address, headers={"Accept-Encoding": accepted}, buffered=True)
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "Accept-Encoding" in answer.headers["Vary"]
    expected = {None: "", "br": ".br", "gzip": ".gz"}[coding]
    assert answer.data == place.with_name(place.name + expected).read_bytes()
    again = client.get(
        address,
        headers={"Accept-Encoding": accepted, "If-None-Match": answer.headers["ETag"]},
        buffered=True,
    )
    assert again.status_code == 304


def test_the_tablets_shell_and_worker_keep_what_browsers_need_to_know(client: FlaskClient) -> None:
    shell, worker = (
        client.get(f"/tablet/{name}", headers={"Accept-Encoding": "br"}, buffered=True)
        for name in ("visits/any", "sw.js")
    )
    assert shell.headers["Content-Type"] == "text/html; charset=utf-8"
    assert shell.headers["Content-Encoding"] == worker.headers["Content-Encoding"] == "br"
    assert shell.headers["Cache-Control"] == worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Service-Worker-Allowed"] == "/tablet/"


def test_every_built_file_that_packs_well_is_packed_and_the_same() -> None:
    for folder in (BUILD, FOLDER):
        for place in [*folder.rglob("*.js"), *folder.rglob("*.css"), *folder.rglob("*.html")]:
            if place.stat().st_size >= 1_000:
                packed = place.with_name(f"{place.name}.gz").read_bytes()
                assert gzip.decompress(packed) == place.read_bytes()
                assert place.with_name(f"{place.name}.br").stat().st_size < len(packed)


def test_no_packed_file_is_found_outside_of_its_folder(client: FlaskClient) -> None:
    for address in ("/static/../__init__.py", "/static/%2e%2e/x.py", "/tablet/..%2f..%2fx.y"):
        assert client.get(address, headers={"Accept-Encoding": "br"}).status_code == 404
