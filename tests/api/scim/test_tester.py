"""The community's own suite for servers, over HTTP."""

from typing import Any

import httpx
import pytest
from scim2_client import BaseSyncSCIMClient
from scim2_tester import check_server

from tests.api.scim.conftest import BASE, Directory

SKIPPED = "searching several resource types at once"
"""Optional in RFC 7644, 3.4.3, and answered with 501 as 3.12 has it."""


class OverHttp(BaseSyncSCIMClient):
    def __init__(self, client: httpx.Client) -> None:
        super().__init__()
        self.client = client

    def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        return self.client.request(method, url, **kwargs)

    def _parse_json(self, response: Any) -> Any:
        return response.json()

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return str(self.client.build_request("GET", endpoint).url).startswith(
            str(self.client.base_url)
        )


@pytest.mark.django_db(transaction=True)
def test_scim2_tester_finds_nothing(live_server: Any, settings: Any, directory: Directory) -> None:
    settings.PUBLIC_URL = live_server.url
    with httpx.Client(
        base_url=live_server.url + BASE, headers={"Authorization": f"Bearer {directory.token}"}
    ) as client:
        results = check_server(OverHttp(client))
    told = [(one.status.name, one.title, one.resource_type, one.reason) for one in results]
    found = [one for one in told if one[0] not in {"SUCCESS", "SKIPPED"}]
    assert found == []
    skipped = [one for one in told if one[0] == "SKIPPED"]
    assert all(SKIPPED in str(one[3]) for one in skipped), skipped
    assert len(skipped) == 2
    assert len(results) > 50
