"""The sealer's process: one turn every two seconds, until it is told to end, whatever happens around it."""

import time
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta
from pathlib import Path
from threading import Event as Flag
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from backend.audit.chain import latest_anchor, latest_head, tail
from backend.audit.chain_models import Head
from backend.audit.events import record
from backend.audit.head_file import HeadFile
from backend.audit.pruning import date_is_borne_out, remove_some, set_anchor
from backend.audit.sealing import (
    SIGN_EVERY,
    ChainContradicted,
    Sealed,
    documents_wait,
    seal_some,
    sign_documents,
    sign_head,
)
from backend.audit.statements import Statement
from backend.audit.syslog import Syslog

log = structlog.get_logger(__name__)

TURN_SECONDS: Final = 2.0
_LONGEST_WAIT: Final = 30.0
_BATCH: Final = 2_000


@dataclass
class Sealer:
    """`heads` is its memory: what stands there the chain must hold, whoever has had the database meanwhile."""

    heads: HeadFile
    syslog: Syslog | None
    kept: timedelta
    heartbeat: Path | None = None
    _witness: Statement | None = None
    _head: Statement | None = None
    _restarted: Statement | None = None
    _unwritten: deque[Statement] = field(default_factory=lambda: deque(maxlen=1_000))
    _failures: dict[str, str] = field(default_factory=dict)
    _anchored_on: date | None = None
    _removes: bool = False

    def run(self, stopped: Flag) -> None:
        """Returns when `stopped` is set, after the turn under way."""
        wait = TURN_SECONDS
        while not stopped.is_set():
            try:
                self.turn()
            except ChainContradicted as contradiction:
                self._alarm(str(contradiction))
                wait = _LONGEST_WAIT
            except (DatabaseError, InterfaceError, OSError) as error:
                # The database is away or restarting, or the file of heads cannot be read: events wait in their queue.
                log.warning("audit_sealing_failed", reason=str(error).partition("\n")[0])
                connection.close()
                wait = min(2 * wait, _LONGEST_WAIT)
            else:
                wait = TURN_SECONDS
                if self.heartbeat is not None:
                    self.heartbeat.touch()
            stopped.wait(wait)
        if self.syslog is not None:
            self.syslog.flush(now=time.monotonic())
            self.syslog.close()

    def turn(self) -> None:
        """Seal what is new, sign what is due, tell it outside. Raises ChainContradicted and database errors."""
        self._remember()
        sealed = self._seal()
        documents = documents_wait()
        head = self._head
        if head is None or self._is_due(head, sealed, at_once=sealed.is_privileged or documents):
            head = self._head = sign_head(position=sealed.position, digest=sealed.digest)
            self._announce(head)
        while documents and sign_documents(head=head):
            pass
        self._tell()
        self._prune()

    def _remember(self) -> None:
        """At first what the file tells, and whenever an operator has signed there that the chain restarts."""
        told = self.heads.last()
        if self._witness is None:
            self._witness, self._head = told, latest_head()
            # The process may have ended between signing and telling.
            if self._head is not None and (told is None or told.position < self._head.position):
                self._announce(self._head)
        if told is not None and told.kind == Head.Kind.RESTART and told != self._restarted:
            self._witness = self._restarted = told
            if self.syslog is not None:
                self.syslog.tell(told)

    def _seal(self) -> Sealed:
        is_privileged = False
        while True:
            sealed = seal_some(witness=self._witness, limit=_BATCH)
            is_privileged |= sealed.is_privileged
            self._witness = Statement(
                Head.Kind.HEAD, sealed.position, sealed.digest, timezone.now(), key_id=""
            )
            if sealed.events < _BATCH:
                return replace(sealed, is_privileged=is_privileged)

    @staticmethod
    def _is_due(head: Statement, sealed: Sealed, *, at_once: bool) -> bool:
        has_grown = (sealed.position, sealed.digest) != (head.position, head.digest)
        # Either way: a clock that was far ahead and was set right must not keep heads from being signed.
        return has_grown and (at_once or abs(timezone.now() - head.signed_at) >= SIGN_EVERY)

    def _prune(self) -> None:
        """An anchor once a day; then some events a turn, and none before their anchor is told."""
        today = timezone.now().astimezone(UTC).date()
        if self._anchored_on != today:
            anchor = set_anchor(kept=self.kept) if date_is_borne_out() else None
            if anchor is None and self._anchored_on is None:
                anchor = latest_anchor()  # perhaps not told, if this process was killed
            if anchor is not None:
                self._announce(anchor)
                self._tell()
            self._anchored_on, self._removes = today, True
        if self._removes and not self._unwritten:
            self._removes = remove_some(at_most=_BATCH) > 0

    def _announce(self, statement: Statement) -> None:
        """Each tells of everything before it, so that the oldest ones may go while the disk is full."""
        self._unwritten.append(statement)
        if self.syslog is not None:
            self.syslog.tell(statement)

    def _tell(self) -> None:
        """What fails is told again, and is on record once."""
        try:
            while self._unwritten:
                self.heads.append(self._unwritten[0])
                self._unwritten.popleft()
            failure = ""
        except OSError as error:
            failure = f"{self.heads.path}: {error.strerror}"
        self._note("file", failure)
        if self.syslog is not None:
            self.syslog.flush(now=time.monotonic())
            self._note("syslog", self.syslog.failure)

    def _note(self, where: str, failure: str) -> None:
        before = self._failures.get(where, "")
        self._failures[where] = failure
        if failure and not before:
            log.error("audit_heads_not_told", where=where, reason=failure)
            record(name="audit_heads_not_told", detail={"where": where, "reason": failure})
        elif before and not failure:
            log.info("audit_heads_told_again", where=where)
            record(name="audit_heads_told_again", detail={"where": where})

    def _alarm(self, text: str) -> None:
        """Nothing is sealed until an operator has looked."""
        is_new = self._failures.get("chain") != text
        self._failures["chain"] = text
        log.critical("audit_chain_contradicted", reason=text)
        if self.syslog is not None:
            if is_new:
                self.syslog.alarm(text, moment=timezone.now().astimezone(UTC).isoformat())
            self.syslog.flush(now=time.monotonic())


def accept(*, heads: HeadFile, reason: str) -> Statement:
    """Take the chain as it stands, for a reason that stays on record, such as a backup that was restored.

    Raises OSError where the file of heads does not take it.
    """
    position, digest = tail()
    with transaction.atomic():
        statement = sign_head(kind=Head.Kind.RESTART, position=position, digest=digest)
        record(name="audit_restart_accepted", detail={"reason": reason, "position": position})
        heads.append(statement)
    return statement
