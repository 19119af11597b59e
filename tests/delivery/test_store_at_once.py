"""Two workers bring the same pull request at the same time: what is newer stays."""

import threading

import pytest
from django.db import connections, transaction

from backend.delivery import store
from backend.delivery.models import PullRequest
from tests.delivery.records import a_pull_request, hour
from tests.factories import a_repository


@pytest.mark.django_db(transaction=True)
def test_older_news_of_a_new_pull_request_does_not_win_by_being_late() -> None:
    repository = a_repository()
    newer = a_pull_request(title="Newer", updated_at=hour(9))
    older = a_pull_request(title="Older", updated_at=hour(8))

    def late() -> None:
        try:
            store.store_pull_requests(repository=repository, pull_requests=[older])
        finally:
            connections.close_all()

    thread = threading.Thread(target=late)
    with transaction.atomic():
        store.store_pull_requests(repository=repository, pull_requests=[newer])
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    assert PullRequest.objects.get().title == "Newer"
