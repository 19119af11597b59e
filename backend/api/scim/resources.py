"""What is served: users and groups with the attributes that are kept, and what may be done with them. Pure.

The models publish themselves as the schemas. What a directory sends besides is dropped, not refused: Entra ID and
Okta send more than anybody needs, and a role or a password that was taken from them would be an open door.
"""

from typing import Annotated, Any, Final, Union
from unicodedata import normalize

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Schema,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models.path import AttributeBinding

from backend.inventory.entering import Listed

MOST_RESULTS: Final = 200
"""In one page."""

_Text = Annotated[str | None, Field(max_length=200)]


class Name(Listed, ComplexAttribute):
    formatted: _Text = None
    """The full name, as it is shown."""

    family_name: _Text = None
    """The family name."""

    given_name: _Text = None
    """The given name."""


class Email(Listed, ComplexAttribute):
    value: Annotated[str | None, Field(max_length=254)] = None
    """The e-mail address."""

    type: Annotated[str | None, Field(max_length=40, examples=["work", "home", "other"])] = None
    """What the address is for."""

    primary: bool | None = None
    """Whether this address goes before the others."""


class MemberOf(Listed, ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The id of the group."""

    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The address of the group."""

    display: Annotated[str | None, Mutability.read_only] = None
    """The name of the group."""

    type: Annotated[str | None, Mutability.read_only] = Field(None, examples=["direct"])
    """How the user is a member: always by itself, not by a group within the group."""


class User(Listed, Resource[Any]):
    """A person who works here. Where there is an e-mail address, an account goes with it."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[
        str | None, Uniqueness.server, Required.true, Field(min_length=1, max_length=254)
    ] = None
    """The name in the directory. Where it is an e-mail address, it is the one that the account signs in with."""

    name: Name | None = None
    """The parts of the name."""

    display_name: _Text = None
    """The name, as it is shown."""

    active: bool | None = None
    """Whether the account may sign in. False ends its sessions and tokens at once."""

    emails: Annotated[list[Email] | None, Field(max_length=20)] = None
    """E-mail addresses."""

    groups: Annotated[list[MemberOf] | None, Mutability.read_only] = None
    """The groups that the user is in."""


class Member(Listed, ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """The id of the user or group."""

    ref: Annotated[Reference[Union["User", "Group"]] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The address of the user or group."""

    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User", "Group"])
    """Whether it is a user or a group."""

    display: Annotated[str | None, Mutability.read_only] = None
    """The name of the user or group."""


class Group(Listed, Resource[Any]):
    """A team. Whoever becomes a member is in it from that day on."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true, Field(min_length=1, max_length=200)] = None
    """The name of the team."""

    members: list[Member] | None = None
    """Its users, and the groups that are teams below it."""


def comparison_key(binding: AttributeBinding, value: str) -> str:
    """What strings are compared by: as the library does it, but lowered letter by letter, as Postgres does it too."""
    composed = normalize("NFC", value)
    if binding.case_exact:
        return composed
    return "".join("i" if letter == "İ" else letter.lower() for letter in composed)


POLICY: Final = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
    comparison_key=comparison_key,
)
"""How the two large directories depart from the standard is taken, as both document it."""

SERVICE: Final = ScimProvider(
    models=[User, Group, Schema, ResourceType, ServiceProviderConfig],
    resource_types=[ResourceType.from_resource(User), ResourceType.from_resource(Group)],
    config=ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="SCIM token",
                description="A token that an owner makes in Administration, sent as a bearer token.",
                primary=True,
            )
        ],
    ),
    policy=POLICY,
)
