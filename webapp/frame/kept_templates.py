"""Compiled templates are kept beside the data, so that a fresh process need not compile them."""

from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from visits.ground.private import make_private_folder


class _Kept(FileSystemBytecodeCache):
    """One file a template, found by its name, and used while its source is the same.

    What cannot be kept or read is compiled: its page is shown all the same.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a template, unless its file was cut short."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, if there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def keep_templates(app: Flask, data: Path) -> None:
    """Keep compiled templates in the data folder, if it can be written to."""
    with suppress(OSError):
        folder = make_private_folder(data / "templates")
        app.jinja_env.bytecode_cache = _Kept(str(folder), "%s")
