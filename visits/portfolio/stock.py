"""What files of residences and dwellings, and the addresses in tenant lists, say of the stock.

Who is believed: a file of residences or dwellings replaces what is there. A list of tenants does
so only while the residence has no reference, that is while no stock file has spoken of it;
afterwards it fills gaps. So the order in which the files come does not matter.
"""

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from visits.models.accounts import Territory
from visits.models.portfolio import Dwelling, Residence
from visits.portfolio.addresses import city_key
from visits.portfolio.ledger import Ledger, Record
from visits.portfolio.new_address import addresses_corrected
from visits.portfolio.references import commune_of, loosely, same_commune
from visits.portfolio.rows import Reading, Row, best_spellings, care

RESIDENCE_FACTS = (
    "address", "address_key", "postcode", "city", "insee", "lat", "lon", "built_year", "storeys",
    "has_lift", "priority_district", "territory_id", "service_distance",
)  # fmt: skip
DWELLING_FACTS = (
    "floor", "door", "access_code", "rooms", "surface", "rent", "has_bath", "is_adapted",
    "energy_label",
)  # fmt: skip
# A tenant list knows these better than the stock does, so it may always say them.
TENANCY_FACTS = frozenset({"rent", "access_code"})


class Stock:
    """Finds, makes, moves and merges residences and dwellings in a ledger."""

    def __init__(self, ledger: Ledger, reading: Reading) -> None:
        self.ledger, self.reading = ledger, reading
        self._spell_cities()
        self._name_territories()
        self._load()
        self.by_reference = ledger.residences.find("reference")
        self.dwellings = ledger.dwellings.find("reference")
        self.by_address: dict[tuple[str, str], list[Record]] = {}
        self.moved_by_hand = self._load_corrected()
        for residence in ledger.residences:
            self._index(residence)

    def residence_of(self, row: Row, *, reference: str | None) -> Record:
        """Find the residence a line speaks of, by reference or address, or make it."""
        named = self.by_reference.get(reference) if reference else None
        same_address = self._at_address(row, without_reference=bool(reference))
        if named and same_address:
            self._absorb(named, same_address)
        found = named or same_address or self._new_residence(row)
        if reference and found["reference"] is None:
            found.values["reference"] = reference
            self.by_reference[reference] = found
        return found

    def describe_residence(self, residence: Record, row: Row, *, replace: bool) -> None:
        """Write what a line says of a residence; without `replace` only where nothing is known."""
        if not residence["address_key"] and not row.get("address_key") and replace:
            return  # the waiting room of dwellings without an address is no building
        old_place = (residence["lat"], residence["lon"])
        for name in RESIDENCE_FACTS:
            (residence.put if replace else residence.fill)(name, row.get(name))
        if old_place != (residence["lat"], residence["lon"]):
            residence.values["h3"] = None
        self._index(residence)

    def describe_dwelling(self, dwelling: Record, row: Row, *, replace: bool) -> None:
        """Write what a line says of a dwelling; without `replace` only where nothing is known."""
        for name in DWELLING_FACTS:
            always = replace or name in TENANCY_FACTS
            (dwelling.put if always else dwelling.fill)(name, row.get(name))

    def new_dwelling(self, row: Row, residence: Record) -> Record:
        """Make the dwelling a line speaks of."""
        reference = row.values["dwelling_reference"]
        dwelling = self.ledger.dwellings.new(
            row.line, reference=reference, residence_id=residence.id
        )
        self.dwellings[reference] = dwelling
        return dwelling

    def move_dwelling(self, dwelling: Record, residence: Record) -> None:
        """Put a dwelling into another residence, which learns what the old one knew."""
        old = self.ledger.residences.records[dwelling["residence_id"]]
        if old is residence:
            return
        if old["reference"] is None:
            _learn(residence, old)
            self._index(residence)
        dwelling.values["residence_id"] = residence.id

    def remove_empty(self) -> None:
        """Drop the residences known by address alone whose last dwelling has moved out."""
        left = {
            record.before["residence_id"]
            for record in self.ledger.dwellings
            if record.before and record.before["residence_id"] != record["residence_id"]
        }
        doubtful = [self.ledger.residences.records[id] for id in left]
        doubtful = [record for record in doubtful if record["reference"] is None]
        self._load_dwellings_of(doubtful)
        inhabited = {dwelling["residence_id"] for dwelling in self.ledger.dwellings}
        for record in doubtful:
            record.deleted = record.deleted or record.id not in inhabited

    def residence_at(self, dwelling: Record) -> Record:
        """Give the residence a dwelling stands in."""
        return self.ledger.residences.records[dwelling["residence_id"]]

    def stands_elsewhere(self, dwelling: Record, row: Row) -> bool:
        """Tell whether a line gives the address that a dwelling's had before it was corrected."""
        key = (row.get("address_key") or "", row.get("postcode") or "")
        return self.residence_at(dwelling) in self.moved_by_hand.get(key, ())

    def _new_residence(self, row: Row) -> Record:
        facts = {name: row.get(name) for name in RESIDENCE_FACTS}
        for name in ("address", "address_key", "postcode", "city"):
            facts[name] = facts[name] or ""
        residence = self.ledger.residences.new(row.line, **facts)
        self._index(residence)
        return residence

    def _at_address(self, row: Row, *, without_reference: bool) -> Record | None:
        key = (row.get("address_key") or "", row.get("postcode") or "")
        if without_reference and not all(key):
            return None
        found = [
            record
            for record in self.by_address.get(key, ())
            if not record.deleted and _key(record) == key and _same_commune(record, row)
        ] or [record for record in self.moved_by_hand.get(key, ()) if not record.deleted]
        unnamed = [record for record in found if record["reference"] is None]
        if without_reference or not key[0]:
            return unnamed[0] if unnamed else None
        # Several buildings may share an address: the first reference is as good as any, and stable.
        named = sorted((r for r in found if r["reference"]), key=lambda r: str(r["reference"]))
        return next(iter(named or unnamed), None)

    def _absorb(self, residence: Record, other: Record) -> None:
        self._load_dwellings_of([other])
        for dwelling in list(self.ledger.dwellings):
            if dwelling["residence_id"] == other.id:
                self.move_dwelling(dwelling, residence)
        other.deleted = True

    def _index(self, residence: Record) -> None:
        here = self.by_address.setdefault(_key(residence), [])
        if residence not in here:
            here.append(residence)

    def _load_dwellings_of(self, residences: Iterable[Record]) -> None:
        ids = [residence.id for residence in residences]
        self.ledger.dwellings.load(self.ledger.session, Dwelling.residence_id, ids)

    def _load(self) -> None:
        rows, ledger = self.reading.rows, self.ledger
        ledger.load_dwellings({row.get("dwelling_reference") for row in rows} - {None})
        columns: list[tuple[str, InstrumentedAttribute[str] | InstrumentedAttribute[str | None]]]
        columns = [
            ("residence_reference", Residence.reference),
            ("address_key", Residence.address_key),
        ]
        for name, column in columns:
            ledger.residences.load(ledger.session, column, {row.get(name) for row in rows})
        if any(not row.get("address_key") for row in rows):
            ledger.residences.load_where(
                ledger.session, (Residence.address_key == "") & Residence.reference.is_(None)
            )

    def _load_corrected(self) -> dict[tuple[str, str], list[Record]]:
        """Load the residences whose address was corrected by hand; gives them by that of before."""
        ledger, found = self.ledger, dict[tuple[str, str], list[Record]]()
        told = {(row.get("address_key"), row.get("postcode")) for row in self.reading.rows}
        corrected = addresses_corrected(ledger.session, ledger.landlord_id)
        for residence_id, address, postcode in corrected:
            if (address, postcode) in told:
                ledger.residences.load(ledger.session, Residence.id, [residence_id])
            if (record := ledger.residences.records.get(residence_id)) is not None:
                found.setdefault((address, postcode), []).append(record)
        return found

    def _spell_cities(self) -> None:
        own = Residence.landlord_id == self.ledger.landlord_id
        known = self.ledger.session.scalars(select(Residence.city).where(own).distinct())
        written = (row.values["city"] for row in self.reading.rows if row.get("city"))
        spellings = best_spellings([*known, *written])
        for row in self.reading.rows:
            if city := row.get("city"):
                row.values["city"] = spellings[city_key(city)]

    def _name_territories(self) -> None:
        names = {row.get("territory") for row in self.reading.rows} - {None}
        known: dict[str, uuid.UUID] = {}
        if names:
            rows = self.ledger.session.execute(select(Territory.name, Territory.id))
            known = {name: id for name, id in rows}
        for row in self.reading.rows:
            if name := row.values.pop("territory", None):
                if name not in known:
                    known[name] = self.ledger.new_territories.setdefault(name, uuid.uuid4())
                row.values["territory_id"] = known[name]


def plan_residences(ledger: Ledger, reading: Reading) -> None:
    """Write a file of residences into the ledger."""
    stock, seen = Stock(ledger, reading), dict[str, int]()
    for row in sorted(reading.rows, key=lambda row: str(row.values["residence_reference"])):
        reference = row.values["residence_reference"]
        if reference in seen:
            reading.warn(row, "residence_reference", "duplicate_line", line=str(seen[reference]))
            continue
        seen[reference] = row.line
        residence = stock.residence_of(row, reference=reference)
        stock.describe_residence(residence, row, replace=True)
        residence.put("energy_label", row.get("energy_label"))
        ledger.residences.touch(residence, row.line)
    stock.remove_empty()


def plan_dwellings(ledger: Ledger, reading: Reading) -> None:
    """Write a file of dwellings into the ledger."""
    stock, seen, described = Stock(ledger, reading), dict[str, int](), set[uuid.UUID]()
    for row in sorted(reading.rows, key=lambda row: str(row.values["dwelling_reference"])):
        reference = row.values["dwelling_reference"]
        if reference in seen:
            reading.warn(row, "dwelling_reference", "duplicate_line", line=str(seen[reference]))
            continue
        seen[reference] = row.line
        residence = _residence_of_dwelling(stock, row)
        # The lines of one residence may disagree: the first one is believed, the others fill gaps.
        stock.describe_residence(residence, row, replace=residence.id not in described)
        described.add(residence.id)
        ledger.residences.touch(residence, row.line)
        dwelling = stock.dwellings.get(reference) or stock.new_dwelling(row, residence)
        stock.move_dwelling(dwelling, residence)
        stock.describe_dwelling(dwelling, row, replace=True)
        ledger.dwellings.touch(dwelling, row.line)
    stock.remove_empty()


def _residence_of_dwelling(stock: Stock, row: Row) -> Record:
    reference = row.get("residence_reference")
    known = stock.dwellings.get(row.values["dwelling_reference"])
    if not reference and known:
        here = stock.residence_at(known)
        if here["reference"] or stock.stands_elsewhere(known, row):
            return here
    if reference and reference not in stock.by_reference and not row.get("address_key"):
        stock.reading.warn(row, "residence_reference", "unknown_residence", value=reference)
    return stock.residence_of(row, reference=reference)


def plan_let_dwellings(ledger: Ledger, reading: Reading) -> Stock:
    """Write what a list of tenants says of their dwellings into the ledger."""
    stock, by_dwelling = Stock(ledger, reading), dict[str, list[Row]]()
    for row in reading.rows:
        by_dwelling.setdefault(row.values["dwelling_reference"], []).append(row)
    for reference, rows in sorted(by_dwelling.items()):
        row = _merge(rows)
        dwelling = stock.dwellings.get(reference)
        if dwelling is None:
            dwelling = stock.new_dwelling(row, stock.residence_of(row, reference=None))
            if not row.get("address_key"):
                reading.warn(row, "dwelling_reference", "no_address", value=reference)
        described = bool(stock.residence_at(dwelling)["reference"])
        if described:
            _compare_address(stock, dwelling, row)
        elif row.get("address_key") and not stock.stands_elsewhere(dwelling, row):
            stock.move_dwelling(dwelling, stock.residence_of(row, reference=None))
        _describe_let(stock, dwelling, row, replace=not described)
        ledger.dwellings.touch(dwelling, row.line)
    stock.remove_empty()
    return stock


def _describe_let(stock: Stock, dwelling: Record, row: Row, *, replace: bool) -> None:
    stock.describe_dwelling(dwelling, row, replace=replace)
    residence = stock.residence_at(dwelling)
    replace = replace and residence["reference"] is None
    if row.get("address") and residence["address_key"] == row.get("address_key"):
        # Two spellings of one address: the more careful one, whichever line or file it came from.
        best = max(residence["address"], row.values["address"], key=care)
        row.values["address"] = best if replace else residence["address"]
    stock.describe_residence(residence, row, replace=replace)
    stock.ledger.residences.touch(residence, row.line)


def _compare_address(stock: Stock, dwelling: Record, row: Row) -> None:
    residence = stock.residence_at(dwelling)
    if not row.get("address_key") or not residence["address_key"]:
        return
    if loosely(residence["address_key"]) != loosely(row.values["address_key"]):
        known = f"{residence['address']}, {residence['postcode']} {residence['city']}"
        stock.reading.warn(
            row, "address", "address_disagrees", value=row.values["address"], known=known
        )


def _merge(rows: list[Row]) -> Row:
    """Join the lines of one dwelling: of each fact the first that is said, the address as one."""
    addressed = next((row for row in rows if row.get("address_key")), rows[0])
    merged = {name: addressed.values[name] for name in _ADDRESS if name in addressed.values}
    for row in rows:
        for name, value in row.values.items():
            if name not in _ADDRESS:
                merged.setdefault(name, value)
    return Row(rows[0].line, merged)


_ADDRESS = ("address", "address_key", "postcode", "city", "insee")


def _learn(residence: Record, other: Record) -> None:
    for name in RESIDENCE_FACTS:
        residence.fill(name, other[name])
    residence.fill("h3", other["h3"] if residence["lat"] == other["lat"] else None)


def _same_commune(residence: Record, row: Row) -> bool:
    return same_commune((residence["postcode"], city_key(residence["city"])), commune_of(row))


def _key(residence: Record) -> tuple[str, str]:
    return residence["address_key"], residence["postcode"]
