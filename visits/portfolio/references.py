"""Which dwelling and which residence a line means, where a number or an address is ambiguous.

One odd line is told and moves nobody else; what means several places names none of them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from visits.ground.folding import fold
from visits.homes.corrections import DOOR_LENGTH
from visits.portfolio.addresses import city_key
from visits.portfolio.fields import Kind
from visits.portfolio.ledger import Ledger, Record
from visits.portfolio.mapping import LONGEST_LETTER
from visits.portfolio.rows import Reading, Row

LONGEST_REFERENCE = 40
Commune = tuple[str, str]
# What whoever imports may answer to one dwelling at two addresses.
KEEP, REFUSE = "keep", "refuse"


def settle_references(
    ledger: Ledger, reading: Reading, *, kind: Kind, choices: Mapping[str, str]
) -> None:
    """Tell apart the numbers that several residences use, and doubt what contradicts itself."""
    if kind is Kind.RESIDENCES:
        return
    if kind is Kind.DWELLINGS:
        _settle_residences(reading)
    _tell_numbers_apart(ledger, reading)
    _doubt_addresses(reading, refuse=choices.get("two_addresses"), kind=kind)


def commune_of(row: Row) -> Commune | None:
    """Give the postcode and the commune of a line, if it says them."""
    postcode, city = row.get("postcode") or "", city_key(row.get("city") or "")
    return (postcode, city) if postcode or city else None


def same_commune(one: Commune | None, other: Commune | None) -> bool:
    """Say whether two lines may speak of one commune: what is not said contradicts nothing."""
    if one is None or other is None:
        return True
    return all(not a or not b or a == b for a, b in zip(one, other, strict=True))


def loosely(key: str) -> str:
    """Leave the bis and ter of a folded address out: landlords write them or not."""
    words = key.split(" ", 1)
    number = words[0].removesuffix("bis").removesuffix("ter").removesuffix("quater")
    return " ".join([number, *words[1:]])


def _settle_residences(reading: Reading) -> None:
    """Believe of a residence's place what most of its lines say; one all over the map is none."""
    by_residence: dict[str, list[Row]] = defaultdict(list)
    for row in reading.rows:
        if reference := row.get("residence_reference"):
            by_residence[reference].append(row)
    for reference, rows in by_residence.items():
        told = Counter(commune for row in rows if (commune := commune_of(row)))
        streets = Counter(_street(row) for row in rows if row.get("address_key"))
        if _is_scattered(told) or (len(reference) <= LONGEST_LETTER and _is_scattered(streets)):
            _is_no_residence(reading, reference, rows)
            continue
        if len(told) < 2:
            continue
        usual = told.most_common(1)[0][0]
        for row in rows:
            if not same_commune(commune_of(row), usual):
                known = next(r for r in rows if commune_of(r) == usual)
                reading.warn(
                    row, "residence_reference", "other_residence_address",
                    value=_address(row), known=_address(known),
                )  # fmt: skip
                for name in ("address", "address_key", "postcode", "city", "insee", "lat", "lon"):
                    row.values.pop(name, None)
                    if known.get(name) is not None:
                        row.values[name] = known.values[name]


def _is_scattered(told: "Counter[Commune] | Counter[str]") -> bool:
    """Say whether no single place has most of the lines."""
    return len(told) > 1 and max(told.values()) * 2 <= told.total()


def _street(row: Row) -> str:
    """Give the street of a line without its number: one residence may have several doors."""
    number, _space, street = str(row.values["address_key"]).partition(" ")
    return street if number[:1].isdigit() else str(row.values["address_key"])


def _is_no_residence(reading: Reading, reference: str, rows: Sequence[Row]) -> None:
    for row in rows:
        reading.warn(row, "residence_reference", "residence_of_several", value=reference)
        del row.values["residence_reference"]
        if len(reference) <= LONGEST_LETTER:
            inside = ", ".join(filter(None, [f"Bât {reference}", row.get("door")]))
            if len(inside) > DOOR_LENGTH:
                reading.warn(row, "door", "too_long", value=inside)
            else:
                row.values["door"] = inside


def _within(row: Row) -> str:
    return str(row.get("residence_reference") or row.get("within") or "")


def _tell_numbers_apart(ledger: Ledger, reading: Reading) -> None:
    """Read a number together with its residence where it is unique only within it."""
    numbered = [row for row in reading.rows if _within(row)]
    composed = {row.key: _composed(row) for row in numbered}
    raw = {row.values["dwelling_reference"] for row in numbered}
    ledger.load_dwellings(raw | set(composed.values()))
    known = ledger.dwellings.find("reference")
    repeated = _used_in_several(numbered)
    for row in numbered:
        number, full = row.values["dwelling_reference"], composed[row.key]
        here = known.get(number)
        if full in known or (repeated and not _is_here(ledger, here, row)):
            if len(full) > LONGEST_REFERENCE:
                reading.refuse([row], "dwelling_reference", "too_long")
                continue
            if number in repeated:
                reading.warn(
                    row, "dwelling_reference", "number_not_unique", value=number, read=full
                )
            row.values["dwelling_reference"] = full


def _composed(row: Row) -> str:
    return f"{_within(row)}/{row.values['dwelling_reference']}"


def _used_in_several(rows: Sequence[Row]) -> set[str]:
    """Name the numbers that stand for dwellings of several residences at several addresses."""
    residences: dict[str, set[str]] = defaultdict(set)
    addresses: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        number = row.values["dwelling_reference"]
        residences[number].add(fold(_within(row)))
        addresses[number].add(f"{loosely(row.get('address_key') or '')} {commune_of(row)}")
    addressed = any(row.get("address_key") for row in rows)
    return {
        number
        for number, found in residences.items()
        if len(found) > 1 and (not addressed or len(addresses[number]) > 1)
    }


def _is_here(ledger: Ledger, dwelling: Record | None, row: Row) -> bool:
    """Say whether a dwelling of that number is known in the very residence of the line."""
    if dwelling is None:
        return False
    residence = ledger.residences.records[dwelling["residence_id"]]
    if residence["reference"]:
        return bool(residence["reference"] == _within(row))
    return bool(residence["address_key"] and residence["address_key"] == row.get("address_key"))


def _doubt_addresses(reading: Reading, *, refuse: str | None, kind: Kind) -> None:
    """Tell of dwellings that stand at two addresses; where that is common, refuse the second."""
    by_dwelling: dict[str, list[Row]] = defaultdict(list)
    for row in reading.rows:
        if row.get("address_key"):
            by_dwelling[row.values["dwelling_reference"]].append(row)
    odd = [(rows[0], row) for rows in by_dwelling.values() for row in rows if _apart(rows[0], row)]
    far = [(first, row) for first, row in odd if not same_commune(*map(commune_of, (first, row)))]
    usual = len({first.key for first, _row in far}) > 1 or len(far) > 1 or kind is Kind.DWELLINGS
    refused = far if refuse == REFUSE or (usual and refuse != KEEP) else []
    for first, row in odd:
        if (first, row) not in refused:
            reading.warn(
                row, "address", "two_addresses", value=_address(row), line=str(first.line),
                known=_address(first),
            )  # fmt: skip
    # Of the first one nobody knows either whether it is meant: it is read, and the others told.
    reading.refuse([row for _first, row in refused], "dwelling_reference", "reference_of_several")


def _apart(one: Row, other: Row) -> bool:
    if one.line == other.line:
        return False
    street = loosely(one.values["address_key"]) != loosely(other.values["address_key"])
    return street or not same_commune(commune_of(one), commune_of(other))


def _address(row: Row) -> str:
    place = f"{row.get('postcode') or ''} {row.get('city') or ''}".strip()
    return ", ".join(part for part in (row.get("address"), place) if part)
