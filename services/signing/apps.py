from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "services.signing"
    label = "signing"

    def ready(self) -> None:
        from services.signing import (
            effects,  # noqa: F401 - what providers are asked
            exporting,  # noqa: F401 - the open export
            subscribers,  # noqa: F401 - who is told
            tasks,  # noqa: F401 - leases, and certificates that end
        )
        from services.signing.providers import bsre_v1, bsre_v2, demo, local  # noqa: F401
