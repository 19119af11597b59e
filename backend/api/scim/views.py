"""The addresses below /scim/v2."""

from http import HTTPStatus
from typing import Any, Final, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from scim2_models import (
    Context,
    ForbiddenException,
    InvalidFilterException,
    ListResponse,
    NotFoundException,
    NotImplementedException,
    PatchOp,
    PayloadTooLargeException,
    PreconditionFailedException,
    Resource,
    ResponseParameters,
    SearchRequest,
)

from backend.accounts import directory as accounts
from backend.api.scim import filters, mapping
from backend.api.scim.answers import answer, body, endpoint, told_by
from backend.api.scim.members import (
    Add,
    Change,
    Remove,
    RemoveWhere,
    member_changes,
    without_members,
)
from backend.api.scim.resources import MOST_RESULTS, SERVICE, Group, User
from backend.people import directory as people
from backend.people.models import DirectoryEntry, DirectoryGroup, DirectoryUser

PAGE: Final = 100
"""Resources in a page, where the caller does not say."""
MOST_OPERATIONS: Final = 1000
"""In one PATCH."""
_OF_SEARCH: Final = ("filter", "sortBy", "sortOrder", "startIndex", "count")
_OF_ANSWER: Final = ("attributes", "excludedAttributes")
_NOT_FOUND: Final = "There is no such resource."

Row = TypeVar("Row", bound=DirectoryEntry)


def list_users(request: HttpRequest) -> HttpResponse:
    search = _search(request, User)
    rows, listed = _page(search, User, DirectoryUser.objects.all())
    found = rows.prefetch_related("emails", "groups")
    listed.resources = [mapping.user_resource(one) for one in found]
    return _shown(listed, search)


def create_user(request: HttpRequest) -> HttpResponse:
    wanted = User.model_validate(body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    if wanted.active is None:
        wanted.active = True
    told = mapping.user_told(wanted)
    user = accounts.create_user(told=told, told_by=told_by(request))
    return _one(request, user, HTTPStatus.CREATED)


def get_user(request: HttpRequest, key: str) -> HttpResponse:
    return _one(request, _found(DirectoryUser.objects.all(), key))


def replace_user(request: HttpRequest, key: str) -> HttpResponse:
    """Who is told without `active` stays as they are: a leaver does not come back by a gap."""
    user, stored = _user_to_change(request, key)
    wanted = User.model_validate(body(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    wanted.replace(stored)
    if wanted.active is None:
        wanted.active = stored.active
    return _change_user(request, user, wanted)


def patch_user(request: HttpRequest, key: str) -> HttpResponse:
    user, stored = _user_to_change(request, key)
    _patch(request, User).patch(stored)
    return _change_user(request, user, stored)


def delete_user(request: HttpRequest, key: str) -> HttpResponse:
    user, _ = _user_to_change(request, key)
    accounts.remove_user(user=user, told_by=told_by(request))
    return answer(None, HTTPStatus.NO_CONTENT)


def list_groups(request: HttpRequest) -> HttpResponse:
    search = _search(request, Group)
    rows, listed = _page(search, Group, DirectoryGroup.objects.all())
    with_members = _wants_members(search)
    found = rows.prefetch_related(*(("members", "groups") if with_members else ()))
    listed.resources = [mapping.group_resource(one, with_members=with_members) for one in found]
    return _shown(listed, search)


def create_group(request: HttpRequest) -> HttpResponse:
    wanted = Group.model_validate(body(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    told, by = mapping.group_told(wanted), told_by(request)
    members = mapping.member_ids(wanted.members or [])
    group = people.create_group(told=told, told_by=by)
    people.add_members(group=group, members=members, told_by=by)
    return _one(request, group, HTTPStatus.CREATED)


def get_group(request: HttpRequest, key: str) -> HttpResponse:
    return _one(request, _found(DirectoryGroup.objects.all(), key))


def replace_group(request: HttpRequest, key: str) -> HttpResponse:
    group = _to_change(request, DirectoryGroup.objects.all(), key)
    wanted = Group.model_validate(body(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    told, by = mapping.group_told(wanted), told_by(request)
    members = mapping.member_ids(wanted.members or [])
    people.change_group(group=group, told=told, told_by=by)
    people.set_members(group=group, members=members, told_by=by)
    return _one(request, group)


def patch_group(request: HttpRequest, key: str) -> HttpResponse:
    """Without a body in the answer, unless it is asked for: nobody waits for thousands of members."""
    group = _to_change(request, DirectoryGroup.objects.all(), key)
    operations = _patch(request, Group).operations or []
    if rest := without_members(operations):
        stored = mapping.group_resource(group, with_members=False)
        rest.patch(stored)
        told = mapping.group_told(stored)
        people.change_group(group=group, told=told, told_by=told_by(request))
    for change in member_changes(operations):
        _change_members(group, change, told_by(request))
    if "attributes" in request.GET:
        return _one(request, group)
    return answer(None, HTTPStatus.NO_CONTENT, {"ETag": mapping.version(group)})


def delete_group(request: HttpRequest, key: str) -> HttpResponse:
    group = _to_change(request, DirectoryGroup.objects.all(), key)
    people.remove_group(group=group, told_by=told_by(request))
    return answer(None, HTTPStatus.NO_CONTENT)


def service_provider_config(request: HttpRequest) -> HttpResponse:
    config = SERVICE.config
    if config is None:
        raise NotFoundException(detail=_NOT_FOUND)
    where = f"{mapping.BASE}/ServiceProviderConfig"
    return answer(_described(request, config, where))


def resource_types(request: HttpRequest, key: str = "") -> HttpResponse:
    return _catalogue(request, "ResourceTypes", list(SERVICE.resource_types), key)


def schemas(request: HttpRequest, key: str = "") -> HttpResponse:
    return _catalogue(request, "Schemas", list(SERVICE.schemas), key)


def search_everything(_request: HttpRequest) -> HttpResponse:
    raise NotImplementedException(detail="Search by GET of /Users and of /Groups.")


def nothing(_request: HttpRequest) -> HttpResponse:
    raise NotFoundException(detail=_NOT_FOUND)


urlpatterns = [
    path("Users", endpoint(get=list_users, post=create_user)),
    path(
        "Users/<str:key>",
        endpoint(get=get_user, put=replace_user, patch=patch_user, delete=delete_user),
    ),
    path("Groups", endpoint(get=list_groups, post=create_group)),
    path(
        "Groups/<str:key>",
        endpoint(get=get_group, put=replace_group, patch=patch_group, delete=delete_group),
    ),
    path("ServiceProviderConfig", endpoint(get=service_provider_config)),
    path("ResourceTypes", endpoint(get=resource_types)),
    path("ResourceTypes/<str:key>", endpoint(get=resource_types)),
    path("Schemas", endpoint(get=schemas)),
    path("Schemas/<str:key>", endpoint(get=schemas)),
    path(".search", endpoint(post=search_everything)),
    re_path("", endpoint(**dict.fromkeys(("get", "post", "put", "patch", "delete"), nothing))),
]


def _search(request: HttpRequest, model: type[Resource[Any]]) -> SearchRequest[Any]:
    """Raises SCIMException and ValidationError."""
    told = {name: request.GET[name] for name in (*_OF_SEARCH, *_OF_ANSWER) if name in request.GET}
    if len(told.get("filter", "")) > filters.LONGEST:
        detail = f"A filter has at most {filters.LONGEST} characters."
        raise InvalidFilterException(detail=detail)
    kind: Any = SearchRequest.__class_getitem__(model)
    search: SearchRequest[Any] = kind.model_validate(told)
    return search


def _page(
    search: SearchRequest[Any], model: type[Resource[Any]], rows: QuerySet[Row]
) -> "tuple[QuerySet[Row], ListResponse[Any]]":
    """The rows of the page, and the answer that they go into."""
    if search.filter:
        rows = rows.filter(filters.condition(search.filter))
    total = rows.count()
    first = min(search.start_index or 1, total + 1)
    wanted = PAGE if search.count is None else min(search.count, MOST_RESULTS)
    page = rows.order_by(*filters.order(search, model))[first - 1 : first - 1 + wanted]
    number = max(0, min(wanted, total - first + 1))
    kind: Any = ListResponse.__class_getitem__(model)
    return page, kind(total_results=total, start_index=first, items_per_page=number)


def _shown(listed: "ListResponse[Any]", search: SearchRequest[Any]) -> HttpResponse:
    return answer(
        listed.model_dump(
            scim_ctx=Context.RESOURCE_QUERY_RESPONSE,
            response_parameters=search,
        )
    )


def _one(
    request: HttpRequest, row: DirectoryUser | DirectoryGroup, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The resource as it is stored now, or nothing new where the caller knows its version."""
    model = User if isinstance(row, DirectoryUser) else Group
    kind: Any = ResponseParameters.__class_getitem__(model)
    told = {name: request.GET[name] for name in _OF_ANSWER if name in request.GET}
    wanted: ResponseParameters[Any] = kind.model_validate(told)
    headers = {"ETag": mapping.version(row)}
    if request.method == "GET" and _names(request, "If-None-Match", row):
        return answer(None, HTTPStatus.NOT_MODIFIED, headers)
    if isinstance(row, DirectoryUser):
        resource: Resource[Any] = mapping.user_resource(row)
    else:
        resource = mapping.group_resource(row, with_members=_wants_members(wanted))
    headers["Location"] = str(resource.meta and resource.meta.location)
    shown = resource.model_dump(
        scim_ctx=Context.RESOURCE_QUERY_RESPONSE,
        response_parameters=wanted,
    )
    return answer(shown, status, headers)


def _wants_members(wanted: ResponseParameters[Any]) -> bool:
    """Only some of their parts are shown or left out: then they are wanted all the same."""
    named = [one.resolve() for one in wanted.attributes or wanted.excluded_attributes or []]
    of_members = [one for one in named if one is not None and one.field_name == "members"]
    if wanted.attributes:
        return bool(of_members)
    return not any(one.sub_field_name is None for one in of_members)


def _found(rows: QuerySet[Row], key: str) -> Row:
    """Raises NotFoundException."""
    try:
        row = rows.filter(pk=UUID(key)).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFoundException(detail=_NOT_FOUND)
    return row


def _to_change(request: HttpRequest, rows: QuerySet[Row], key: str) -> Row:
    """Locked, and in the version that the caller means. Raises SCIMException."""
    row = _found(rows.select_for_update(), key)
    if "If-Match" in request.headers and not _names(request, "If-Match", row):
        raise PreconditionFailedException(detail="It was changed meanwhile: read it again.")
    return row


def _names(request: HttpRequest, header: str, row: DirectoryEntry) -> bool:
    """Whether the header names the row's version. Compared weakly, as the tags are weak."""
    tags = {one.strip().removeprefix("W/") for one in request.headers.get(header, "").split(",")}
    return "*" in tags or mapping.version(row).removeprefix("W/") in tags


def _patch(request: HttpRequest, model: type[Resource[Any]]) -> "PatchOp[Any]":
    """Raises SCIMException, ValidationError and Refused."""
    told = body(request)
    named = {name.lower(): value for name, value in told.items()}.get("operations")
    if isinstance(named, list) and len(named) > MOST_OPERATIONS:
        raise PayloadTooLargeException(detail=f"At most {MOST_OPERATIONS} operations are taken.")
    kind: Any = PatchOp.__class_getitem__(model)
    patch: PatchOp[Any] = kind.model_validate(told, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    return patch


def _user_to_change(request: HttpRequest, key: str) -> tuple[DirectoryUser, User]:
    user = _to_change(request, DirectoryUser.objects.all(), key)
    return user, mapping.user_resource(user)


def _change_user(request: HttpRequest, user: DirectoryUser, wanted: User) -> HttpResponse:
    told = mapping.user_told(wanted)
    accounts.change_user(user=user, told=told, told_by=told_by(request))
    return _one(request, user)


def _change_members(group: DirectoryGroup, change: Change, by: str) -> None:
    if isinstance(change, Add):
        people.add_members(group=group, members=change.members, told_by=by)
    elif isinstance(change, Remove):
        people.remove_members(group=group, members=change.members, told_by=by)
    elif isinstance(change, RemoveWhere):
        chosen = filters.chosen_members(change.chosen, group)
        people.remove_members(group=group, members=chosen, told_by=by)
    else:
        people.set_members(group=group, members=change.members, told_by=by)


def _catalogue(request: HttpRequest, kind: str, resources: list[Any], key: str) -> HttpResponse:
    """What the service says of itself, all of it or one."""
    where = f"{mapping.BASE}/{kind}"
    if key:
        named = next((one for one in resources if one.id == key), None)
        if named is None:
            raise NotFoundException(detail=_NOT_FOUND)
        return answer(_described(request, named, f"{where}/{named.id}"))
    told = [_described(request, one, f"{where}/{one.id}") for one in resources]
    return answer(
        {
            "schemas": [str(ListResponse.__schema__)],
            "totalResults": len(told),
            "startIndex": 1,
            "itemsPerPage": len(told),
            "Resources": told,
        }
    )


def _described(request: HttpRequest, resource: Resource[Any], where: str) -> dict[str, Any]:
    """Raises ForbiddenException where a filter is given, as RFC 7644, 4, has it."""
    if "filter" in request.GET:
        raise ForbiddenException(detail="This is not filtered: read all of it.")
    told: dict[str, Any] = resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    kind = where.split("/")[3].removesuffix("s")
    return told | {"meta": {"resourceType": kind, "location": settings.PUBLIC_URL + where}}
