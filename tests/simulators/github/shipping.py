"""The verbs for deployments and their statuses, releases, tags and branches."""

from tests.simulators.github.checking import Checking, Target, place
from tests.simulators.github.deployments import Deployment, DeploymentStatus, Release, Tag
from tests.simulators.github.hosting import NOTHING
from tests.simulators.github.records import Account, Commit, Repository
from tests.simulators.github.registry import Moment

HEADS, TAGS = "refs/heads/", "refs/tags/"


class Shipping(Checking):
    """What happens to commits once they are to be used."""

    # -- deployments --------------------------------------------------------------------------------------------

    def deploy(
        self,
        target: Target,
        environment: str = "production",
        state: str | None = "SUCCESS",
        *,
        commit: Commit | None = None,
        ref: str | None = None,
        task: str = "deploy",
        creator: Account | None = None,
        at: Moment = None,
    ) -> Deployment:
        """A deployment of a commit, with a first status unless ``state`` is None."""
        where, now = place(target, commit, None), self.moment(at)
        deployment = Deployment(
            database_id=self.next_id("DE"),
            repository=where.repository,
            commit=where.commit,
            ref=ref or where.branch,
            environment=environment,
            original_environment=environment,
            created_at=now,
            updated_at=now,
            creator=creator,
            task=task,
            description=self.free_text(""),
        )
        where.repository.deployments.append(self.remember("DE", deployment))
        self._emit_of(where.repository, "deployment", "created", creator, deployment=deployment)
        if state is not None:
            self.set_deployment_status(deployment, state, creator=creator, at=now)
        return deployment

    def set_deployment_status(
        self,
        deployment: Deployment,
        state: str = "SUCCESS",
        *,
        environment: str | None = None,
        creator: Account | None = None,
        at: Moment = None,
    ) -> DeploymentStatus:
        """A further status, which may move the deployment to another environment.

        A success outside production makes the one before it in that environment INACTIVE, as GitHub does.
        """
        now = self.moment(at)
        deployment.environment = environment or deployment.environment
        status = DeploymentStatus(
            database_id=self.next_id("DES"),
            deployment=deployment,
            state=state,
            environment=deployment.environment,
            created_at=now,
            creator=creator or deployment.creator,
            description=self.free_text(""),
        )
        deployment.statuses.append(status)
        deployment.updated_at = max(deployment.updated_at, now)
        self._emit_of(
            deployment.repository, "deployment_status", "created", creator, deployment_status=status
        )
        if state == "SUCCESS":
            self._take_the_place(deployment, now)
        return status

    def delete_deployment(self, deployment: Deployment) -> None:
        """Nobody is told."""
        deployment.repository.deployments.remove(deployment)
        self.forget("DE", deployment)

    def _take_the_place(self, deployment: Deployment, now: int) -> None:
        standing = deployment.repository.standing
        before = standing.get(deployment.environment)
        standing[deployment.environment] = deployment
        if deployment.environment == "production" or before in (None, deployment):
            return
        if before is not None and before.state == "ACTIVE":
            self.set_deployment_status(before, "INACTIVE", at=now)

    # -- releases -----------------------------------------------------------------------------------------------

    def release(
        self,
        repository: Repository,
        tag: str,
        *,
        name: str | None = None,
        draft: bool = False,
        prerelease: bool = False,
        commit: Commit | None = None,
        author: Account | None = None,
        at: Moment = None,
    ) -> Release:
        """A release; unless it is a draft, its tag is made where it is new."""
        now = self.moment(at)
        release = Release(
            database_id=self.next_id("RE"),
            repository=repository,
            tag_name=tag,
            name=tag if name is None else name,
            created_at=now,
            updated_at=now,
            is_draft=draft,
            is_prerelease=prerelease,
            author=author,
            body=self.free_text(""),
        )
        repository.releases.append(self.remember("RE", release))
        if draft:
            self._emit_of(repository, "release", "created", author, release=release)
        else:
            self.publish(release, commit=commit, at=now)
        return release

    def publish(self, release: Release, *, commit: Commit | None = None, at: Moment = None) -> None:
        now = self.moment(at)
        if release.tag_name not in release.repository.tags:
            self.tag(release.repository, release.tag_name, commit=commit, at=now)
        release.is_draft, release.published_at, release.updated_at = False, now, now
        self._emit_of(release.repository, "release", "published", release.author, release=release)

    def delete_release(self, release: Release, *, at: Moment = None) -> None:
        """The tag stays."""
        self.moment(at)
        release.repository.releases.remove(release)
        self.forget("RE", release)
        self._emit_of(release.repository, "release", "deleted", release.author, release=release)

    # -- tags and branches --------------------------------------------------------------------------------------

    def tag(
        self,
        repository: Repository,
        name: str,
        *,
        commit: Commit | None = None,
        annotated: bool = False,
        tagger: Account | None = None,
        at: Moment = None,
    ) -> Tag:
        """A tag on a commit (the default branch's head); a lightweight one has no time of its own."""
        where, now = place(repository, commit, None), self.moment(at)
        tag = Tag(
            repository=repository,
            name=name,
            commit=where.commit,
            tagged_at=now if annotated else None,
            tagger=tagger,
            message=self.free_text(name) if annotated else "",
        )
        repository.tags[name] = tag
        oids = (NOTHING, tag.oid)
        self._reference_changed(repository, f"{TAGS}{name}", oids, where.commit, tagger, now)
        self._emit_of(repository, "create", None, tagger, ref=name, ref_type="tag")
        return tag

    def move_tag(self, tag: Tag, commit: Commit, *, at: Moment = None) -> None:
        """Let a tag lead to another commit, as a push by force does."""
        now, before = self.moment(at), tag.oid
        tag.commit = commit
        if tag.is_annotated:
            tag.tagged_at = now
        ref, oids = f"{TAGS}{tag.name}", (before, tag.oid)
        self._reference_changed(tag.repository, ref, oids, commit, tag.tagger, now)

    def delete_tag(self, tag: Tag, *, at: Moment = None) -> None:
        now, ref = self.moment(at), f"{TAGS}{tag.name}"
        del tag.repository.tags[tag.name]
        self._reference_changed(tag.repository, ref, (tag.oid, NOTHING), None, tag.tagger, now)
        self._emit_of(tag.repository, "delete", None, tag.tagger, ref=tag.name, ref_type="tag")

    def create_branch(
        self,
        repository: Repository,
        name: str,
        *,
        commit: Commit | None = None,
        sender: Account | None = None,
        at: Moment = None,
    ) -> None:
        now, tip = self.moment(at), place(repository, commit, None).commit
        repository.branches[name] = tip
        oids = (NOTHING, tip.oid)
        self._reference_changed(repository, f"{HEADS}{name}", oids, tip, sender, now)
        self._emit_of(repository, "create", None, sender, ref=name, ref_type="branch")

    def delete_branch(
        self,
        repository: Repository,
        name: str,
        *,
        sender: Account | None = None,
        at: Moment = None,
    ) -> None:
        """A branch that no pull request needs; see ``delete_head`` for one that has one."""
        now, tip = self.moment(at), repository.branches.pop(name)
        oids = (tip.oid, NOTHING)
        self._reference_changed(repository, f"{HEADS}{name}", oids, None, sender, now)
        self._emit_of(repository, "delete", None, sender, ref=name, ref_type="branch")

    def _reference_changed(
        self,
        repository: Repository,
        ref: str,
        oids: tuple[str, str],
        head: Commit | None,
        sender: Account | None,
        at: int,
    ) -> None:
        """A ref was made, moved or deleted: this is a push as well."""
        repository.pushed_at = max(repository.pushed_at, at)
        self._touch_repository(repository, at)
        self._write_refs(repository)
        self._tell_of_push(repository, ref, oids, head, sender)
