"""The documents that the appliance comes with, readable without a way out: docs/*.md as pages, with their pictures.

Those for reviewers of its security are in docs/security.
"""

from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    folder = Path(settings.DOCS_DIR)
    shelves = [
        (heading, [(str(file.relative_to(folder)), _title(file)) for file in sorted(files)])
        for heading, files in (
            ("", folder.glob("*.md")),
            ("Security", folder.glob("security/*.md")),
        )
    ]
    return render(request, "documents.html", {"shelves": shelves})


@require_safe
@login_required
def document(request: HttpRequest, name: str, folder: str = "") -> HttpResponse:
    """The address is the file's, so that links between documents work here as they do in the repository."""
    file = Path(settings.DOCS_DIR) / folder / f"{name}.md"
    if not file.is_file():
        raise Http404
    context = {"title": _title(file), "content": mark_safe(_html(file.read_text()))}  # noqa: S308 - ours, and no HTML
    return render(request, "document.html", context)


@require_safe
@login_required
def picture(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - the decorators look at it
    file = Path(settings.DOCS_DIR) / "pictures" / f"{name}.png"
    if not file.is_file():
        raise Http404
    return HttpResponse(file.read_bytes(), content_type="image/png")


def _title(file: Path) -> str:
    first = file.read_text().partition("\n")[0]
    return first.removeprefix("# ")


def _html(text: str) -> str:
    """HTML with headings that can be linked to, by the names that GitHub gives them, and tables that scroll by keys."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("tabindex", "0")
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", slugify(inline.content))
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
