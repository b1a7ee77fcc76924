"""The landlord's stock: residences, dwellings, tenancies, and the files they come from."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from visits.ground.db import Base, EncryptedBytes, EncryptedJson, EncryptedText, new_id, stored_enum
from visits.models.accounts import Organisation, Territory


class Residence(Base):
    """A building or a house at one address.

    `address_key` is the address folded for comparison: files without a building reference meet
    their building through it. `h3` is the H3 cell of resolution 12 as an integer.
    `service_distance` is how many metres away shops, doctors and buses are, as the landlord says;
    where it says nothing, that is worked out of what is noted around (`visits.surroundings`).
    References are each landlord's own: two may use the same.
    """

    __tablename__ = "residence"
    __table_args__ = (
        UniqueConstraint("reference", "landlord_id"),
        UniqueConstraint("id", "landlord_id"),
        Index("ix_residence_lat_lon", "lat", "lon"),
        Index("ix_residence_territory_id_id", "territory_id", "id"),
        # A search looks through addresses, and a filter offers cities, without the rest of them.
        Index("ix_residence_city_postcode", "city", "postcode", "address_key", "id"),
        Index("ix_residence_landlord_id_city", "landlord_id", "city"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(200))
    postcode: Mapped[str] = mapped_column(String(5))
    city: Mapped[str] = mapped_column(String(100))
    insee: Mapped[str | None] = mapped_column(String(5))
    address_key: Mapped[str] = mapped_column(String(250), index=True)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    h3: Mapped[int | None] = mapped_column(BigInteger)
    built_year: Mapped[int | None]
    storeys: Mapped[int | None]
    has_lift: Mapped[bool | None]
    priority_district: Mapped[str | None] = mapped_column(String(20))
    energy_label: Mapped[str | None] = mapped_column(String(1))
    service_distance: Mapped[int | None]
    territory_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("territory.id"))

    landlord: Mapped[Organisation] = relationship()
    territory: Mapped[Territory | None] = relationship()

    @property
    def line(self) -> str:
        """The address on a line, with its postcode; what nobody knows leaves no comma behind."""
        town = f"{self.postcode or ''} {self.city or ''}".strip()
        return ", ".join(part for part in (self.address, town) if part)

    @property
    def short_line(self) -> str:
        """The address on a line, of its town the name alone."""
        return ", ".join(part for part in (self.address, self.city) if part)


class Dwelling(Base):
    """A flat or a house that is let. `floor` 0 is the ground floor; surface in m²; rent in €.

    Its landlord is that of its residence, and stands here so that references are each one's own.
    """

    __tablename__ = "dwelling"
    __table_args__ = (
        UniqueConstraint("reference", "landlord_id"),
        ForeignKeyConstraint(
            ["residence_id", "landlord_id"], ["residence.id", "residence.landlord_id"]
        ),
        Index("ix_dwelling_residence_id_id", "residence_id", "id"),
        Index("ix_dwelling_reference_id", "reference", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(40))
    landlord_id: Mapped[uuid.UUID]
    residence_id: Mapped[uuid.UUID] = mapped_column()
    floor: Mapped[int | None]
    door: Mapped[str | None] = mapped_column(String(60))
    access_code: Mapped[str | None] = mapped_column(EncryptedText)
    rooms: Mapped[int | None]
    surface: Mapped[float | None]
    rent: Mapped[float | None]
    has_bath: Mapped[bool | None]
    is_adapted: Mapped[bool | None]
    energy_label: Mapped[str | None] = mapped_column(String(1))

    # By its id alone: that its landlord is the same, the database sees to.
    residence: Mapped[Residence] = relationship(
        primaryjoin=residence_id == Residence.id, foreign_keys=[residence_id]
    )


class Tenancy(Base):
    """A lease of a dwelling; open while `ended_on` is empty.

    `lives_alone` is what the landlord says of the household: whom a file lists is not all of it.
    `income_band` is the landlord's word for what the household earns, `arrears` what it owes, in €.
    """

    __tablename__ = "tenancy"
    __table_args__ = (Index("ix_tenancy_dwelling_id_id", "dwelling_id", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dwelling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dwelling.id"))
    reference: Mapped[str | None] = mapped_column(String(40))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    lives_alone: Mapped[bool | None]
    income_band: Mapped[str | None] = mapped_column(EncryptedText)
    arrears: Mapped[Any | None] = mapped_column(EncryptedJson)

    dwelling: Mapped[Dwelling] = relationship()


class ImportState(enum.StrEnum):
    """How far an uploaded file got."""

    UPLOADED = "uploaded"
    IMPORTED = "imported"


class Import(Base):
    """One uploaded file: its content until it is purged, what it would change, what it changed.

    It speaks of the stock and the tenants of one landlord.
    """

    __tablename__ = "import_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes)
    kind: Mapped[str] = mapped_column(String(20))
    mapping: Mapped[dict[str, Any]]
    state: Mapped[ImportState] = mapped_column(stored_enum(ImportState))
    counts: Mapped[dict[str, Any] | None]
    problems: Mapped[Any | None] = mapped_column(EncryptedJson)
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    imported_at: Mapped[datetime | None]

    landlord: Mapped[Organisation] = relationship()

    @property
    def is_imported(self) -> bool:
        """Tell whether its lines are in the stock."""
        return self.state is ImportState.IMPORTED


class ColumnMapping(Base):
    """The coordinator's last mapping for files of a landlord with these very headings."""

    __tablename__ = "column_mapping"
    __table_args__ = (UniqueConstraint("signature", "landlord_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    landlord_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    signature: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    mapping: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class FormVersion(Base):
    """A published version of a diagnostic: never changed once it is here.

    `workbook` is the file it was made of, `workbook_name` says of which kind that is; `files` are
    those that stood beside it: name, media_type, sha256, size and shown.
    """

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("form_id", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    form_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    title: Mapped[dict[str, Any]]
    xform: Mapped[bytes] = mapped_column(LargeBinary)
    consequences: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    retired_at: Mapped[datetime | None]
    workbook: Mapped[bytes | None] = mapped_column(LargeBinary)
    workbook_name: Mapped[str | None] = mapped_column(String(200))
    files: Mapped[list[Any]] = mapped_column(server_default="[]")


class FormDraft(Base):
    """A workbook that was handed in and could be published; `validation` is what ODK said."""

    __tablename__ = "form_draft"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    form_id: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[str] = mapped_column(String(32))
    title: Mapped[dict[str, Any]]
    xform: Mapped[bytes] = mapped_column(LargeBinary)
    consequences: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    workbook: Mapped[bytes] = mapped_column(LargeBinary)
    workbook_name: Mapped[str] = mapped_column(String(200))
    warnings: Mapped[list[Any]]
    validation: Mapped[dict[str, Any]]
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    files: Mapped[list[Any]] = mapped_column(server_default="[]")


class ParameterValue(Base):
    """A newer value of a rule-book number, as an administrator entered it.

    `row` has the fields of the parameter files: unit, value, source, dates.
    """

    __tablename__ = "parameter_value"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80), index=True)
    row: Mapped[dict[str, Any]]
    added_at: Mapped[datetime]
    added_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
