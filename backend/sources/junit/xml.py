"""Reading XML that outsiders wrote, a piece at a time: no document types, no entities, limits on all that can grow."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol, cast
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from backend.sources.junit.refusals import malformed, too_large

MAXIMUM_DEPTH: Final = 64
MAXIMUM_ELEMENTS: Final = 2_000_000
MAXIMUM_ATTRIBUTES: Final = 64
LONGEST_TAG: Final = 1024 * 1024
"""Bytes of one tag, comment or instruction, which the parser holds as a whole."""
ENCODINGS: Final = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})
"""What expat reads by itself. Others would be read by whatever codec of Python's has that name."""


class Elements(Protocol):
    """Whom elements are handed to. Text, comments and instructions go nowhere."""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def closed(self, name: str) -> None: ...


class _Handler(ContentHandler):
    """Hands elements on, within limits."""

    def __init__(self, elements: Elements) -> None:
        super().__init__()
        self._elements = elements
        self._depth = self._count = 0

    def startElement(self, name: str, attrs: "AttributesImpl[str]") -> None:  # noqa: N802 - SAX's own name
        self._depth += 1
        self._count += 1
        if self._depth > MAXIMUM_DEPTH:
            raise malformed(f"Elements are nested more than {MAXIMUM_DEPTH} deep.")
        if self._count > MAXIMUM_ELEMENTS:
            raise too_large(f"The report has more than {MAXIMUM_ELEMENTS:,} elements.")
        if len(attrs) > MAXIMUM_ATTRIBUTES:
            raise malformed(f"An element has more than {MAXIMUM_ATTRIBUTES} attributes.")
        self._elements.opened(name, cast("Mapping[str, str]", attrs))  # as far as it is used here

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's own name
        self._depth -= 1
        self._elements.closed(name)


class _Parser(DefusedExpatParser):
    """With two more things forbidden: tags of any length, and encodings that expat does not know."""

    _parser: Any  # expat's own, which the stubs leave out
    _fed = 0

    def reset(self) -> None:
        super().reset()
        self._parser.XmlDeclHandler = self._declared

    def take(self, piece: bytes) -> None:
        self.feed(piece)
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > LONGEST_TAG:
            raise too_large(f"A tag or comment is longer than {LONGEST_TAG // 2**20} MB.")

    @staticmethod
    def _declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ENCODINGS:
            known = ", ".join(sorted(ENCODINGS))
            raise malformed(
                "The report declares an encoding that is not read here.",
                f"Write it as UTF-8. What is read: {known}.",
            )


def read_elements(pieces: Iterable[bytes], to: Elements) -> None:
    """Raises Refused for what is malformed, too large, or wants to be more than a document."""
    parser = _Parser(forbid_dtd=True)
    parser.setContentHandler(_Handler(to))
    try:
        for piece in pieces:
            parser.take(piece)
        parser.close()
    except DefusedXmlException as error:
        raise malformed(
            "The report has a document type or entities, which are not read.",
            "Have the runner write it without <!DOCTYPE>.",
        ) from error
    except SAXParseException as error:
        told = f"line {error.getLineNumber()}: {error.getMessage()}"
        raise malformed(f"The report is no well-formed XML, {told}.") from error
