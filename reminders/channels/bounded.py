"""HTTP calls to gateways and mail providers that end, however slowly the other side answers."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from clinic.deadline import POOLS, Deadline


class BoundedSession(requests.Session):
    """A session each of whose calls, answer included, takes ``seconds`` at most. Raises requests.Timeout then."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        for scheme in POOLS:
            self.mount(f"{scheme}://", _Adapter())

    def request(self, *words: Any, **names: Any) -> requests.Response:
        """Make a call and read its answer."""
        try:
            with Deadline(self.seconds):
                return super().request(*words, **names)
        except TimeoutError as error:
            raise requests.Timeout("the call took too long") from error


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *words: Any, **names: Any) -> None:
        super().init_poolmanager(*words, **names)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *words: Any, **names: Any) -> Any:
        manager = super().proxy_manager_for(*words, **names)
        manager.pool_classes_by_scheme = POOLS
        return manager
