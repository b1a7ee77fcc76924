"""What a home must have, as it is typed and as it is called: one form wherever it is asked."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from visits.ground.errors import Invalid
from visits.homes.access import Demand
from visits.homes.matching import (
    CITY,
    DISTANCE,
    FLOOR,
    NEEDS,
    NUMBERS,
    RENT,
    ROOMS,
    WHEELCHAIR,
    Needs,
)
from visits.homes.needs import CITY_LENGTH
from visits.homes.traits import PETS
from webapp.words import word

WISH, MUST = "wish", "must"


def need_called(need: str) -> str:
    """Say what a home has or misses of what is needed."""
    return word("demand" if need in tuple(Demand) else "need", need)


def need_in_words(needs: Needs, need: str) -> str:
    """Say a need with the number or the city that goes with it."""
    asked = needs.asked.get(need)
    told = f" {asked}" if need in NUMBERS or need == CITY else ""
    return need_called(need) + told


def need_told(needs: Needs, need: str) -> str:
    """Say a need as a sentence has it, with its number or its city: `3 rooms at least`."""
    asked = needs.asked.get(need)
    if need == ROOMS:
        return str(ngettext("%(num)d room at least", "%(num)d rooms at least", asked))
    if need == FLOOR:
        return str(_("floor %(floor)d at most", floor=asked) if asked else _("ground floor"))
    if need == DISTANCE:
        return str(_("shops and doctors within %(metres)s m", metres=format_decimal(asked)))
    if need == RENT:
        return str(_("%(euros)s € a month at most", euros=format_decimal(asked)))
    return str(_("in %(city)s", city=asked)) if need == CITY else need_called(need)


def typed_needs() -> Needs:
    """Read what a home must have. Raises Invalid by field."""
    typed = request.form
    how = {name: typed.get(f"how-{name}", "") for name in NEEDS}
    fields = {name: "bad_choice" for name, said in how.items() if said not in ("", WISH, MUST)}
    numbers: dict[str, Any] = {}
    for name in NUMBERS:
        text = typed.get(name, "").strip()
        if text.isascii() and text.isdigit() and len(text) < 6:
            numbers[name] = int(text)
        elif text:
            fields[name] = "need_out_of_range"
        elif how[name]:
            fields[name] = "required"
    city = typed.get("city", "").strip()
    if how["city"] and not city:
        fields["city"] = "required"
    if fields:
        raise Invalid(fields)
    return Needs(
        wheelchair=typed.get(WHEELCHAIR) == "yes",
        demands=tuple(one for one in Demand if how[one]),
        city=city,
        pets=bool(how[PETS]),
        musts=frozenset(name for name, said in how.items() if said == MUST),
        **numbers,
    )


def needs_form(needs: Needs) -> dict[str, Any]:
    """Give what the form of needs shows: what was typed, or else what stands."""
    stands: dict[str, Any] = {f"how-{one}": _how(needs, one) for one in NEEDS}
    stands |= {name: getattr(needs, name) for name in (*NUMBERS, "city")}
    stands[WHEELCHAIR] = "yes" if needs.wheelchair else ""
    asked = any(name.startswith("how-") for name in request.form)
    typed: Mapping[str, Any] = request.form if asked else stands
    return {
        "need_names": [one.value for one in Demand] + [PETS],
        "need_numbers": NUMBERS,
        "needed": typed,
        "need_city_length": CITY_LENGTH,
    }


def _how(needs: Needs, need: str) -> str:
    if need not in needs.said:
        return ""
    return MUST if need in needs.musts else WISH
