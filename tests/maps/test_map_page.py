import json
import re
from typing import Any
from urllib.parse import urlsplit

import folium
import pytest
from branca.element import MacroElement
from folium.plugins import MarkerCluster
from folium.template import Template

from maps.cells import BBox
from maps.page import ASSETS, Page, UnknownAsset, UnsafePage, Way, draw, draw_ways
from maps.tiles import IGN, BadTiles, Tiles, tiles_from_setting

OISE = BBox(49.06, 1.69, 49.76, 3.16)


def page(**changes: Any) -> Page:
    facts: dict[str, Any] = {
        "data_url": "/carte/donnees",
        "bounds": OISE,
        "tiles": IGN,
        "options": {"mode": "clusters"},
        "zoom": ("Zoomer", "Dézoomer"),
    }
    return draw(**facts | changes)


def hosts(drawn: Page) -> set[str | None]:
    text = " ".join((*drawn.scripts, *drawn.styles, drawn.body_html, drawn.script))
    urls = re.findall(r"(?:https?:)?//[^\s\"'\\]+", text)
    return {urlsplit(url).hostname for url in urls}


class Banner(MacroElement):
    def __init__(self, macro: str, markup: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Banner"
        self._template = Template(f"{{% macro {macro}(this, kwargs) %}}{markup}{{% endmacro %}}")


def test_a_page_asks_nobody_but_the_tile_server() -> None:
    assert hosts(page()) == {"data.geopf.fr"}
    assert page().picture_source == "https://data.geopf.fr"


def test_a_page_without_background_asks_nobody() -> None:
    drawn = page(tiles=None)
    assert hosts(drawn) == set()
    assert drawn.picture_source is None


def test_a_page_needs_leaflet_and_our_own_script_in_that_order() -> None:
    assert page().scripts == ("vendor/leaflet/leaflet.js", "vendor/palier-map.js")
    assert page().styles == ("vendor/leaflet/leaflet.css",)


def test_the_body_is_one_bare_div() -> None:
    assert page().body_html == '<div class="folium-map" id="map_palier" ></div>'


def test_the_script_sets_the_view_then_asks_for_the_viewport() -> None:
    script = page(options={"labels": {"count": "l’été </script>"}}).script
    view = script.index("map_palier.fitBounds([[49.06, 1.69], [49.76, 3.16]], {animate: false})")
    tiles = script.index("L.tileLayer(")
    layer = script.index('window.Palier.viewport(map_palier, "/carte/donnees", {"labels"')
    assert view < tiles < layer
    assert "</script>" not in script
    assert '"maxZoom": 19' in script
    assert '"maxBoundsViscosity": 1' in script


def test_the_background_is_asked_for_with_its_template_and_attribution() -> None:
    script = page().script
    assert json.dumps(IGN.attribution) in script
    (url,) = re.findall(r'L\.tileLayer\(\s*("[^"]+")', script)
    assert json.loads(url) == IGN.url


def test_the_same_map_is_the_same_file_each_time() -> None:
    assert page() == page()


def test_a_plugin_that_is_not_among_our_files_is_refused() -> None:
    with pytest.raises(UnknownAsset):
        page(layers=[MarkerCluster()])  # type: ignore[no-untyped-call]


def test_a_layer_that_writes_into_the_head_is_refused() -> None:
    with pytest.raises(UnknownAsset):
        page(layers=[Banner("header", "<script src='https://cdn.example/x.js'></script>")])


@pytest.mark.parametrize(
    "markup",
    [
        "<p style='color:red'>x</p>",
        "<script>alert(1)</script>",
        "<style>p {}</style>",
        "<img src=x onerror=alert(1)>",
        "<a href=' JavaScript:alert(1)'>x</a>",
        "<img src='https://elsewhere.example/x.png'>",
    ],
)
def test_a_layer_with_inline_code_in_the_body_is_refused(markup: str) -> None:
    with pytest.raises(UnsafePage):
        page(layers=[Banner("html", markup)])


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example/", "donnees"])
def test_a_map_asks_only_its_own_server(url: str) -> None:
    with pytest.raises(UnsafePage):
        page(data_url=url)


def test_drawing_leaves_folium_as_it_was() -> None:
    page()
    assert dict(folium.Map.default_js)["leaflet"].startswith("https://")
    assert set(ASSETS) == {"leaflet", "leaflet_css", "palier_map"}


@pytest.mark.parametrize(("text", "tiles"), [("ign", IGN), (" IGN ", IGN), ("none", None)])
def test_the_background_is_ign_or_none(text: str, tiles: Tiles | None) -> None:
    assert tiles_from_setting(text) is tiles


def test_the_background_may_be_a_tile_server_of_ones_own() -> None:
    tiles = tiles_from_setting("https://tuiles.example.fr/osm/{z}/{x}/{y}.png | © <OSM>")
    assert tiles is not None
    assert (tiles.host, tiles.origin) == ("tuiles.example.fr", "https://tuiles.example.fr")
    assert tiles.attribution == "© &lt;OSM&gt;"
    assert hosts(page(tiles=tiles)) == {"tuiles.example.fr"}


def test_a_tile_server_on_this_machine_may_do_without_https() -> None:
    tiles = tiles_from_setting("http://localhost:8080/{z}/{x}/{y}.png")
    assert tiles is not None
    assert tiles.origin == "http://localhost:8080"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "osm",
        "/tiles/{z}/{x}/{y}.png",
        "http://tuiles.example.fr/{z}/{x}/{y}.png",
        "javascript://tuiles.example.fr/{z}/{x}/{y}.png",
        "https://tuiles.example.fr/{z}/{x}.png",
        "https://{s}.example.fr/{z}/{x}/{y}.png",
        "https://tuiles.example.fr/{z}/{x}/{y}/{key}.png",
        "https://me:secret@tuiles.example.fr/{z}/{x}/{y}.png",
        "https://tuiles.example.fr;script-src *;/{z}/{x}/{y}.png",
        "https://tuiles.example.fr/{z}/{x}/{y}.png' *",
        "https://tuiles.example.fr:x/{z}/{x}/{y}.png",
        "https://[bad/{z}/{x}/{y}.png",
    ],
)
def test_a_background_that_would_not_do_is_refused(text: str) -> None:
    with pytest.raises(BadTiles):
        tiles_from_setting(text)


def test_ways_are_lines_with_dots_and_ask_for_nothing_more() -> None:
    ways = [Way("#117733", [(49.43, 2.08), (49.44, 2.09)]), Way("#cc6677", [(49.2, 2.6)])]
    drawn = draw_ways(ways, bounds=OISE, tiles=None, zoom=("Zoomer", "Dézoomer"))
    assert drawn.scripts == ("vendor/leaflet/leaflet.js",)
    assert hosts(drawn) == set()
    assert drawn.script.count("L.polyline(") == 2 and drawn.script.count("L.circleMarker(") == 3
    assert "#117733" in drawn.script and "popup" not in drawn.script.lower()
