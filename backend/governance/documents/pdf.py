"""A document as PDF. Pure: Markdown in, bytes out, the same for the same text and time; no network, no system font.

DejaVu Sans has Latin, Greek, Cyrillic, Arabic, Hebrew and more, Droid Sans Fallback has Chinese, Japanese and Korean. A
letter that neither has is written as its number in Unicode, so that nothing is lost without being seen.

Of Markdown it knows what the templates use: headings, paragraphs, quotes, flat lists, tables, and strong text.
"""

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_FONTS: Final = Path(__file__).parent / "fonts"
_FAMILY: Final = "DejaVu Sans"
_FALLBACK: Final = "Droid Sans Fallback"
_REGULAR: Final = _FONTS / "DejaVuSans.ttf"
_BOLD: Final = _FONTS / "DejaVuSans-Bold.ttf"
_OTHERS: Final = _FONTS / "DroidSansFallback.ttf"
_PLAIN: Final = re.compile("[\u0000-\u058f\u1e00-\u2e7f]*")
"""Letters that the first font has, and that stand side by side from left to right as they are."""
_INK, _PALE, _LINE, _SHADE = 30, 105, 200, 243
_SIZE: Final = 9.5
_HEADINGS: Final = {"h1": (19.0, 0.0, 4.0), "h2": (12.5, 5.0, 1.5)}
"""Points, then millimetres before and after."""
_LEADING: Final = 1.45
_MILLIMETRES: Final = 25.4 / 72
_BULLET: Final = 5.0
_MARGIN: Final = 22
"""Millimetres, left and right."""
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
logging.getLogger("fontTools").setLevel(logging.WARNING)


def pdf_of(markdown: str, *, title: str, at: datetime) -> bytes:
    page = _Page(title, at, is_plain=bool(_PLAIN.fullmatch(markdown + title)))
    page.add_page()
    for node in SyntaxTreeNode(_MARKDOWN.parse(markdown)).children:
        page.block(node)
    return bytes(page.output())


class _Page(FPDF):
    """A4, with the document's title and the page's number at the foot of each."""

    def __init__(self, title: str, at: datetime, *, is_plain: bool) -> None:
        super().__init__(format="A4")
        self.set_title(title)
        self.set_creator("Plumbline")
        self.set_lang("en")
        self.set_creation_date(at)
        self.add_font(_FAMILY, "", _REGULAR)
        self.add_font(_FAMILY, "B", _BOLD)
        if not is_plain:  # a large font, and slow work, that most documents do not need
            self.add_font(_FALLBACK, "", _OTHERS)
            self.set_fallback_fonts([_FALLBACK], exact_match=False)
            self.set_text_shaping(use_shaping_engine=True)
        self.set_margins(_MARGIN, 20)
        self.set_auto_page_break(auto=True, margin=22)

    def footer(self) -> None:
        # Where a page ends within what is set in, its margin is not the page's.
        inset = self.l_margin
        self.set_left_margin(_MARGIN)
        self.set_xy(_MARGIN, -15)
        self._font(8, ink=_PALE)
        self.cell(self.epw / 2, 6, str(self.title), new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.cell(0, 6, f"{self.page_no()} / {{nb}}", align=Align.R)
        self.set_left_margin(inset)

    def block(self, node: SyntaxTreeNode) -> None:
        if node.type == "heading":
            self._heading(node)
        elif node.type == "table":
            self._table(node)
        elif node.type == "bullet_list":
            for item in node.children:
                self.set_x(self.l_margin)
                self._font(_SIZE)
                self.cell(_BULLET, _height(_SIZE), "•")
                self._inset(item, by=_BULLET, after=0.8)
            self.ln(2)
        elif node.type == "blockquote":
            self._inset(node, by=4, after=2, ink=_PALE)
        else:
            self._running(node)
            self.ln(2.5)

    def _heading(self, node: SyntaxTreeNode) -> None:
        size, before, after = _HEADINGS[node.tag]
        self.ln(before)
        if self.will_page_break(60):
            self.add_page()
        self._font(size, bold=True)
        self.multi_cell(
            0, _height(size), _text(node), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self.ln(after)

    def _inset(self, node: SyntaxTreeNode, *, by: float, after: float, ink: int = _INK) -> None:
        left = self.l_margin
        self.set_left_margin(left + by)
        for child in node.children:
            self.set_x(left + by)
            self._running(child, ink=ink)
            self.ln(after)
        self.set_left_margin(left)
        self.set_x(left)

    def _running(self, node: SyntaxTreeNode, *, ink: int = _INK) -> None:
        for text, bold in _spans(node):
            self._font(_SIZE, bold=bold, ink=ink)
            self.write(_height(_SIZE), _writable(text))
        self.ln(_height(_SIZE))

    def _table(self, node: SyntaxTreeNode) -> None:
        rows = [row.children for part in node.children for row in part.children]
        texts = [[_text(cell) for cell in row] for row in rows]
        if not any(texts[0]):
            del rows[0], texts[0]
            has_headings = False
        else:
            has_headings = True
        self._font(8.5)
        self.set_draw_color(_LINE)
        with self.table(
            width=self.epw,
            col_widths=_widths(texts),
            line_height=_height(8.5),
            padding=(1.2, 1.6),
            text_align=Align.L,
            v_align=VAlign.T,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            first_row_as_headings=has_headings,
            headings_style=FontFace(emphasis="BOLD", fill_color=_SHADE),
        ) as table:
            for cells, written in zip(rows, texts, strict=True):
                row = table.row()
                for cell, text in zip(cells, written, strict=True):
                    bold = any(is_bold for _, is_bold in _spans(cell))
                    row.cell(text, style=FontFace(emphasis="BOLD") if bold else None)
        self.ln(3)

    def _font(self, size: float, *, bold: bool = False, ink: int = _INK) -> None:
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(ink)


def _height(size: float) -> float:
    """Of a line, in millimetres."""
    return size * _LEADING * _MILLIMETRES


def _widths(texts: list[list[str]]) -> tuple[float, ...]:
    """Shares of the width: what is longer gets more, and nothing less than a word's."""
    longest = (max(map(len, column)) for column in zip(*texts, strict=True))
    return tuple(min(max(one, 16), 110) for one in longest)


def _text(node: SyntaxTreeNode) -> str:
    return _writable("".join(text for text, _ in _spans(node)))


def _spans(node: SyntaxTreeNode, *, bold: bool = False) -> Iterator[tuple[str, bool]]:
    """Runs of text, and whether they are strong."""
    if node.type in {"text", "code_inline"}:
        yield node.content, bold
    elif node.type in {"softbreak", "hardbreak"}:
        yield " ", bold
    for child in node.children:
        yield from _spans(child, bold=bold or node.type == "strong")


def _writable(text: str) -> str:
    """With letters that no font has told by their numbers."""
    return "".join(one if ord(one) in _letters() else f"[U+{ord(one):04X}]" for one in text)


@cache
def _letters() -> frozenset[int]:
    found: set[int] = set()
    for path in (_REGULAR, _OTHERS):
        with TTFont(path, lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(found)
