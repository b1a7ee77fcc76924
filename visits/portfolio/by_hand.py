"""What a file says of persons and of homes, beside what was corrected by hand."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from visits.ground.deadlines import today_in_paris
from visits.ground.folding import name_key
from visits.homes.corrections import ADDRESS, corrected_homes
from visits.models.homes import HomeChange
from visits.models.life import Correction
from visits.people.by_hand import by_hand
from visits.portfolio.addresses import city_key
from visits.portfolio.households import Households
from visits.portfolio.ledger import Ledger, Record
from visits.portfolio.new_address import PLACED
from visits.portfolio.rows import Reading, Row


class ByHand:
    """The corrections that stand of the persons of a ledger: a file never replaces them."""

    def __init__(self, ledger: Ledger, reading: Reading) -> None:
        self.reading = reading
        known = {person.id for person in ledger.persons if person.before is not None}
        self.corrected = by_hand(ledger.session, known)

    def read_rows(self, households: Households, rows: Iterable[Row]) -> None:
        """Let a line that has the name or the day of before mean who was corrected since."""
        if not self.corrected:
            return
        for row in rows:
            home = households.dwelling_of(row).id
            for person in (*households.occupants[home], *households.former[home]):
                if person.id in self.corrected and self._is_of_before(row, person):
                    self.keep(row, person)

    def keep(self, row: Row, person: Record) -> None:
        """Put what was corrected by hand in a line instead of what it says, and tell of it."""
        for name, corrections in self.corrected.get(person.id, {}).items():
            told, kept = row.get(name), person[name]
            if told is None or told == kept:
                continue
            day = f"{today_in_paris(corrections[0].noted_at):%d/%m/%Y}"
            self.reading.warn(
                row, name, "corrected_by_hand", value=_shown(told), known=_shown(kept), day=day
            )
            row.values[name] = kept

    def _is_of_before(self, row: Row, person: Record) -> bool:
        reference = row.get("person_reference")
        if reference and person["reference"]:
            return bool(reference == person["reference"])
        fields = self.corrected[person.id]
        said = (row.get("last_name"), row.get("first_name"), row.get("born_on"))
        names = ("last_name", "first_name", "born_on")
        known = [{_plain(person[name]), *_before(fields.get(name, ()))} for name in names]
        last, first, born = (_plain(one) for one in said)
        return last in known[0] and first in known[1] and (not born or born in known[2])


def keep_corrected_homes(ledger: Ledger, reading: Reading) -> None:
    """Put back the details of homes that were corrected by hand, and tell of what a line said."""
    shelves = (ledger.dwellings, ledger.residences)
    known = [one.id for shelf in shelves for one in shelf if one.before is not None]
    corrected = corrected_homes(ledger.session, known)
    rows = {row.line: row for row in reading.rows}
    for shelf in shelves:
        for record in shelf:
            for name, one in corrected.get(record.id, {}).items():
                if name == ADDRESS:
                    _keep_address(record, one, reading, rows)
                    continue
                assert record.before is not None  # only known ones were asked for
                told, kept = record[name], record.before[name]
                if told == kept:
                    continue
                record.values[name] = kept
                if (row := rows.get(record.line)) is not None:
                    day = f"{today_in_paris(one.noted_at):%d/%m/%Y}"
                    known_as = one.after or "–"
                    reading.warn(
                        row, name, "corrected_by_hand", value=told, known=known_as, day=day
                    )


def _keep_address(
    record: Record, one: HomeChange, reading: Reading, rows: Mapping[int, Row]
) -> None:
    """Put back an address that was corrected; a line with the same one may still place it."""
    kept = record.before
    assert kept is not None  # only known ones were asked for
    if _compared(record.values) == _compared(kept):
        record.values["address"], record.values["city"] = kept["address"], kept["city"]
        return
    told = f"{record['address']}, {record['postcode']} {record['city']}"
    for name in PLACED:
        record.values[name] = kept[name]
    if (row := rows.get(record.line)) is not None:
        day = f"{today_in_paris(one.noted_at):%d/%m/%Y}"
        known = f"{kept['address']}, {kept['postcode']} {kept['city']}"
        reading.warn(row, "address", "corrected_by_hand", value=told, known=known, day=day)


def _compared(values: Mapping[str, Any]) -> tuple[str, str, str]:
    return values["address_key"], values["postcode"], city_key(values["city"])


def _before(corrections: Iterable[Correction]) -> set[str]:
    return {_plain(one.before) for one in corrections}


def _plain(value: Any) -> str:
    return name_key(value.isoformat() if isinstance(value, date) else str(value or ""), "")


def _shown(value: Any) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value or "")
