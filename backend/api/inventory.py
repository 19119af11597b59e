"""The data inventory for reviewers, its exports, and the documents that are made from it."""

import json
from typing import Literal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from backend import clock
from backend.api import schemas
from backend.api.errors import ERRORS
from backend.api.export import csv_file, downloads, file
from backend.api.rules import READS_ADMINISTRATION, caller
from backend.audit.events import record
from backend.governance.documents.facts import blanks, facts, place
from backend.governance.documents.pdf import pdf_of
from backend.governance.documents.writing import BY_KEY, KINDS, write
from backend.inventory import AREAS
from backend.inventory.answers import matching_areas, matching_sources, name_of, origins
from backend.inventory.entering import NEVER
from backend.inventory.retention import RETENTIONS
from backend.inventory.roles import ROLES
from backend.inventory.terms import MEANINGS, Column, DataClass, Table

router = Router(tags=["governance"])

DataClassName = Literal["identifier", "personal", "work metadata", "secret", "operational"]
DocumentKey = Literal["record-of-processing", "data-protection-agreement", "privacy-notice"]


class InventoryFilters(Schema):
    area: str = Field("", max_length=40, description="An area's key; empty: all.")
    data_class: DataClassName | None = None
    q: str = Field("", max_length=100, description="Part of a name, purpose or note.")


_EVERYTHING = InventoryFilters(area="", q="")


class InventoryColumn(Schema):
    name: str
    data_class: DataClassName
    note: str
    comes_from: list[str] = Field(description="Fields of sources, as GitHub: PullRequest.title.")
    read_by: list[str] = Field(description="Database roles.")
    written_by: list[str]


class InventoryTable(Schema):
    label: str = Field(description="As app.model.")
    purpose: str
    retention: str = Field(description="A retention's key.")
    about: list[str] = Field(description="How one comes from a row to the people that it is about.")
    reads: list[str] = Field(description="Roles that read it, or some columns of it.")
    adds: list[str]
    changes: list[str]
    deletes: list[str]
    columns: list[InventoryColumn]


class InventoryArea(Schema):
    key: str
    name: str
    says: str
    people: str = Field(description="Whose personal data is among it; empty: nobody's.")
    tables: list[InventoryTable]


class EnteringField(Schema):
    name: str
    stored: list[str] = Field(description="Columns; empty: it is not kept as it came.")
    read: str = Field(description="What is made of it in memory.")


class EnteringObject(Schema):
    name: str
    fields: list[EnteringField]


class InventorySource(Schema):
    key: str
    name: str
    says: str
    objects: list[EnteringObject]


class Meaning(Schema):
    key: str
    name: str
    says: str


class Inventory(Schema):
    areas: list[InventoryArea]
    sources: list[InventorySource]
    never: list[str]
    all_areas: list[Meaning]
    data_classes: list[Meaning]
    retentions: list[Meaning]
    roles: list[Meaning]


class DocumentBlank(Schema):
    label: str
    help: str


class DocumentLine(Schema):
    key: DocumentKey
    name: str
    says: str


class Documents(Schema):
    documents: list[DocumentLine]
    blanks: list[DocumentBlank] = Field(description="What is still to be filled in.")
    place: str = Field(description="The page where an owner fills it in.")


@router.get(
    "/inventory", auth=READS_ADMINISTRATION, response={200: Inventory, ERRORS: schemas.Error}
)
def inventory(request: HttpRequest, filters: Query[InventoryFilters]) -> Inventory:  # noqa: ARG001 - ninja's signature
    """What is stored, why, for how long, who may touch it, and what may enter."""
    return _inventory(filters)


@router.get(
    "/inventory.json",
    response={ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    openapi_extra=downloads("application/json"),
)
def inventory_json(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - as above
    """All of it as a file."""
    content = json.dumps(_inventory(_EVERYTHING).model_dump(), indent=2, ensure_ascii=False)
    return file(content, kind="application/json", name="inventory.json")


@router.get(
    "/inventory.csv",
    response={ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    openapi_extra=downloads("text/csv"),
)
def inventory_csv(request: HttpRequest) -> StreamingHttpResponse:  # noqa: ARG001 - as above
    """Every column as a line."""
    columns = [
        *("area", "table", "column", "data_class", "note", "purpose", "retention", "comes_from"),
        *("read_by", "written_by"),
    ]
    names = {one.key: one.name for one in RETENTIONS}
    rows = (
        (
            *(area.name, table.label, column.name, column.data_class, column.note, table.purpose),
            *(names[table.retention], "; ".join(column.comes_from)),
            *(" ".join(column.read_by), " ".join(column.written_by)),
        )
        for area in _inventory(_EVERYTHING).areas
        for table in area.tables
        for column in table.columns
    )
    return csv_file(rows, columns, name="inventory.csv")


@router.get(
    "/inventory/documents",
    auth=READS_ADMINISTRATION,
    response={200: Documents, ERRORS: schemas.Error},
)
def documents(request: HttpRequest) -> Documents:  # noqa: ARG001 - as above
    """Documents on data protection, and what is missing in them."""
    return Documents(
        documents=[DocumentLine.model_validate(one, from_attributes=True) for one in KINDS],
        blanks=[DocumentBlank(label=one.label, help=one.help) for one in blanks()],
        place=place(),
    )


@router.get(
    "/inventory/documents/{key}/{form}",
    response={ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    openapi_extra=downloads("text/markdown", "application/pdf"),
)
def document(request: HttpRequest, key: DocumentKey, form: Literal["md", "pdf"]) -> HttpResponse:
    """One of them, filled from what is configured now."""
    kind, now = BY_KEY[key], clock.now()
    text = write(kind, facts(), at=now)
    record(name="document_exported", actor=caller(request), detail={"document": key, "form": form})
    if form == "pdf":
        pdf = pdf_of(text, title=kind.name, at=now)
        return file(pdf, kind="application/pdf", name=f"{key}.pdf")
    return file(text, kind="text/markdown; charset=utf-8", name=f"{key}.md")


def _inventory(filters: InventoryFilters) -> Inventory:
    data_class = DataClass(filters.data_class) if filters.data_class else None
    found = matching_areas(area=filters.area, data_class=data_class, words=filters.q.strip())
    return Inventory(
        areas=[
            InventoryArea(
                key=area.key,
                name=area.name,
                says=area.says,
                people=area.people,
                tables=[_table(table, columns) for table, columns in tables],
            )
            for area, tables in found
        ],
        sources=[
            InventorySource(
                key=source.key,
                name=source.name,
                says=source.says,
                objects=[
                    EnteringObject(
                        name=name_of(one),
                        fields=[
                            EnteringField(
                                name=field.name, stored=list(field.stored), read=field.read
                            )
                            for field in one.fields
                        ],
                    )
                    for one in source.objects
                ],
            )
            for source in matching_sources(filters.q.strip())
        ],
        never=list(NEVER),
        all_areas=[Meaning(key=one.key, name=one.name, says=one.says) for one in AREAS],
        data_classes=[
            Meaning(key=one, name=one.capitalize(), says=MEANINGS[one]) for one in DataClass
        ],
        retentions=[Meaning(key=one.key, name=one.name, says=one.says) for one in RETENTIONS],
        roles=[Meaning(key=role, name=role, says=says) for role, says in ROLES.items()],
    )


def _table(table: Table, columns: list[Column]) -> InventoryTable:
    def roles(privilege: str) -> list[str]:
        """Whose it is for any column at all."""
        found = {role for one in table.columns for role in table.holders(privilege, one.name)}
        return [role for role in ROLES if role in found]

    return InventoryTable(
        label=table.label,
        purpose=table.purpose,
        retention=table.keep.key,
        about=table.about.split(),
        reads=roles("SELECT"),
        adds=roles("INSERT"),
        changes=roles("UPDATE"),
        deletes=roles("DELETE"),
        columns=[
            InventoryColumn(
                name=one.name,
                data_class=one.data_class.value,
                note=one.note,
                comes_from=list(origins().get(f"{table.label}.{one.name}", ())),
                read_by=list(table.holders("SELECT", one.name)),
                written_by=sorted(
                    {*table.holders("INSERT", one.name), *table.holders("UPDATE", one.name)}
                ),
            )
            for one in columns
        ],
    )
