"""The interface's tables."""

from interface.models.integration import BookedAs, Integration

__all__ = ["BookedAs", "Integration"]
