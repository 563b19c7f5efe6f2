"""What a web process loads before it answers: every page, and nothing that no page needs."""

from tests.servers.database import run_python

EVERY_PAGE = "import django; django.setup(); from django.urls import get_resolver; get_resolver().reverse_dict"
# The clockwork, a gateway's and a mail provider's interface, workbooks: 15 MiB and 150 ms more for each web process.
ELSEWHERE = ("celery", "kombu", "redis", "requests", "openpyxl")


def test_a_web_process_loads_nothing_that_only_a_worker_or_one_export_needs() -> None:
    tell = f"import sys; print([name for name in {ELSEWHERE} if name in sys.modules])"
    assert run_python("-c", f"{EVERY_PAGE}; {tell}", environment={}).strip() == "[]"
