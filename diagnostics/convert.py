"""What `palier forms convert` does: a workbook in, a published form out."""

from __future__ import annotations

from collections.abc import Mapping

from .workbook import NO_FILES, PublishedForm, publish, read_workbook


def convert(data: bytes, suffix: str, files: Mapping[str, bytes] = NO_FILES) -> PublishedForm:
    """Read and publish a workbook of `.yaml`, `.xlsx` or `.md`; raises WorkbookRefused.

    `files` are the lists that stand beside it, by name.
    """
    return publish(read_workbook(data, suffix=suffix), files)
