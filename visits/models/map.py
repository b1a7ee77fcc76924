"""What the map reads: a row per dwelling and programme, and their counts per cell.

Both follow from the other tables and are kept in the same transaction as what they count.
Protected persons are never counted in, and a protected home is not on the map.
"""

import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from visits.ground.db import Base

ANY_PROGRAMME = ""


class MapPoint(Base):
    """A dwelling as the map shows it under one programme, or under all (`programme` empty)."""

    __tablename__ = "map_point"
    __table_args__ = (Index("ix_map_point_programme_lat_lon", "programme", "lat", "lon"),)

    dwelling_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dwelling.id"), primary_key=True)
    programme: Mapped[str] = mapped_column(String(40), primary_key=True)
    landlord_id: Mapped[uuid.UUID]
    territory_id: Mapped[uuid.UUID | None]
    status: Mapped[str] = mapped_column(String(20))
    risk: Mapped[int] = mapped_column(SmallInteger)
    open_works: Mapped[int] = mapped_column(SmallInteger)
    lat: Mapped[float]
    lon: Mapped[float]
    h3: Mapped[int] = mapped_column(BigInteger)


class MapCell(Base):
    """How many dwellings of one kind stand in an H3 cell, and the sums of their positions.

    `parent` is the cell `maps.cells.LEVELS_UP` resolutions up: a viewport is a handful of parents.
    `landlord` is the landlord's id as text, `territory` the territory's, empty for none. `works` is
    1 for dwellings with open work orders, else 0. `lat_sum` and `lon_sum` count millionths of a
    degree: integers, so that adding and taking away leaves nothing behind.
    """

    __tablename__ = "map_cell"

    resolution: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    programme: Mapped[str] = mapped_column(String(40), primary_key=True)
    parent: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    landlord: Mapped[str] = mapped_column(String(36), primary_key=True)
    territory: Mapped[str] = mapped_column(String(36), primary_key=True)
    status: Mapped[str] = mapped_column(String(20), primary_key=True)
    risk: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    works: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    dwellings: Mapped[int]
    open_works: Mapped[int]
    lat_sum: Mapped[int] = mapped_column(BigInteger)
    lon_sum: Mapped[int] = mapped_column(BigInteger)
