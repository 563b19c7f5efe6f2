"""Words of ours in a statement."""

import pytest

from clinic.written_out import written_out


@pytest.mark.parametrize("word", ["", "x' OR 'x'='x", "%s", "Booked", "two words"])
def test_what_is_no_word_of_ours_does_not_get_into_a_statement(word: str) -> None:
    with pytest.raises(ValueError, match="Not a word of ours"):
        written_out(["booked", word])
