"""The words of homes, and what is refused there."""

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS: dict[str, dict[str, Any]] = {
    "home_change": {
        "made": _l("Written down"),
        "floor": _l("Floor"),
        "door": _l("Door"),
        "rooms": _l("Rooms"),
        "surface": _l("Surface in m²"),
        "has_bath": _l("Bath"),
        "is_adapted": _l("Adapted"),
        "energy_label": _l("Energy label"),
        "has_lift": _l("Lift"),
        "address": _l("Address"),
    },
    "placing_doubt": {
        "no_answer": _l("this address is not known"),
        "low_score": _l("the address found is too different"),
        "other_place": _l("found in another commune only"),
        "too_coarse": _l("only the commune was found, not the street"),
        "ambiguous": _l("several places have this address"),
        "unreachable": _l("the service did not answer; asked again"),
    },
    "placing_kind": {"housenumber": _l("at the number"), "street": _l("at the street")},
    "home_value": {"yes": _l("yes"), "no": _l("no"), "with_residence": _l("with its residence")},
    "field": {
        "reference": _l("Reference"),
        "residence_reference": _l("Reference of the residence"),
        "address": _l("Address"),
        "postcode": _l("Postcode"),
        "city": _l("City"),
        "lat": _l("Latitude"),
        "lon": _l("Longitude"),
        "floor": _l("Floor"),
        "door": _l("Door"),
        "rooms": _l("Rooms"),
        "surface": _l("Surface in m²"),
        "has_bath": _l("Bath"),
        "is_adapted": _l("Adapted"),
        "energy_label": _l("Energy label"),
        "has_lift": _l("Lift"),
    },
    "accessed": {
        "dwelling": _l("the page of a dwelling"),
        "residence": _l("the page of a residence"),
    },
}

REFUSALS: dict[str, Any] = {
    "reference_taken": _l("A dwelling has this reference already."),
    "residence_elsewhere": _l("This residence is not in your territory."),
    "lease_not_found": _l("This lease is not to come any more, or was changed meanwhile."),
    "lease_told_anew": _l("A later file told of this lease with another day: that one stands."),
    "home_in_use": _l("Somebody lives there, or something was noted there: it stays."),
    "bad_postcode": _l("A postcode has five digits."),
    "bad_degrees": _l("Degrees are expected, such as 49.4295: latitude and longitude, both."),
    "bad_floor": _l("A floor is a whole number from −5 to 200."),
    "bad_rooms": _l("A number of rooms is expected, 50 at most."),
    "bad_surface": _l("A surface in m² is expected, 2,000 at most."),
    "residence_not_found": _l("There is no such residence, or your account may not see it."),
}
