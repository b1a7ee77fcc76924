"""The line between tablet and server, and what may befall it: a proxy that fails on demand."""

import contextlib
import re
import socket
import socketserver
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

SENDING = (b"POST /openrosa/submission", b"POST /api/orders/")
# How long an answer or a request is held back at most.
HELD_S = 1.5
UPSTREAM_S = 60
# How the part of a photo begins in what is sent, and an answer that says the server has it.
PHOTO = re.compile(rb'form-data; name="([^"]+\.jpg)"')
STORED = re.compile(rb"HTTP/1\.[01] 20[12] ")
RESET = struct.pack("ii", 1, 0)


class LineFault(StrEnum):
    """What may befall one part of a visit, or of an order, on its way."""

    ANSWER_LOST = "answer lost after the server stored"
    ANSWER_CUT = "answer cut in the middle"
    ANSWER_HELD = "answer overtaken by a later one"
    REQUEST_CUT = "upload cut in the middle"
    REQUEST_LATE = "upload arriving after its own retry"
    SERVER_KILLED = "server killed before its answer leaves"


@dataclass
class Line:
    """Carries each request on a connection of its own; faults befall parts of visits, in order.

    Nothing befalls a part for which None is coming.
    """

    server_port: int
    kill: Callable[[], None] | None = None
    coming: deque[LineFault | None] = field(default_factory=deque)
    befell: Counter[LineFault] = field(default_factory=Counter)
    answered: int = 0
    # How often the server said that it has a photo, whether or not the tablet heard it.
    stored: Counter[bytes] = field(default_factory=Counter)
    news: threading.Condition = field(default_factory=threading.Condition)

    def carry(self, request: bytes, tablet: socket.socket) -> None:
        """Carry a request to the server and its answer back, unless something befalls it."""
        fault = self.coming.popleft() if request.startswith(SENDING) and self.coming else None
        if fault is LineFault.REQUEST_CUT:
            self._note(fault)
            _reset(tablet)
            self._half(request)
        elif fault is LineFault.REQUEST_LATE:
            self._note(fault)
            _reset(tablet)
            self._wait_for_another()
            self._ask(request)
        else:
            self._answer(request, tablet, fault)

    def _answer(self, request: bytes, tablet: socket.socket, fault: LineFault | None) -> None:
        answer = self._ask(request)
        if fault and answer:
            self._note(fault)
        if fault is LineFault.SERVER_KILLED and self.kill:
            self.kill()
            answer = b""
        if fault is LineFault.ANSWER_LOST or not answer:
            return _reset(tablet)
        if fault is LineFault.ANSWER_HELD:
            self._wait_for_another()
        tablet.sendall(answer[: len(answer) // 2] if fault is LineFault.ANSWER_CUT else answer)
        with self.news:
            self.answered += 1
            self.news.notify_all()
        return _reset(tablet) if fault is LineFault.ANSWER_CUT else None

    def _ask(self, request: bytes) -> bytes:
        """Ask the server, to the end of its answer; nothing when it is dead or dies."""
        with contextlib.suppress(OSError), self._upstream() as server:
            server.sendall(request)
            answer = b"".join(iter(lambda: server.recv(65536), b""))
            if request.startswith(SENDING) and STORED.match(answer):
                self._note_photos(PHOTO.findall(request))
            return answer
        return b""

    def _half(self, request: bytes) -> None:
        with contextlib.suppress(OSError), self._upstream() as server:
            server.sendall(request[: len(request) // 2])

    def _upstream(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server_port), UPSTREAM_S)

    def _wait_for_another(self) -> None:
        before = self.answered
        with self.news:
            self.news.wait_for(lambda: self.answered > before, timeout=HELD_S)
        time.sleep(0.05)

    def _note_photos(self, names: list[bytes]) -> None:
        with self.news:
            self.stored.update(names)

    def _note(self, fault: LineFault) -> None:
        with self.news:
            self.befell[fault] += 1


def _reset(tablet: socket.socket) -> None:
    """End a connection as a lost network does: without a word."""
    with contextlib.suppress(OSError):
        tablet.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        tablet.close()


class _End(socketserver.BaseRequestHandler):
    """The tablet's end of a connection: one request, then closed."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            request = _read_request(self.request)
            if request:
                self.server.line.carry(request, self.request)  # type: ignore[attr-defined]


def _read_request(tablet: socket.socket) -> bytes:
    """Read a whole request; nothing when the tablet says none."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = tablet.recv(65536)
        if not more:
            return b""
        read += more
    head, body = read.split(b"\r\n\r\n", 1)
    lines = head.split(b"\r\n")
    names = {name.lower(): value for name, _, value in (line.partition(b":") for line in lines[1:])}
    missing = int(names.get(b"content-length", b"0")) - len(body)
    while missing > 0:
        more = tablet.recv(65536)
        if not more:
            return b""
        body += more
        missing -= len(more)
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close", b"", body])


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64
    line: Line


@contextlib.contextmanager
def open_line(
    server_port: int, kill: Callable[[], None] | None = None
) -> Iterator[tuple[Line, str]]:
    """Open a line to the server; gives it and the address that the tablet calls."""
    with _Listener(("127.0.0.1", 0), _End) as listener:
        listener.line = Line(server_port, kill)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield listener.line, f"http://127.0.0.1:{listener.server_address[1]}"
        listener.shutdown()
