"""What a file says of phones, beside what people found out by calling."""

from collections.abc import Iterable, Mapping

from visits.ground.deadlines import today_in_paris
from visits.people.phones import noted_numbers
from visits.portfolio.ledger import Ledger, Record
from visits.portfolio.rows import Reading, Row


class Phones:
    """The phones of a file, taken or left."""

    def __init__(
        self,
        ledger: Ledger,
        reading: Reading,
        choices: Mapping[str, str],
        persons: Iterable[Record],
    ) -> None:
        self.reading, self.choices = reading, choices
        known = [person.id for person in persons if person.before is not None]
        self.noted = noted_numbers(ledger.session, known)

    def take(self, person: Record, row: Row) -> None:
        """Take a line's phone for a person, unless it was found wrong or hers set by hand."""
        told = {name: row.get(name) for name in ("mobile", "phone") if row.get(name)}
        noted = self.noted.get(person.id)
        if noted is None:
            person.put("phone", next(iter(told.values()), None))
            return
        for name in [one for one in told if told[one] in noted.wrong]:
            day = f"{today_in_paris(noted.wrong[told[name]]):%d/%m/%Y}"
            self.reading.warn(row, name, "phone_known_wrong", value=told.pop(name), day=day)
        name, number = next(iter(told.items()), ("", None))
        if number is None or number == person["phone"] or number in noted.standing:
            return
        if (since := noted.by_hand.get(person["phone"])) is None:
            person.put("phone", number)
            return
        day, known = f"{today_in_paris(since):%d/%m/%Y}", person["phone"]
        self.reading.warn(row, name, "phone_by_hand", value=number, day=day, known=known)
        answer = self.choices.get(f"phone_by_hand_{row.line}") or self.choices.get("phone_by_hand")
        if answer == "take":
            person.put("phone", number)
