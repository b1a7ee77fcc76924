"""What the landlord's own maintenance system answers, read line by line from its file."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from visits.ground.errors import Invalid
from visits.ground.folding import fold
from visits.models.works import WorkOrderState
from visits.portfolio.headings import find_columns, unread_headings
from visits.portfolio.tables import Table, TableRow, read_table
from visits.portfolio.values import is_no_value

MOST_LINES = 5_000
MOST_BYTES = 10 * 1024 * 1024
HEADINGS: Mapping[str, frozenset[str]] = {
    "reference": frozenset(
        {"reference", "reference palier", "our reference", "bon", "numero de bon", "n bon",
         "bon de travaux", "no bon"}
    ),
    "theirs": frozenset(
        {"their reference", "theirs", "reference gmao", "numero gmao", "reference externe", "gmao",
         "numero d intervention", "ot", "numero ot"}
    ),
    "state": frozenset({"state", "etat", "statut", "avancement"}),
    "planned_on": frozenset(
        {"planned on", "date prevue", "planifie le", "date planifiee", "date de rendez vous"}
    ),
    "planned_part": frozenset(
        {"planned part", "heure", "heure prevue", "creneau", "moment", "heure de rendez vous"}
    ),
    "done_on": frozenset(
        {"done on", "date de fin", "realise le", "termine le", "date de realisation", "fait le"}
    ),
    "cost": frozenset({"cost", "cout", "montant", "cout final", "montant facture"}),
    "note": frozenset(
        {"note", "reason", "motif", "motif de refus", "commentaire", "compte rendu", "refusal"}
    ),
}  # fmt: skip
_S = WorkOrderState
# What a state may be called, folded; each goes by its code too, as we tell it.
STATES: Mapping[str, WorkOrderState] = {fold(state): state for state in WorkOrderState} | {
    "pris en compte": _S.ACKNOWLEDGED,
    "accepte": _S.ACKNOWLEDGED,
    "acquitte": _S.ACKNOWLEDGED,
    "planifie": _S.PLANNED,
    "programme": _S.PLANNED,
    "rendez vous pris": _S.PLANNED,
    "en cours": _S.STARTED,
    "commence": _S.STARTED,
    "en attente": _S.ON_HOLD,
    "suspendu": _S.ON_HOLD,
    "termine": _S.DONE,
    "realise": _S.DONE,
    "fait": _S.DONE,
    "clos": _S.DONE,
    "cloture": _S.DONE,
    "refuse": _S.REFUSED,
    "rejete": _S.REFUSED,
    "annule": _S.CANCELLED,
    "verifie": _S.CHECKED,
    "ouvert": _S.OPEN,
}
PARTS = {"matin": "morning", "am": "morning", "apres midi": "afternoon", "pm": "afternoon"}


@dataclass(frozen=True)
class Answer:
    """What a line says of one order, as it was typed; an empty field says nothing.

    `fault` is the code of why the line cannot be read at all.
    """

    number: int
    reference: str
    theirs: str = ""
    state: str = ""
    planned_on: str = ""
    planned_part: str = ""
    done_on: str = ""
    cost: str = ""
    note: str = ""
    fault: str = ""

    @property
    def digest(self) -> str:
        """Give what is the same for the same words of the same order."""
        said = (
            self.reference, self.theirs, self.state, self.planned_on, self.planned_part,
            self.done_on, self.cost, self.note,
        )  # fmt: skip
        return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


@dataclass(frozen=True)
class AnswersRead:
    """What a file holds, line by line; `unread` are the headings of columns that say nothing.

    `table` is where it stood.
    """

    answers: tuple[Answer, ...]
    unread: tuple[str, ...]
    table: Table


def read_answers_file(data: bytes, *, file_name: str) -> AnswersRead:
    """Read a CSV, XLSX or ODS file as answers.

    Raises NotATable for what is none, Invalid for one without our references or too big.
    """
    if len(data) > MOST_BYTES:
        raise Invalid({"file": "answers_too_big"})
    table = read_table(data, file_name=file_name)
    columns = find_columns(table.headings, HEADINGS)
    if "reference" not in columns or len(columns) < 2:
        raise Invalid({"file": "answers_without_reference"})
    if len(table.rows) > MOST_LINES:
        raise Invalid({"file": "answers_too_big"})
    skipped = [
        Answer(one.line_number, "", note=one.text, fault="line_of_no_order")
        for one in table.skipped
        if one.reason not in ("blank", "heading")
    ]
    lines = [*skipped, *(_read(row, columns) for row in table.rows)]
    return AnswersRead(
        _each_order_once(sorted(lines, key=lambda one: one.number)),
        unread_headings(table.headings, columns),
        table,
    )


def _read(row: TableRow, columns: Mapping[str, int]) -> Answer:
    said = {name: row.cells[at].strip() for name, at in columns.items()}
    said["reference"] = said["reference"].upper()
    fault = "cell_is_no_value" if any(map(is_no_value, said.values())) else ""
    if row.broken is not None or row.overflows:
        fault = "line_unreadable"
    if len(said["reference"]) > 60 or len(said.get("theirs", "")) > 60:
        fault = "line_unreadable"
    return Answer(row.line_number, **said, fault=fault)


def _each_order_once(answers: list[Answer]) -> tuple[Answer, ...]:
    """Mark those that speak of an order of which another line speaks too: neither counts."""
    named = Counter(one.reference for one in answers)
    return tuple(
        Answer(one.number, one.reference, one.theirs, fault="answer_order_twice")
        if named[one.reference] > 1 and not one.fault
        else one
        for one in answers
    )
