"""HTTP/1.1 over plain sockets at next to no cost: what is measured is the other side."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import brotli

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_BROTLI = re.compile(rb"\r\ncontent-encoding: *br\r", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


def request(host: str, path: str, headers: Mapping[str, str]) -> bytes:
    """The bytes of a GET."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "\r\n"]).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; ``body`` as it travelled."""

    head: bytes
    body: bytes

    @property
    def status(self) -> int:
        return int(self.head[9:12])

    @property
    def closes(self) -> bool:
        return _CLOSE.search(self.head) is not None

    @property
    def text(self) -> str:
        plain: bytes = brotli.decompress(self.body) if _BROTLI.search(self.head) else self.body
        return plain.decode()


class Reader:
    """Puts one answer after the other together from what a socket gives. Every answer must say its length."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> Answer | None:
        """The answer, if these bytes complete it."""
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = _LENGTH.search(self._data, 0, end + 2)
        if length is None:
            raise ValueError("an answer without a length")
        whole = end + 4 + int(length[1])
        if len(self._data) < whole:
            return None
        answer = Answer(bytes(self._data[: end + 2]), bytes(self._data[end + 4 : whole]))
        del self._data[:whole]
        return answer


class Connection:
    """One kept-alive connection, opened anew when the other side has closed it meanwhile."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._door: socket.socket | None = None

    def get(self, asked: bytes) -> Answer:
        """The answer to the bytes of a request."""
        for _ in range(2):
            answer = self._exchange(asked)
            if answer is not None:
                return answer
            self.close()
        raise ConnectionError("the server closes every connection")

    def close(self) -> None:
        if self._door:
            self._door.close()
            self._door = None

    def _exchange(self, asked: bytes) -> Answer | None:
        if self._door is None:
            self._door = socket.create_connection(self._address, timeout=30)
            self._door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader, answer = Reader(), None
        try:
            self._door.sendall(asked)
            while answer is None:
                data = self._door.recv(262_144)
                if not data:
                    return None
                answer = reader.feed(data)
        except ConnectionError:
            return None
        if answer.closes:
            self.close()
        return answer
