"""The map page: folium's shell without a third party, an inline script or an inline style.

folium's figure is rendered in parts. The links of its head become names of our own files; its
script is served as a file of the same origin; its body is one empty div.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, Link, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from maps.cells import BBox
from maps.tiles import Tiles
from maps.travel import Position

ASSETS: Mapping[str, str] = {
    "leaflet": "vendor/leaflet/leaflet.js",
    "leaflet_css": "vendor/leaflet/leaflet.css",
    "palier_map": "vendor/palier-map.js",
}
"""What folium calls a file, and where ours stands under the static folder."""

FARTHEST_ZOOM, CLOSEST_ZOOM = 5, 19
MAP_ID = "palier"


class UnknownAsset(LookupError):
    """Refuse a script or style that is not among our own files."""


class UnsafePage(ValueError):
    """Refuse what the content security policy would refuse in the browser."""


@dataclass(frozen=True, slots=True)
class Page:
    """Hold the parts of a map page.

    `scripts` and `styles` are paths under the static folder, in the order to load them;
    `body_html` is markup to put where the map goes; `script` is to be served as a file of its own
    and loaded last; `picture_source` is what the policy must allow for pictures, if anything.
    """

    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    body_html: str
    script: str
    picture_source: str | None


class LocalMap(folium.Map):
    """Draw a map that needs Leaflet alone, under a name that never changes."""

    default_js = [("leaflet", ASSETS["leaflet"])]
    default_css = [("leaflet_css", ASSETS["leaflet_css"])]

    def __init__(self, **options: Any) -> None:
        """Take Leaflet's options of a map."""
        # Without tiles nothing tells Leaflet how far one may zoom.
        super().__init__(
            tiles=None,
            minZoom=FARTHEST_ZOOM,
            maxZoom=CLOSEST_ZOOM,
            # One globe, not a row of them: a viewport beyond 180 degrees is refused.
            max_bounds=True,
            maxBoundsViscosity=1,
            # Leaflet's own says its words in English alone: ours stands for it.
            zoom_control=False,
            **options,
        )
        self._id = MAP_ID


class View(MacroElement):
    """Show bounds at once; folium's own way may slide there and ask for every view on the way."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "{{ this._parent.get_name() }}.fitBounds({{ this.corners|tojson }}, {animate: false});"
        "{% endmacro %}"
    )

    def __init__(self, bounds: BBox) -> None:
        """Take the bounds to show."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "View", MAP_ID
        self.corners = [[bounds.south, bounds.west], [bounds.north, bounds.east]]


class ZoomControl(MacroElement):
    """Zoom in and out by buttons that say so in the reader's language."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "L.control.zoom({{ this.options|tojson }}).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, zoom_in: str, zoom_out: str) -> None:
        """Take the words of the two buttons."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "ZoomControl", MAP_ID
        self.options = {"zoomInTitle": zoom_in, "zoomOutTitle": zoom_out}


class ViewportLayer(JSCSSMixin):
    """Draw what our own endpoint answers for the viewport."""

    default_js = [("palier_map", ASSETS["palier_map"])]
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "window.Palier.viewport("
        "{{ this._parent.get_name() }}, {{ this.url|tojson }}, {{ this.options|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        """Take the path of the endpoint and the options of the script."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "ViewportLayer", MAP_ID
        self.url, self.options = url, dict(options)


def draw(
    *,
    data_url: str,
    bounds: BBox,
    tiles: Tiles | None,
    options: Mapping[str, Any],
    zoom: tuple[str, str],
    layers: Sequence[MacroElement] = (),
) -> Page:
    """Draw the page of a map that asks `data_url` for each viewport.

    `options` go to the script as they are; `zoom` says in and out on the buttons; `layers` are more
    elements of folium. Raise UnknownAsset, or UnsafePage for a `data_url` elsewhere or a layer that
    brings inline code.
    """
    if not data_url.startswith("/") or data_url.startswith("//"):
        raise UnsafePage("a map asks its own server")
    return _drawn(bounds, tiles, zoom, (*layers, ViewportLayer(data_url, options)))


@dataclass(frozen=True, slots=True)
class Way:
    """A way through some places in order, in one colour such as `#117733`."""

    colour: str
    places: Sequence[Position]


def draw_ways(
    ways: Sequence[Way], *, bounds: BBox, tiles: Tiles | None, zoom: tuple[str, str]
) -> Page:
    """Draw the page of a map of ways, each with a dot at its places; it asks for nothing more."""
    layers: list[MacroElement] = []
    for way in ways:
        line = folium.PolyLine(  # type: ignore[no-untyped-call]
            way.places, color=way.colour, weight=3, opacity=0.8
        )
        layers.append(line)
        layers.extend(
            folium.CircleMarker(place, radius=6, color=way.colour, fill=True, fill_opacity=0.9)
            for place in way.places
        )
    return _drawn(bounds, tiles, zoom, layers)


def _drawn(
    bounds: BBox, tiles: Tiles | None, zoom: tuple[str, str], layers: Sequence[MacroElement]
) -> Page:
    drawn = LocalMap()
    background = () if tiles is None else (_background(tiles),)
    # The view comes first: what stands before it would ask for pictures of somewhere else.
    for layer in (View(bounds), ZoomControl(*zoom), *background, *layers):
        drawn.add_child(layer)
    return _page(drawn, tiles)


def _background(tiles: Tiles) -> folium.TileLayer:
    layer = folium.TileLayer(
        tiles=tiles.url, attr=tiles.attribution, name=tiles.name, max_zoom=CLOSEST_ZOOM
    )
    layer._id = MAP_ID
    return layer


def _page(drawn: folium.Map, tiles: Tiles | None) -> Page:
    figure = drawn.get_root()
    if not isinstance(figure, Figure):
        raise UnsafePage("a map is drawn in a figure")
    figure.render()
    links = _links(figure, drawn.get_name())
    body = figure.html.render().strip()
    _InlineCode().feed(body)
    return Page(
        scripts=tuple(ASSETS[name] for name, link in links if isinstance(link, JavascriptLink)),
        styles=tuple(ASSETS[name] for name, link in links if isinstance(link, CssLink)),
        body_html=body,
        script=figure.script.render(),
        picture_source=tiles.origin if tiles else None,
    )


def _links(figure: Figure, map_name: str) -> list[tuple[str, Element]]:
    """Return the links of the head, all of them ours.

    Left out are the character set and the head of the map itself, which only sets styles that
    our own sheet sets.
    """
    links = [
        (name, child)
        for name, child in figure.header._children.items()
        if name not in {"meta_http", map_name}
    ]
    for name, child in links:
        if not isinstance(child, Link) or name not in ASSETS:
            raise UnknownAsset(name)
    return links


class _InlineCode(HTMLParser):
    """Raise UnsafePage at the first script, style or handler within markup."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        if tag in {"script", "style", "link", "iframe", "object", "embed", "base"}:
            raise UnsafePage(tag)
        for name, value in attrs:
            if name == "style" or name.startswith("on") or _is_script(value):
                raise UnsafePage(name)


def _is_script(value: str | None) -> bool:
    return (value or "").strip().lower().startswith(("javascript:", "data:", "http:", "https:"))
