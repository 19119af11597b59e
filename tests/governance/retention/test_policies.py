"""Every table has an answer: a policy removes from it, or it says why none does."""

from django.apps import apps

from backend.governance.retention.hanging import statements
from backend.governance.retention.kept import KEPT
from backend.governance.retention.policies import BY_CODE, POLICIES


def _tables() -> dict[str, str]:
    return {
        model._meta.db_table: model._meta.label_lower
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _removed() -> set[str]:
    tables = _tables()
    return {tables[table] for one in POLICIES for purge in one.purges for table in purge.tables}


def test_every_model_is_under_a_policy_or_says_why_it_is_kept() -> None:
    models = set(_tables().values())
    kept = {model for model in models if {model, model.partition(".")[0]} & KEPT.keys()}
    assert models - kept - _removed() == set()


def test_nothing_is_said_to_be_kept_that_a_policy_removes_from() -> None:
    hanging = {"metrics.servicedeployment"}
    assert _removed() & KEPT.keys() - hanging == set()


def test_nothing_is_named_that_is_not_there() -> None:
    models = set(_tables().values())
    known = models | {model.partition(".")[0] for model in models}
    assert KEPT.keys() - known == set()


def test_codes_are_unique_and_defaults_are_allowed() -> None:
    assert len(BY_CODE) == len(POLICIES)
    for policy in POLICIES:
        if policy.default_days is not None:
            assert policy.minimum_days <= policy.default_days <= (policy.maximum_days or 36_500)


def test_what_hangs_on_a_pull_request_is_found_by_its_models() -> None:
    found = statements(apps.get_model("delivery.PullRequest"))
    order = [one.table for one in found]
    assert {"delivery_review", "delivery_pullrequestfile", "metrics_runteam"} <= set(order)
    assert order.index("metrics_pullrequestteam") < order.index("metrics_pullrequestfact")
