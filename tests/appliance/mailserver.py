"""A company's mail server, in a container: it tells what it took, a line of JSON each."""

import json
import sys
import time
from pathlib import Path

from tests.outbound.mailing import a_mail_server

_FILES = Path("/run/simulator/server.crt"), Path("/run/simulator/server.key")


def main() -> None:
    told = 0
    with a_mail_server(_FILES, port=587) as (_, box):
        while True:
            for envelope, message in zip(box.envelopes[told:], box.messages[told:], strict=True):
                line = {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "subject": message["Subject"],
                }
                sys.stdout.write(json.dumps(line) + "\n")
                sys.stdout.flush()
                told += 1
            time.sleep(0.2)


if __name__ == "__main__":
    main()
