from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings

if TYPE_CHECKING:
    from accounts.demo import DemoPerson


def _listed() -> "Iterable[DemoPerson]":
    # What invents people takes half a second to import: not at every start.
    from deploy.local import demo

    return demo.listed()


class LocalConfig(AppConfig):
    name = "deploy.local"

    def ready(self) -> None:
        if settings.DEMO:
            from accounts import demo

            demo.register(_listed)
