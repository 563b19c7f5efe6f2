"""The clockwork: a worker and a beat that wake the reminder dispatch. They remember nothing; the database does."""

import os

from celery import Celery
from django_structlog.celery.receivers import CeleryReceiver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
# A worker would run Django's checks before it starts, heed none of them, and keep every page that they load.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")
app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# What a task writes carries the number of the request or the tick that set it off. Kept: Celery holds on to no receiver.
receiver = CeleryReceiver()
receiver.connect_worker_signals()
