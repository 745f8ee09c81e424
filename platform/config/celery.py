"""The Celery application: `celery -A config.celery worker`."""

import os

from tenant_schemas_celery.app import CeleryApp

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = CeleryApp("balai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
