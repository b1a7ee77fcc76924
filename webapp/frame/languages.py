"""French first, English beside it; dates and numbers as each writes them."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from flask import Flask, g, request
from flask_babel import (
    Babel,
    format_date,
    format_datetime,
    format_decimal,
    get_locale,
    get_translations,
    gettext,
)
from jinja2 import pass_context
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.runtime import Context
from markupsafe import Markup

from visits.ground.deadlines import today_in_paris

LANGUAGES = ("fr", "en")


def chosen_language() -> str:
    """Give the account's language, else the browser's, else French."""
    account = g.get("account")
    if account is not None and account.language in LANGUAGES:
        return str(account.language)
    return request.accept_languages.best_match(LANGUAGES, default="fr") or "fr"


def current_language() -> str:
    """Give the language of the answer, `fr` or `en`."""
    locale = get_locale()
    return locale.language if locale is not None else "fr"


def speak_languages(app: Flask) -> None:
    """Register translations and the filters of the templates."""
    app.config.update(BABEL_DEFAULT_LOCALE="fr", BABEL_DEFAULT_TIMEZONE="Europe/Paris")
    Babel(app, locale_selector=chosen_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: get_translations().ugettext(text),
        ngettext=_counted,
        newstyle=True,
        pgettext=lambda context, text: get_translations().upgettext(context, text),
        npgettext=_counted_within,
    )
    app.jinja_env.filters.update(moment=moment, weekday=weekday, day=day, share=share, pick=pick)
    app.jinja_env.globals.update(current_language=current_language)


def ngettext(one: str, several: str, number: int, **said: Any) -> str:
    """Give the text for a number that may be large, outside of a template, as templates do."""
    return _counted(one, several, number) % said


def _counted(one: str, several: str, number: int) -> str:
    """Give the text for a number, which stands in it as people read it: 13 000."""
    said = get_translations().ungettext(one, several, number)
    return str(said).replace("%(num)d", str(format_decimal(number)))


def _counted_within(context: str, one: str, several: str, number: int) -> str:
    said = get_translations().unpgettext(context, one, several, number)
    return str(said).replace("%(num)d", str(format_decimal(number)))


def say_each_time(app: Flask) -> None:
    """Let our filters speak anew to each reader, also of a constant.

    What is said of one would be worked out as a template is compiled, and kept, in the language
    of whoever came first.
    """
    filters = app.jinja_env.filters
    for name in filters.keys() - DEFAULT_FILTERS.keys():
        filters[name] = _each_time(filters[name])


def _each_time(say: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    @wraps(say)
    def said(_context: Context, *args: Any, **options: Any) -> Any:
        return say(*args, **options)

    return said


def moment(value: datetime | None) -> str:
    """Write a moment in Paris time, or a dash."""
    if value is None:
        return "–"
    pattern = "dd/MM/yyyy HH:mm" if current_language() == "fr" else "d MMM yyyy HH:mm"
    return str(format_datetime(value, pattern))


def weekday(value: datetime | None) -> str:
    """Write a moment in Paris time with its day of the week, or a dash."""
    if value is None:
        return "–"
    return f"{format_datetime(value, 'EEE')} {moment(value)}"


def day(value: date | None) -> str:
    """Write a day, or a dash."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = today_in_paris(value)
    return str(format_date(value, "dd/MM/yyyy" if current_language() == "fr" else "d MMM yyyy"))


def share(rate: Any) -> Markup:
    """Write a rate with its numerator and denominator: `13,1 % (105 of 800)`."""
    if rate.value is None:
        return Markup("–")
    percent = f"{rate.value * 100:.1f}"
    if current_language() == "fr":
        percent = percent.replace(".", ",")
    of = gettext("%(part)d of %(whole)d", part=rate.numerator, whole=rate.denominator)
    return Markup("{}\u202f% <small>({})</small>").format(percent, of)


def pick(labels: dict[str, str] | None) -> str:
    """Pick the reader's language from `{fr, en}`."""
    if not labels:
        return ""
    return labels.get(current_language()) or labels.get("fr") or next(iter(labels.values()), "")
