"""What a home must have for a person, how she lives there, what was validated: each of a day."""

import enum
import uuid
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import (
    Base,
    EncryptedEnum,
    EncryptedJson,
    EncryptedText,
    new_id,
    stored_enum,
)
from visits.models.noted import Noted
from visits.models.people import Person


class NeedSource(enum.StrEnum):
    """Who said what a home must have; `carried` came over from a wish, a request or a stay."""

    HERSELF = "herself"
    RELATIVE = "relative"
    VISIT = "visit"
    PROFESSIONAL = "professional"
    CARRIED = "carried"


class HomeNeeds(Noted, Base):
    """All that a home must have for one person, or is wished to have, as told on a day.

    The latest day stands for what was said before; nothing is written over. `said` is
    `{wheelchair, demands, rooms, city, floor, distance, rent, pets, musts}`; what a version before
    kept has the first four alone.
    """

    __tablename__ = "home_needs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    said: Mapped[Any] = mapped_column(EncryptedJson)
    source: Mapped[NeedSource] = mapped_column(stored_enum(NeedSource))
    said_on: Mapped[date]

    person: Mapped[Person] = relationship()


class Setting(enum.StrEnum):
    """Where somebody was asked how she lives from day to day."""

    HOME = "home"
    OFFICE = "office"
    PHONE = "phone"
    HOSPITAL = "hospital"
    RESIDENCE = "residence"


class AutonomyNote(Noted, Base):
    """How a person lives from day to day, in her own words, as it was on a day.

    `said` gives by area `{how, words}`; `asked_by` is who asked her. The latest day stands for what
    was said before; nothing is written over, and nothing is ever worked out of it. On `erased_on`
    what she said was let go: that she was asked stays.
    """

    __tablename__ = "autonomy_note"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    said: Mapped[Any] = mapped_column(EncryptedJson)
    asked_by: Mapped[str] = mapped_column(EncryptedText)
    setting: Mapped[Setting] = mapped_column(EncryptedEnum(Setting))
    assessed_on: Mapped[date]
    erased_on: Mapped[date | None]

    person: Mapped[Person] = relationship()


class MedicalFor(enum.StrEnum):
    """What a medical validation was given for; `home`: for her home, whatever is asked."""

    HOME = "home"
    ADAPTATION = "adaptation"
    ADMISSION = "admission"
    MOVE = "move"


class MedicalBy(enum.StrEnum):
    """As what somebody gives a medical validation: never a speciality, which would tell why."""

    FAMILY_DOCTOR = "family_doctor"
    HOSPITAL = "hospital"
    OCCUPATIONAL_THERAPIST = "occupational_therapist"
    HOME_CARE_TEAM = "home_care_team"
    DISABILITY_OFFICE = "disability_office"
    OTHER_SERVICE = "other_service"


class MedicalValidation(Noted, Base):
    """That somebody who may validated something on medical grounds, and when: never what it says.

    `giver` is who signed. Without `valid_until`, the last day on which it counts, it has no end.
    """

    __tablename__ = "medical_validation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[MedicalFor] = mapped_column(EncryptedEnum(MedicalFor))
    given_by: Mapped[MedicalBy] = mapped_column(EncryptedEnum(MedicalBy))
    giver: Mapped[str] = mapped_column(EncryptedText)
    given_on: Mapped[date]
    valid_until: Mapped[date | None]

    person: Mapped[Person] = relationship()

    def lapsed_since(self, day: date) -> date | None:
        """Give since which day it is valid no longer; None while it is."""
        if self.valid_until is None or self.valid_until >= day:
            return None
        return self.valid_until + timedelta(days=1)
