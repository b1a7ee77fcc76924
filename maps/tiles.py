"""The background of the map: the one thing a page may fetch from elsewhere."""

import html
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_HERE = frozenset({"localhost", "127.0.0.1"})
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")
_PATH = re.compile(r"[\w\-./{}?&=%:,~+]+", re.ASCII)
_NEEDED = frozenset({"x", "y", "z"})


class BadTiles(ValueError):
    """Refuse a background setting."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Name a server of map pictures; `attribution` is HTML that Leaflet shows as it is."""

    name: str
    url: str
    attribution: str
    host: str

    @property
    def origin(self) -> str:
        """Return the source that the content security policy allows for pictures."""
        return f"{urlsplit(self.url).scheme}://{self.host}"


IGN = Tiles(
    name="Plan IGN",
    url="https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png"
    "&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
    attribution="© IGN – Plan IGN",
    host="data.geopf.fr",
)
"""Plan IGN v2 of the Géoplateforme: public, no key."""


def tiles_from_setting(text: str) -> Tiles | None:
    """Return the background of a setting; raise BadTiles.

    The setting is "ign", "none", or the URL template of a tile server with {z}, {x} and {y},
    optionally followed by " | " and an attribution. The server is asked over https unless it is
    on this machine, and under one host: the content security policy names it.
    """
    wanted = text.strip()
    if wanted.lower() in {"ign", "none"}:
        return IGN if wanted.lower() == "ign" else None
    url, _, attribution = (part.strip() for part in wanted.partition(" | "))
    host = _host(url)
    return Tiles(name=host, url=url, attribution=html.escape(attribution or host), host=host)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        name = parts.hostname or ""
        parts.port  # noqa: B018  raises when it is no port
    except ValueError:
        raise BadTiles("a background is ign, none or a URL template") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and name in _HERE):
        raise BadTiles("tiles come over https")
    host = parts.netloc.lower()
    # The host is written into a header, so nothing but a plain name may pass.
    if not _HOST.fullmatch(host) or not _PATH.fullmatch(url.removeprefix(f"{parts.scheme}://")):
        raise BadTiles("a tile server has a plain host and path")
    if not set(re.findall(r"{(.*?)}", url)) >= _NEEDED:
        raise BadTiles("a URL template has {z}, {x} and {y}")
    if set(re.findall(r"{(.*?)}", url)) - _NEEDED - {"r"}:
        raise BadTiles("a URL template has no other parts than {z}, {x}, {y} and {r}")
    return host
