"""What became of messages that a gateway took: news that comes back by signed calls."""

from reminders.receipts.taking import News, heed, record

__all__ = ["News", "heed", "record"]
