"""What was done on a tablet against what the server has: nothing lost, nothing doubled."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from babel.dates import format_date

from diagnostics.delays import PARIS
from diagnostics.form import parse_form
from diagnostics.reading import Answer, read_answers
from diagnostics.submission import check
from tests.e2e.round import One, Round
from visits.ground.file_store import FileStore
from visits.models.calls import ContactAttempt
from visits.models.visits import Submission, SubmissionFile, SubmissionState, UrgentAlert
from webapp.frame.settings import read_settings

WHOLE = (SubmissionState.CHECKED, SubmissionState.TO_REVIEW)
# Whose home, and what of it: a form's id, an alert's sentence.
Key = tuple[str, str]
NOBODY = "Personne n’est encore noté comme joint."


@dataclass
class Account:
    """Things of one kind: what the screen said is given and acknowledged, what the server has."""

    what: str
    given: dict[Key, list[Hashable]] = field(default_factory=dict)
    acknowledged: Counter[str] = field(default_factory=Counter)
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return sum(map(len, self.given.values()))

    @property
    def good(self) -> bool:
        whole = self.number == self.acknowledged.total() == self.stored
        return whole and not (self.lost or self.doubled or self.other)

    def compare(self, kept: Mapping[Key, list[Hashable]]) -> None:
        """Hold what the screen said against what the server keeps of it."""
        for key in sorted(self.given.keys() | kept.keys()):
            said, found = self.given.get(key, []), kept.get(key, [])
            named = f"{self.what} {' '.join(key)}"
            self.stored += len(found)
            self.lost += [named] * (len(said) - len(found))
            self.doubled += [named] * (len(found) - len(said))
            if len(said) == len(found) and Counter(said) != Counter(found):
                self.other.append(f"{named}: {said} on the screen, {found} here")

    def rows(self) -> list[tuple[str, int]]:
        return [
            (f"{self.what} given", self.number),
            ("  acknowledged by the tablet", self.acknowledged.total()),
            ("  stored on the server", self.stored),
            ("  lost", len(self.lost)),
            ("  doubled", len(self.doubled)),
            ("  saying something else", len(self.other)),
        ]


@dataclass
class Tally:
    """What the driver did and saw on the screen, against what the server has."""

    seed: int
    begun: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    forms: Account = field(default_factory=lambda: Account("forms"))
    reports: Account = field(default_factory=lambda: Account("shut doors"))
    alerts: Account = field(default_factory=lambda: Account("urgent alerts"))
    photos_taken: Counter[Key] = field(default_factory=Counter)
    photos_gone: int = 0
    incomplete: list[str] = field(default_factory=list)
    drafts_left: int = 0
    photos_stored: int = 0
    photos_lost: int = 0
    photos_doubled: int = 0
    unreadable: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    stumbles: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0

    @property
    def accounts(self) -> tuple[Account, ...]:
        return self.forms, self.reports, self.alerts

    @property
    def is_acknowledged(self) -> bool:
        return all(one.acknowledged.total() >= one.number for one in self.accounts)

    def rows(self) -> list[tuple[str, object]]:
        return [
            ("visits begun", len(self.begun)),
            ("visits finished", len(self.finished)),
            *(row for one in self.accounts for row in one.rows()),
            ("forms not complete", len(self.incomplete)),
            ("drafts left of finished visits", self.drafts_left),
            ("photos and signatures taken", self.photos_taken.total()),
            ("  stored on the server", self.photos_stored),
            ("  lost", self.photos_lost),
            ("  doubled", self.photos_doubled),
            ("  gone after they were shown as saved", self.photos_gone),
            ("  whose bytes differ", self.unreadable),
            ("errors of the page", len(self.errors)),
            ("screens that did not answer", len(self.stumbles)),
        ]

    @property
    def good(self) -> bool:
        photos = self.photos_lost, self.photos_doubled, self.photos_gone, self.unreadable
        whole = self.finished == self.begun and all(one.good for one in self.accounts)
        wrong = self.incomplete, self.drafts_left, self.errors
        return whole and not any(wrong) and not any(photos)

    def __str__(self) -> str:
        faults = [(f"fault: {kind}", n) for kind, n in sorted(self.faults.items())]
        total = [("faults in all", self.faults.total()), ("minutes", round(self.seconds / 60, 1))]
        lines = [f"{what:<46}{n:>6}" for what, n in [*self.rows(), *faults, *total]]
        said = [each for one in self.accounts for each in (one.lost, one.doubled, one.other)]
        details = (*said, self.incomplete, self.errors, self.stumbles)
        wrong = [f"! {one}" for each in details for one in each]
        return "\n".join([f"Endurance, seed {self.seed}", *lines, *wrong])

    def compare(self, day: Round) -> None:
        """Hold what was done in these homes against the server's database and file store."""
        arrived, knocks, alerts = map(self._of_visits, (day.arrived(), day.knocks(), day.alerts()))
        form_of = {
            one.instance_id.removeprefix("uuid:"): one.form_version.form_id for _, one in arrived
        }
        self.forms.compare(_by_key((_form_key(*one), _answers_in(one[1])) for one in arrived))
        self.reports.compare(_by_key(((name, ""), _told(one)) for name, one in knocks))
        self.alerts.compare(
            _by_key(
                ((name, plain(one.label["fr"])), (form_of.get(one.instance_id), reached(one)))
                for name, one in alerts
            )
        )
        self.incomplete = [
            " ".join(_form_key(*one)) for one in arrived if one[1].state not in WHOLE
        ]
        self._compare_photos(day, arrived)

    def _of_visits(self, found: list[tuple[str, One]]) -> list[tuple[str, One]]:
        return [(name, one) for name, one in found if name in self.begun]

    def _compare_photos(self, day: Round, arrived: Iterable[tuple[str, Submission]]) -> None:
        pictures = _by_key((_form_key(*one), file) for one in arrived for file in _pictures(one[1]))
        for key in self.photos_taken.keys() | pictures.keys():
            missing = self.photos_taken[key] - len(pictures.get(key, []))
            self.photos_lost += max(missing, 0)
            self.photos_doubled += max(-missing, 0)
        kept = [file for files in pictures.values() for file in files]
        self.photos_stored = len(kept)
        # Each photo is another one; a signature may well look like the one before.
        photos = Counter(file.sha256 for file in kept if file.media_type == "image/jpeg")
        self.photos_doubled += sum(times - 1 for times in photos.values())
        store = FileStore(read_settings(day.server.environ).photos)
        self.unreadable = sum(
            hashlib.sha256(store.get(digest)).hexdigest() != digest
            for digest in {file.sha256 for file in kept}
        )


def plain(text: str) -> str:
    """Take a sentence as it is read: without its asterisks, one space between words."""
    return " ".join(text.replace("*", "").split())


def reached(alert: UrgentAlert) -> str:
    """Say who was reached about an alert and when, as the tablet's summary says it."""
    if alert.reached_name:
        return f"Joint à {_clock(alert.reached_at)} : {alert.reached_name}"
    if alert.tried_at:
        return f"Personne n’a répondu à {_clock(alert.tried_at)}. Réessayez."
    return NOBODY


def _clock(moment: datetime | None) -> str:
    return moment.astimezone(PARIS).strftime("%H:%M") if moment else "?"


def _by_key(found: Iterable[tuple[Key, One]]) -> dict[Key, list[One]]:
    sorted_out: dict[Key, list[One]] = defaultdict(list)
    for key, one in found:
        sorted_out[key].append(one)
    return sorted_out


def _form_key(name: str, submission: Submission) -> Key:
    return name, submission.form_version.form_id


def _told(attempt: ContactAttempt) -> Hashable:
    return attempt.disposition.value, tuple(sorted(attempt.left_behind or ()))


def _answers_in(submission: Submission) -> Hashable:
    """List what was answered in words, without the pictures, as the tablet's summary does."""
    form = parse_form(submission.form_version.xform)
    checked = check(form, submission.xml, now=submission.ended_at or datetime.now(UTC))
    sections = read_answers(form, checked, language="fr")
    answers = [one for section in sections for one in section.answers if one.type != "binary"]
    return as_answers(map(_spoken, answers))


def as_answers(found: Iterable[str]) -> tuple[str, ...]:
    """Put answers in one order."""
    return tuple(sorted(filter(None, map(plain, found))))


def _spoken(answer: Answer) -> str:
    """Say a date as the tablet does: 6 mai 2026."""
    if answer.type != "date" or not answer.answer:
        return answer.answer
    on = datetime.strptime(answer.answer, "%d/%m/%Y").replace(tzinfo=PARIS)
    return format_date(on, "long", locale="fr")


def _pictures(submission: Submission) -> list[SubmissionFile]:
    return [file for file in submission.files if file.media_type.startswith("image/")]
