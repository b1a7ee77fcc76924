"""What was done on a tablet against what the server has: nothing lost, nothing doubled."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.e2e.round import Round
from visits.file_store import FileStore
from visits.models.visits import Submission, SubmissionState
from webapp.settings import read_settings

WHOLE = (SubmissionState.CHECKED, SubmissionState.TO_REVIEW)


@dataclass(frozen=True)
class Promise:
    """A visit as it is made: whose home, how many photos, and a word among its answers."""

    name: str
    photos: int
    full: bool
    word: str


@dataclass
class Tally:
    """What the driver did and saw on the screen, against what the server has."""

    seed: int
    finished: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    photos_taken: Counter[str] = field(default_factory=Counter)
    photos_gone: int = 0
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    answers_lost: list[str] = field(default_factory=list)
    drafts_left: int = 0
    photos_stored: int = 0
    photos_lost: int = 0
    photos_doubled: int = 0
    unreadable: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    stumbles: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0
    visits: int = 0

    def rows(self) -> list[tuple[str, object]]:
        return [
            ("visits begun", self.visits),
            ("visits finished", len(self.finished)),
            ("acknowledged by the tablet", len(self.acknowledged)),
            ("stored on the server", self.stored),
            ("visits lost", len(self.lost)),
            ("visits doubled", len(self.doubled)),
            ("visits not complete", len(self.incomplete)),
            ("visits with other answers", len(self.answers_lost)),
            ("drafts left of finished visits", self.drafts_left),
            ("photos taken", self.photos_taken.total()),
            ("photos stored", self.photos_stored),
            ("photos lost", self.photos_lost),
            ("photos doubled", self.photos_doubled),
            ("photos gone after they were shown as saved", self.photos_gone),
            ("photos whose bytes differ", self.unreadable),
            ("errors of the page", len(self.errors)),
            ("screens that did not answer", len(self.stumbles)),
        ]

    @property
    def good(self) -> bool:
        wrong = (self.lost, self.doubled, self.incomplete, self.answers_lost, self.errors)
        photos = self.photos_lost, self.photos_doubled, self.photos_gone, self.unreadable
        whole = len(self.finished) == len(self.acknowledged) == self.stored == self.visits
        return whole and not self.drafts_left and not any(wrong) and not any(photos)

    def __str__(self) -> str:
        faults = [(f"fault: {kind}", n) for kind, n in sorted(self.faults.items())]
        total = [("faults in all", self.faults.total()), ("minutes", round(self.seconds / 60, 1))]
        lines = [f"{what:<46}{n:>6}" for what, n in [*self.rows(), *faults, *total]]
        said = (self.lost, self.doubled, self.incomplete, self.answers_lost, self.errors)
        details = [f"! {one}" for each in (*said, self.stumbles) for one in each]
        return "\n".join([f"Endurance, seed {self.seed}", *lines, *details])

    def compare(self, day: Round, promised: Sequence[Promise]) -> None:
        """Hold what was done against the server's database and file store."""
        arrived = day.arrived()
        store = FileStore(read_settings(day.server.environ).photos)
        seen: Counter[str] = Counter()
        for promise in promised:
            self._compare_visit(promise, arrived.get(promise.name, []))
            photos = [photo for one in arrived.get(promise.name, []) for photo in _photos(one)]
            seen.update(photos)
            self.photos_stored += len(photos)
            self.photos_lost += max(self.photos_taken[promise.name] - len(set(photos)), 0)
            self.photos_doubled += max(len(photos) - self.photos_taken[promise.name], 0)
        self.photos_doubled += sum(times > 1 for times in seen.values())
        self.unreadable = sum(
            hashlib.sha256(store.get(digest)).hexdigest() != digest for digest in seen
        )

    def _compare_visit(self, promise: Promise, found: list[Submission]) -> None:
        whole = [one for one in found if one.state in WHOLE]
        self.stored += bool(whole)
        if not whole and promise.name in self.finished:
            self.lost.append(f"{promise.name} lost")
        if len(found) > 1:
            self.doubled.append(f"{promise.name} stored {len(found)} times")
        if len(found) != len(whole):
            self.incomplete.append(f"{promise.name} not complete")
        if any(promise.word.encode() not in one.xml for one in whole):
            self.answers_lost.append(f"{promise.name} arrived with other answers")


def _photos(submission: Submission) -> list[str]:
    return [file.sha256 for file in submission.files if file.media_type == "image/jpeg"]
