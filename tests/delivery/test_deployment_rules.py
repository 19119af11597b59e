"""The rules that say what is a deployment, of which service, and why; and which pull request is a hotfix."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.delivery import models
from backend.delivery.deployment_rules import (
    API,
    BRANCH,
    BUILT_IN,
    CHECK,
    GITHUB_DEPLOYMENT,
    LABEL,
    MERGE,
    NO_DEPLOYMENT,
    RELEASE,
    SOURCES,
    SUCCEEDED,
    TAG,
    WORKFLOW,
    Candidate,
    Hotfix,
    Rule,
    hotfix,
    judge,
    path_filter,
)
from tests.factories import MONDAY


def a_candidate(
    name: str = "production",
    source: str = GITHUB_DEPLOYMENT,
    *,
    repository: str = "org/shop",
    service: str = "",
) -> Candidate:
    return Candidate(
        repository=repository, source=source, key="1", name=name, sha="a" * 40, outcome=SUCCEEDED,
        started_at=MONDAY, finished_at=MONDAY, service=service,
    )  # fmt: skip


def told(candidate: Candidate, *rules: Rule) -> list[tuple[str, str]]:
    """Services and environments of the deployments that it is."""
    verdict = judge(candidate, rules)
    assert verdict.reason
    return [(one.service, one.environment) for one in verdict.deployments]


def test_the_words_are_those_that_are_stored() -> None:
    assert list(SOURCES) == models.DeploymentSource.values
    assert {rule.environment for rule in BUILT_IN} == set(models.Environment.values)
    assert models.DeploymentRule.NO_DEPLOYMENT == NO_DEPLOYMENT
    assert models.HotfixRule.Field.values == [BRANCH, LABEL]


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ("production", "production Production PROD prd live prod-eu production/eu prod_2 live.b"),
        ("production", "Production:shop"),
        ("staging", "staging stage stg preprod pre-prod Pre-Production uat acceptance staging-eu"),
        ("testing", "test testing tst qa qa-2 test/nightly"),
        ("development", "dev development preview review/topic-1 sandbox dev-7"),
        ("", "products reproduction lively github-pages moon non-prod devil contest nightly prod2"),
    ],
)
@pytest.mark.parametrize("source", [GITHUB_DEPLOYMENT, API])
def test_usual_names_of_environments_need_no_rule(
    environment: str, names: str, source: str
) -> None:
    wanted = [("shop", environment)] if environment else []
    assert {name: told(a_candidate(name, source)) for name in names.split()} == dict.fromkeys(
        names.split(), wanted
    )


def test_the_built_in_names_say_so() -> None:
    verdict = judge(a_candidate("Production (shop)"), [])
    assert verdict.reason == "“Production (shop)” is mapped to production by the built-in names."
    assert verdict.deployments[0].paths == ()


@pytest.mark.parametrize("name", ["moon", ""])
def test_an_environment_that_nothing_maps_is_told(name: str) -> None:
    for source in (GITHUB_DEPLOYMENT, API):
        verdict = judge(a_candidate(name, source), [])
        assert (verdict.deployments, verdict.is_unmapped) == ((), True)
    assert judge(a_candidate("moon"), []).reason == (
        "No rule maps the environment “moon”, and it is none of the built-in names."
    )


@pytest.mark.parametrize("source", [WORKFLOW, CHECK, RELEASE, TAG, MERGE])
def test_nothing_else_is_a_deployment_without_a_rule(source: str) -> None:
    candidate = a_candidate("production", source)
    verdict = judge(candidate, [])
    assert (verdict.deployments, verdict.is_unmapped) == ((), False)
    assert "No rule counts" in verdict.reason
    assert "“production”" in verdict.reason
    assert told(candidate, Rule("*", source, "prod*", "staging")) == [("shop", "staging")]


def test_a_rule_says_so_with_its_paths() -> None:
    rule = Rule("org/*", WORKFLOW, "Deploy*", "production", "api", ("services/api/", "*.sql"))
    verdict = judge(a_candidate("deploy to eu", WORKFLOW), [rule])
    assert verdict.reason == (
        "“deploy to eu” is mapped to production, as api and for changes of services/api/, *.sql alone,"
        " by the rule “workflow run Deploy* of org/*”."
    )
    (found,) = verdict.deployments
    assert (found.paths, found.rule) == (rule.paths, rule)


@pytest.mark.parametrize(
    ("fits", "patterns"),
    [(True, "* shop SH?P org/shop org/*"), (False, "sho shop/* other/* rg/shop")],
)
def test_rules_are_about_some_repositories(*, fits: bool, patterns: str) -> None:
    for pattern in patterns.split():
        rule = Rule(pattern, TAG, "*", "production")
        assert bool(told(a_candidate("v1", TAG), rule)) == fits


def test_the_service_is_the_rule_s_then_the_reported_then_the_repository_s() -> None:
    named = Rule("*", API, "eu", "production", "api")
    unnamed = replace(named, service="")
    reported = a_candidate("eu", API, service="web")
    assert told(reported, named) == [("api", "production")]
    assert told(reported, unnamed) == [("web", "production")]
    assert told(replace(reported, service=""), unnamed) == [("shop", "production")]
    assert told(a_candidate("production", API, service="web")) == [("web", "production")]


def test_of_one_service_the_first_rule_decides() -> None:
    first = Rule("*", WORKFLOW, "deploy", "staging")
    second = replace(first, pattern="*", environment="production")
    assert told(a_candidate("deploy", WORKFLOW), first, second) == [("shop", "staging")]
    assert told(a_candidate("deploy", WORKFLOW), second, first) == [("shop", "production")]


def test_one_thing_may_be_a_deployment_of_several_services() -> None:
    api = Rule("*", WORKFLOW, "deploy", "production", "api", ("api/",))
    web = replace(api, service="web", paths=("web/",))
    verdict = judge(a_candidate("deploy", WORKFLOW), [api, web, replace(api, paths=())])
    assert [(one.service, one.paths) for one in verdict.deployments] == [
        ("api", ("api/",)),
        ("web", ("web/",)),
    ]
    assert "as api" in verdict.reason
    assert "as web" in verdict.reason


NO = Rule("*", GITHUB_DEPLOYMENT, "prod*", NO_DEPLOYMENT)
API_TOO = Rule("*", GITHUB_DEPLOYMENT, "prod*", "staging", "api")


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ([NO], []),
        ([NO, API_TOO], []),
        ([API_TOO, NO], [("api", "staging")]),
        ([replace(NO, service="api")], [("shop", "production")]),
        ([replace(NO, service="shop")], []),
        ([replace(NO, service="api"), API_TOO], [("shop", "production")]),
        ([replace(NO, service="web"), API_TOO], [("api", "staging")]),
        ([API_TOO], [("api", "staging")]),
        ([replace(NO, pattern="moon")], [("shop", "production")]),
    ],
)
def test_no_deployment_ends_the_asking_or_the_service(
    rules: list[Rule], wanted: list[tuple[str, str]]
) -> None:
    assert told(a_candidate(), *rules) == wanted


def test_what_a_rule_says_is_no_deployment_is_not_unmapped() -> None:
    verdict = judge(a_candidate("moon"), [replace(NO, pattern="*")])
    assert not verdict.is_unmapped
    assert verdict.reason == "“moon” is no deployment by the rule “GitHub deployment * of *”."


@pytest.mark.parametrize(
    ("paths", "among", "others"),
    [
        ([], ["a", "b/c"], []),
        (["services/api/"], ["services/api/x.py", "old/services/api/x"], ["services/web/x"]),
        (["/api/", "*.sql"], ["api/x", "db/1.sql", "2.sql"], ["old/api/x", "sql"]),
        (["a[", "b"], ["b", "c/b"], ["a["]),
    ],
)
def test_a_service_has_files_of_its_own(
    paths: list[str], among: list[str], others: list[str]
) -> None:
    fits = path_filter(paths)
    assert [path for path in [*among, *others] if fits(path)] == among


HOTFIXES = [Hotfix("org/*", BRANCH, "hotfix/*"), Hotfix("*", LABEL, "Urgent")]


@pytest.mark.parametrize(
    ("repository", "branch", "labels", "wanted"),
    [
        ("org/shop", "hotfix/1", [], 0),
        ("org/shop", "hotfix/1", ["urgent"], 0),
        ("org/shop", "topic", ["bug", "urgent"], 1),
        ("elsewhere/shop", "hotfix/1", [], None),
        ("org/shop", "fix", ["hotfix/1"], None),
    ],
)
def test_a_hotfix_is_known_by_its_branch_or_label(
    repository: str, branch: str, labels: list[str], wanted: int | None
) -> None:
    found = hotfix(repository, branch=branch, labels=labels, rules=HOTFIXES)
    assert found == (None if wanted is None else HOTFIXES[wanted])


SOME_NAMES = some.sampled_from(["production", "moon", "deploy", "staging-eu"])
SOME_RULES = some.lists(
    some.builds(
        Rule,
        repositories=some.sampled_from(["*", "org/*", "other/*"]),
        source=some.sampled_from([GITHUB_DEPLOYMENT, WORKFLOW, API]),
        pattern=some.sampled_from(["*", "prod*", "moon", "deploy"]),
        environment=some.sampled_from([*models.Environment.values, NO_DEPLOYMENT]),
        service=some.sampled_from(["", "api", "web", "shop"]),
    ),
    max_size=6,
)
SOME_CANDIDATES = some.builds(
    a_candidate,
    name=SOME_NAMES,
    source=some.sampled_from([GITHUB_DEPLOYMENT, WORKFLOW, API]),
    service=some.sampled_from(["", "web"]),
)


@given(candidate=SOME_CANDIDATES, rules=SOME_RULES)
def test_a_thing_is_one_deployment_of_a_service_at_most_and_always_has_a_reason(
    candidate: Candidate, rules: list[Rule]
) -> None:
    verdict = judge(candidate, rules)
    services = [one.service for one in verdict.deployments]
    assert len(services) == len(set(services))
    assert NO_DEPLOYMENT not in {one.environment for one in verdict.deployments}
    assert verdict.reason
    assert not (verdict.deployments and verdict.is_unmapped)
    for one in verdict.deployments:
        assert one.rule in (*rules, *BUILT_IN)
        assert one.environment == one.rule.environment


@given(candidate=SOME_CANDIDATES, rules=SOME_RULES, more=SOME_RULES)
def test_later_rules_take_nothing_back(
    candidate: Candidate, rules: list[Rule], more: list[Rule]
) -> None:
    before = [one for one in judge(candidate, rules).deployments if one.rule in rules]
    assert set(before) <= set(judge(candidate, [*rules, *more]).deployments)


@given(candidate=SOME_CANDIDATES, rules=SOME_RULES)
def test_rules_on_other_things_change_nothing(candidate: Candidate, rules: list[Rule]) -> None:
    others = [replace(rule, repositories="other/*") for rule in rules]
    tags = [replace(rule, source=TAG) for rule in rules]
    assert judge(candidate, [*others, *tags]) == judge(candidate, [])
    assert judge(candidate, [*others, *rules, *tags]) == judge(candidate, rules)
