"""Which arguments of its address a page looks for: any other changes nothing of what it says."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, request, request_started
from werkzeug.datastructures import ImmutableMultiDict


class Sought(set[str]):
    """The names that the last request looked for; `all` where it looked at whatever is there."""

    all = False

    def any_of(self, names: Iterable[str]) -> bool:
        """Tell whether arguments of these names may change what is said."""
        return self.all or not self.isdisjoint(names)


class _Noting(ImmutableMultiDict[str, str]):
    """Arguments that note who is looked for among them."""

    sought: Sought

    def __getitem__(self, name: str) -> str:
        self.sought.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.sought.add(str(name))
        return super().__contains__(name)

    def getlist(self, name: str, type: Any = None) -> list[Any]:
        self.sought.add(name)
        return super().getlist(name, type)

    def __iter__(self) -> Iterator[str]:
        self.sought.all = True
        return super().__iter__()

    def __len__(self) -> int:
        self.sought.all = True
        return super().__len__()

    def keys(self) -> Any:
        self.sought.all = True
        return super().keys()

    def values(self) -> Any:
        self.sought.all = True
        return super().values()

    def items(self, multi: bool = False) -> Iterable[tuple[str, str]]:
        self.sought.all = True
        return super().items(multi)


@contextmanager
def noting_what_is_sought(app: Flask) -> Iterator[Sought]:
    """Note for which arguments each request looks, but for the check of all by `lists()`."""
    sought = Sought()

    def note(_app: Flask, **_said: Any) -> None:
        sought.clear()
        sought.all = False
        given = _Noting(request.args)
        given.sought = sought
        request.args = given

    with request_started.connected_to(note, app):
        yield sought
