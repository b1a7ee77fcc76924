"""The web application: HTTP, tablet, pages, clock. The only place where the parts meet."""

import gc

# What is imported stays: to look through it over and over took a fifth of every start.
gc.disable()

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from maps.tiles import tiles_from_setting
from webapp.access.auth import guard
from webapp.access.sign_in import set_up_accounts
from webapp.api import register_api
from webapp.api.health import health
from webapp.api.metrics import metrics
from webapp.api.tablet_app import tablet
from webapp.frame.assets import offer_assets
from webapp.frame.errors import answer_errors
from webapp.frame.languages import speak_languages
from webapp.frame.metrics import count_requests
from webapp.frame.packing import pack_answers
from webapp.frame.security import keep_logs, protect_pages
from webapp.frame.settings import Settings
from webapp.frame.transaction import open_house, utc_now
from webapp.frame.typed import refuse_unwritable_text
from webapp.office import register_office

gc.freeze()
gc.enable()

MAX_UPLOAD = 40 * 1024 * 1024
OWN_MACHINE = ("127.0.0.1", "localhost", "[::1]")


def create_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Flask:
    """Build the application: a table of contents."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_UPLOAD, MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024)
    # On its own machine it answers by number too: that is how its health is asked.
    app.config["TRUSTED_HOSTS"] = [*settings.hosts, *OWN_MACHINE] if settings.hosts else None
    app.extensions["palier"] = open_house(settings, clock=clock)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count)  # type: ignore[method-assign]

    pack_answers(app)
    answer_errors(app)
    keep_logs(app)
    if settings.metrics:
        count_requests(app)
    tiles = tiles_from_setting(settings.basemap)
    protect_pages(app, tile_host=tiles.host if tiles else None, https=settings.https)
    speak_languages(app)
    set_up_accounts(app, settings)
    guard(app)
    refuse_unwritable_text(app)

    offer_assets(app)
    app.register_blueprint(health)
    app.register_blueprint(metrics)
    app.register_blueprint(tablet)
    register_api(app)
    register_office(app)
    return app
