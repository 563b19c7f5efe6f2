"""The interface's tables."""

from interface.models.hook import Hook, HookCall
from interface.models.integration import BookedAs, Integration

__all__ = ["BookedAs", "Hook", "HookCall", "Integration"]
