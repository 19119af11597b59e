"""The verbs for organisations, people and teams."""

from collections.abc import Iterable

from tests.simulators.github.records import Account, Organization, Repository, Team
from tests.simulators.github.registry import Registry


class Organizations(Registry):
    """Who there is, and who belongs together."""

    def create_organization(self, login: str = "forge") -> Organization:
        organization = Organization(
            database_id=self.next_id("O"),
            login=login,
            name=login.title(),
            description=self.free_text("An organization"),
        )
        self.organizations[login.lower()] = self.remember("O", organization)
        return organization

    def create_personal_owner(self, login: str) -> Organization:
        """An account that repositories may belong to; it is no organisation to any interface, and has no teams."""
        owner = Organization(
            database_id=self.next_id("U"),
            login=login,
            name=login,
            kind="User",
            email=f"{login}@ghes.example",
        )
        self.personal_owners[login.lower()] = self.remember("U", owner)
        return owner

    def create_user(
        self, login: str, *, kind: str = "User", name: str | None = None, email: str = ""
    ) -> Account:
        """A person, or with ``kind`` Bot or Mannequin one of those; a bot's login has no ``[bot]`` here."""
        suffix = "[bot]" if kind == "Bot" else ""
        account = Account(
            database_id=self.next_id("U"),
            login=login,
            kind=kind,
            name=name or f"{login}{suffix}",
            email=email or f"{login}@ghes.example",
        )
        self.accounts[login] = account
        return self.remember({"User": "U", "Bot": "BOT"}.get(kind, "M"), account)

    def delete_account(self, account: Account) -> None:
        """What the account did stays, with ``author: null``."""
        account.deleted = True

    def create_team(
        self,
        organization: Organization,
        name: str,
        members: Iterable[Account] = (),
        *,
        parent: Team | None = None,
    ) -> Team:
        slug = name.lower().replace(" ", "-")
        team = Team(
            database_id=self.next_id("T"),
            slug=slug,
            name=name,
            description=self.free_text("A team"),
            parent=parent,
        )
        organization.teams[slug] = self.remember("T", team)
        for member in members:
            organization.members.setdefault(member, "MEMBER")
            team.members[member] = "MEMBER"
        self.emit("team", "created", organization, details={"team": team})
        return team

    def rename_team(self, organization: Organization, team: Team, name: str) -> None:
        """The slug follows the name."""
        old, team.name = team.name, name
        del organization.teams[team.slug]
        team.slug = name.lower().replace(" ", "-")
        organization.teams[team.slug] = team
        self.emit("team", "edited", organization, details={"team": team, "from": old})

    def delete_team(self, organization: Organization, team: Team) -> None:
        del organization.teams[team.slug]
        self.forget("T", team)
        self.emit("team", "deleted", organization, details={"team": team})

    def add_member(self, organization: Organization, team: Team, account: Account) -> None:
        organization.members.setdefault(account, "MEMBER")
        team.members[account] = "MEMBER"
        self.emit("membership", "added", organization, details={"team": team, "member": account})

    def remove_member(self, organization: Organization, team: Team, account: Account) -> None:
        del team.members[account]
        self.emit("membership", "removed", organization, details={"team": team, "member": account})

    def join_organization(self, organization: Organization, account: Account) -> None:
        organization.members.setdefault(account, "MEMBER")
        self.emit("organization", "member_added", organization, details={"member": account})

    def leave_organization(self, organization: Organization, account: Account) -> None:
        """The account leaves the organisation's teams as well."""
        organization.members.pop(account, None)
        for team in organization.teams.values():
            team.members.pop(account, None)
        self.emit("organization", "member_removed", organization, details={"member": account})

    def add_collaborator(self, repository: Repository, account: Account) -> None:
        details = {"member": account}
        self.emit("member", "added", repository.owner, repository=repository, details=details)
