"""The clockwork: a worker and a beat that wake the reminder dispatch. They remember nothing; the database does."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The worker's lines carry the number of the request or the tick that set them off.
app.steps["worker"].add(DjangoStructLogInitStep)
