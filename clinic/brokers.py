"""What each broker has to be told, so that a wake-up is neither lost nor late."""

from pathlib import Path

# Redis or Valkey, with Sentinel or without; RabbitMQ; files, for one worker.
BROKERS = ("redis", "rediss", "redis+socket", "sentinel", "amqp", "amqps", "pyamqp", "filesystem")


def transport_options(url: str, folder: Path) -> dict[str, object]:
    """Return what Celery hands on to the broker at an address. ``folder``: for the broker that is files."""
    if url.startswith("amqp"):
        return {"confirm_publish": True}
    if url.startswith("filesystem:"):
        return _folders(folder)
    # kombu's default sweep takes about 100 s to give a dead worker's task back; these bring it to about 10 s.
    return {"visibility_timeout": 900, "unacked_restore_interval": 5, "unacked_restore_throttle": 1}


def queue_options(url: str) -> dict[str, object]:
    """Return what the queue is like at the broker at an address.

    Every task is a wake-up, so none is acknowledged: a worker that holds one when the broker goes was seen to die of it
    (kombu 5.7 wants to give it back over a connection that is no more).
    """
    if url.startswith("amqp"):
        # RabbitMQ: a queue on several nodes, and a wake-up counts as given when most of them have it.
        return {"no_ack": True, "queue_arguments": {"x-queue-type": "quorum"}}
    return {"no_ack": True}


def _folders(folder: Path) -> dict[str, object]:
    """Where no broker runs, a queue in folders: enough for one worker. kombu does not make the folders itself."""
    queue = folder / "queue"
    queue.mkdir(parents=True, exist_ok=True)
    return {"data_folder_in": str(queue), "data_folder_out": str(queue), "control_folder": str(folder / "control")}
