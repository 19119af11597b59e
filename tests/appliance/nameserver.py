"""A name server that knows two names, and tells who asked it for what: a line of JSON each."""

import json
import socket
import sys
from socketserver import BaseRequestHandler, TCPServer, ThreadingUDPServer
from threading import Thread

KNOWN = {
    "named.example": socket.gethostbyname(socket.gethostname()),
    # Whoever has a name that is permitted may let it lead anywhere.
    "rebound.example": "169.254.169.254",
}
_HEADER, _TYPE_A, _NO_SUCH_NAME = 12, 1, 3


class Asked(BaseRequestHandler):
    def handle(self) -> None:
        message, connection = self.request
        labels, place = [], _HEADER
        while length := message[place]:
            labels.append(message[place + 1 : place + 1 + length].decode())
            place += 1 + length
        name = ".".join(labels).lower()
        sys.stdout.write(json.dumps({"name": name, "by": self.client_address[0]}) + "\n")
        sys.stdout.flush()
        question = message[_HEADER : place + 5]
        kind = int.from_bytes(message[place + 1 : place + 3])
        answers = b""
        if name in KNOWN and kind == _TYPE_A:
            address = socket.inet_aton(KNOWN[name])
            answers = b"\xc0\x0c" + b"\0\1\0\1" + (1).to_bytes(4) + b"\0\4" + address
        flags = 0x8180 | (0 if name in KNOWN else _NO_SUCH_NAME)
        counts = (1, int(bool(answers)), 0, 0)
        header = message[:2] + b"".join(one.to_bytes(2) for one in (flags, *counts))
        connection.sendto(header + question + answers, self.client_address)


def main() -> None:
    # For whoever connects to a name: nothing is said.
    TCPServer.allow_reuse_address = True
    silent = TCPServer(("", 53), BaseRequestHandler)
    Thread(target=silent.serve_forever, daemon=True).start()
    ThreadingUDPServer(("", 53), Asked).serve_forever()


if __name__ == "__main__":
    main()
