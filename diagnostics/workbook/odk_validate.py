"""ODK's own validator, a Java program that comes with pyxform: asked when there is Java."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyxform.validators import odk_validate


@dataclass(frozen=True, slots=True)
class Validation:
    """What ODK Validate said of an XForm; `ran` is false where there is no Java."""

    ran: bool
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def validate(xform: bytes) -> Validation:
    """Run ODK Validate on an XForm; takes one to two seconds, for the same XForm only once."""
    return _run(xform) if shutil.which("java") is not None else Validation(ran=False)


@lru_cache(maxsize=64)
def _run(xform: bytes) -> Validation:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "form.xml"
        place.write_bytes(xform)
        try:
            warnings = odk_validate.check_xform(str(place))
        except odk_validate.ODKValidateError as error:
            return Validation(ran=True, errors=tuple(_lines(str(error))))
        except OSError:
            return Validation(ran=False)
    return Validation(ran=True, warnings=tuple(line for text in warnings for line in _lines(text)))


def _lines(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.endswith((" Errors:", " Warnings:"))][:20]
