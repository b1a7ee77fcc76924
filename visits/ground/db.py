"""The database: base class, column types, connection. SQLite embedded or PostgreSQL by one URL."""

import base64
import enum
import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Index,
    LargeBinary,
    MetaData,
    Uuid,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator, TypeEngine
from uuid_utils.compat import uuid7

from visits.ground.errors import Away
from visits.ground.private import close_to_others
from visits.ground.turns import Turns, queue_writers

BUSY_TIMEOUT_MS = 15_000
RECYCLE_S = 900
CONNECT_S = 5
# Of PostgreSQL a page asks much that is small: what it plans for a disk that turns, compiles or
# divides among processes takes longer than its answer. What a database's address asks comes after.
PLANNING = "-c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0"
# SQLite’s own files, and those by which its writers take turns.
BESIDE = ("-wal", "-shm", "-turn", "-next", "-held")
LOG_LIMIT = 4_000_000  # bytes that SQLite’s log keeps once all of it is in the database
STATEMENTS = 5_000  # kept compiled: all pages together ask more than SQLAlchemy’s 500


def new_id() -> uuid.UUID:
    """Make an id that sorts after every id this process made before (RFC 9562, version 7).

    What was written at one moment keeps its order: whoever sorts by a moment settles equals by id.
    """
    return uuid7()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC both ways; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Keyring:
    """The keys that encrypt columns: the first one writes, all of them read."""

    def __init__(self) -> None:
        self._fernets: list[Fernet] = []
        self._roots: dict[bytes, bytes] = {}

    def load(self, secrets: Sequence[str]) -> None:
        """Derive one key per secret (any length, at least 16 characters each)."""
        if not secrets or any(len(secret) < 16 for secret in secrets):
            raise ValueError("an encryption secret needs at least 16 characters")
        digests = [hashlib.sha256(secret.encode()).digest() for secret in secrets]
        self._fernets = [Fernet(base64.urlsafe_b64encode(digest)) for digest in digests]
        self._roots = {_derived(digest, b"palier file key name", 8): digest for digest in digests}

    def seal(self, plain: bytes) -> bytes:
        """Encrypt bytes with the newest key."""
        return self._ready().encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt bytes with whichever key fits."""
        return self._ready().decrypt(sealed)

    def rotate(self, sealed: bytes) -> bytes:
        """Encrypt again with the newest key."""
        return self._ready().rotate(sealed)

    def age(self, sealed: bytes) -> int | None:
        """Tell which secret opens bytes: 0 is the newest; None when none does."""
        for place, fernet in enumerate(self._each()):
            try:
                fernet.decrypt(sealed)
            except InvalidToken:
                continue
            return place
        return None

    def key_names(self) -> list[bytes]:
        """Give the names of the file keys, newest first: a name tells nothing of its key."""
        self._each()
        return list(self._roots)

    def file_key(self, name: bytes, salt: bytes) -> bytes:
        """Derive the key of one file from the secret of that name; KeyError for an unknown one."""
        return _derived(self._roots[name], b"palier file", 32, salt)

    def _ready(self) -> MultiFernet:
        return MultiFernet(self._each())

    def _each(self) -> list[Fernet]:
        if not self._fernets:
            raise RuntimeError("no encryption key: connect() loads it")
        return self._fernets


def _derived(root: bytes, what: bytes, length: int, salt: bytes | None = None) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=salt, info=what).derive(root)


# A column type cannot be handed a key per query: the process has one keyring, see connect().
keyring = Keyring()


class EncryptedText(TypeDecorator[str]):
    """Text that the database only ever sees encrypted."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.seal(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring.open(bytes(value)).decode()


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes that the database only ever sees encrypted."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.seal(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.open(bytes(value))


class EncryptedJson(TypeDecorator[Any]):
    """A JSON value that the database only ever sees encrypted."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return keyring.seal(json.dumps(value, ensure_ascii=False).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(keyring.open(bytes(value)))


class EncryptedEnum(TypeDecorator[enum.StrEnum]):
    """One of a few words that the database only ever sees encrypted."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, kind: type[enum.StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: enum.StrEnum | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.seal(self.kind(value).value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> enum.StrEnum | None:
        return None if value is None else self.kind(keyring.open(bytes(value)).decode())


ENCRYPTED = (EncryptedEnum, EncryptedText, EncryptedBytes, EncryptedJson)


def stored_enum(kind: type[enum.StrEnum]) -> TypeEngine[Any]:
    """A StrEnum kept as its value in plain text, on both databases alike."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def index_of_some(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Index some of the rows alone, those alike on both databases."""
    some = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=some, postgresql_where=some)


class Base(DeclarativeBase):
    """The base of every table: named constraints, our column types."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        uuid.UUID: Uuid(),
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


def connect(url: str, *, secrets: Sequence[str]) -> Engine:
    """Open the database at `url` and load the encryption keys.

    `secrets`: newest first; the first one encrypts, all decrypt.
    """
    keyring.load(secrets)
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_S, "options": _planning(url)},
            query_cache_size=STATEMENTS,
        )
    _close_to_others(make_url(url).database)
    # isolation_level None: SQLite's driver leaves BEGIN to us.
    # A connection knows of its tables what was known when it began: it is replaced now and then.
    engine = create_engine(
        url,
        connect_args={"isolation_level": None},
        pool_recycle=RECYCLE_S,
        query_cache_size=STATEMENTS,
    )
    event.listen(engine, "do_connect", _open_what_is_there)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", partial(_begin_sqlite, queue_writers(engine)))
    return engine


def _planning(url: str) -> str:
    asked = make_url(url).query.get("options", ())
    return " ".join([PLANNING, *([asked] if isinstance(asked, str) else asked)])


def _close_to_others(database: str | None) -> None:
    """Make the file before SQLite does: it gives its log the same rights."""
    if not database or database == ":memory:":
        return
    place = Path(database)
    if place.parent.is_dir():
        place.touch(mode=0o600)
    for file in (place, *(place.with_name(place.name + end) for end in BESIDE)):
        if file.exists():
            close_to_others(file)


def _open_what_is_there(
    _dialect: Dialect, _record: Any, arguments: list[Any], options: dict[str, Any]
) -> None:
    """Open a file that is there: SQLite would make an empty one where a disk is gone."""
    place = str(arguments[0])
    if place == ":memory:" or place.startswith("file:"):
        return
    if not Path(place).is_file():
        raise Away
    arguments[0], options["uri"] = f"file:{quote(place)}?mode=rw", True


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a receipt is a promise: not before the disk
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA journal_size_limit = {LOG_LIMIT}")
    cursor.close()


def _begin_sqlite(turns: Turns, connection: Connection) -> None:
    # A deferred reader that turns writer halfway fails at once when somebody else wrote meanwhile,
    # so a writer says so at the start and waits its turn.
    if connection.get_execution_options().get("palier_reading", False):
        connection.exec_driver_sql("BEGIN")
        return
    turns.take(connection.connection.dbapi_connection)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Make sessions that keep their objects readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


def empty_log(engine: Engine) -> bool:
    """Write SQLite's log into the database and let its room go; tells whether all of it went.

    Nobody is held up: where somebody reads or writes just now, it is for the next time.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        answered = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        return answered is not None and not answered[0]
    finally:
        connection.close()


def start_reading(session: Session) -> None:
    """Declare a new session's transaction as read-only, before its first statement."""
    session.connection(execution_options={"palier_reading": True})


def is_reading(session: Session) -> bool:
    """Tell whether a session's transaction was declared as read-only."""
    return bool(session.connection().get_execution_options().get("palier_reading"))


def take_turn(session: Session, what: str) -> None:
    """Wait until nobody else's transaction does `what`; the turn ends with this transaction."""
    # SQLite has one writer at a time anyway.
    if session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")
        session.execute(lock, {"what": what})


def share_turn(session: Session, what: str) -> None:
    """Wait while somebody takes the turn of `what`, then hold it off until this transaction ends.

    Others may share the turn meanwhile.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:what, 0))")
        session.execute(lock, {"what": what})
