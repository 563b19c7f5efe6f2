"""What stands in the list of where one is signed in: enough to know one's own devices by, and no more of a place."""

import pytest

from clinic.signing_in.devices import device_words, network_words

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME} Safari/537.36 OPR/123.0.0.0", "Opera on Mac"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/604.1", "Safari on iPhone"),
        ("curl/8.14.1", "A browser"),
    ],
)
def test_a_browser_that_calls_itself_many_things_is_named_as_its_owner_knows_it(agent: str, said: str) -> None:
    assert device_words(agent) == said


@pytest.mark.parametrize(
    ("address", "said"), [("192.0.2.17", "192.0.…"), ("2001:db8:7:9::/64", "2001:db8:…"), ("unknown", ""), ("", "")]
)
def test_of_an_address_only_the_first_half_is_kept(address: str, said: str) -> None:
    assert network_words(address) == said
