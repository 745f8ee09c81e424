"""The Celery application: ``celery -A config.celery worker``.

Every task runs in the city its message names. A task may run in ``public`` only when declared
so (``@shared_task(runs_in_public=True)``); a message that names no city is refused, never run in
public by default. One entry of ``messaging.timetable`` wakes the outbox of every schema; there is
no beat per city.
"""

import logging
import os
from typing import Any

from celery.exceptions import Reject
from celery.signals import after_setup_logger, after_setup_task_logger, task_postrun, task_prerun
from django.conf import settings
from django.db import connection
from tenant_schemas_celery.app import CeleryApp
from tenant_schemas_celery.task import TenantTask

from kernel.logs import Discreet

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

log = logging.getLogger(__name__)
PUBLIC = "public"

# The library switches schema in signal handlers, whose errors Celery only logs: the task would
# then run in public. CityTask does it in the call itself.
task_prerun.disconnect(dispatch_uid="tenant_schemas_switch_schema")
task_postrun.disconnect(dispatch_uid="tenant_schemas_restore_schema")


@after_setup_logger.connect
@after_setup_task_logger.connect
def discreet(logger: logging.Logger, **_kwargs: Any) -> None:
    """A worker's log has handlers of Celery's own."""
    for handler in logger.handlers:
        handler.addFilter(Discreet())


class NoCity(RuntimeError):
    """A task that belongs to a city was asked for outside one."""


def _here() -> str:
    wrapper: Any = connection  # ours knows its schema
    return str(wrapper.schema_name)


class CityTask(TenantTask):
    abstract = True
    runs_in_public = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from tenants.backend.scope import in_city, in_public
        from tenants.registry.queries import city_by_schema

        if self.request.called_directly:
            self._check(_here())
            return super().__call__(*args, **kwargs)
        schema = self._schema_of_message()
        try:
            self._check(schema)
        except NoCity as error:
            raise Reject(str(error), requeue=False) from error
        if schema == PUBLIC:
            with in_public():
                return super().__call__(*args, **kwargs)
        city = city_by_schema(str(schema))
        if city is None or city.status == city.Status.CLOSED:
            raise Reject(f"{self.name}: there is no city {schema}", requeue=False)
        with in_city(city):
            return super().__call__(*args, **kwargs)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        headers = kwargs.get("headers") or {}
        self._check(headers.get("_schema_name", _here()))
        return super().apply_async(*args, **kwargs)

    def _schema_of_message(self) -> str | None:
        headers = self.request.headers or {}
        named: str | None = headers.get("_schema_name") or self.request.get("_schema_name")
        return named

    def _check(self, schema: str | None) -> None:
        if not schema:
            raise NoCity(f"{self.name}: the message names no city")
        if schema == PUBLIC and not self.runs_in_public:
            raise NoCity(f"{self.name} works in a city; it was asked for in public")


class BalaiCelery(CeleryApp):
    task_cls = CityTask


app = BalaiCelery("balai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(lambda: settings.INSTALLED_APPS)
