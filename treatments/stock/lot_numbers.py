"""Lot numbers as they are kept and looked up, and which of them were called back."""

from collections.abc import Iterable

from treatments.models import LotRecall


def clean_lot(text: str) -> str:
    """Return a lot number as it is kept: in capitals without blanks, as makers print it, however it was typed.

    Nor with letters that nobody sees, which scanners send and copied text holds: a recalled lot would pass for another.
    """
    return "".join(letter for letter in text if letter.isprintable() and not letter.isspace()).upper()


def spellings(text: str) -> set[str]:
    """Return how a lot may stand in a signed record: as it is kept, or with the blanks of before they were taken out."""
    return {clean_lot(text), text.strip().upper()}


def recalls_of(clinic: int, lots: Iterable[str]) -> list[LotRecall]:
    """Return the recalls of these lots (1 query), also those that were kept with blanks once and never change."""
    named = {clean_lot(lot) for lot in lots}
    return [recall for recall in LotRecall.objects.filter(clinic=clinic) if clean_lot(recall.lot) in named]
