from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "services.payments"
    label = "payments"

    def ready(self) -> None:
        from services.payments import (
            effects,  # noqa: F401 - what providers are asked
            exporting,  # noqa: F401 - the open export
            numbering,  # noqa: F401 - numbers in the report of gaps
            tasks,  # noqa: F401 - photos that no row names
        )
        from services.payments.following import hand_over, orders_wait_there
        from services.payments.models import FeeOrder
        from services.payments.providers import midtrans, xendit  # noqa: F401 - each adds itself
        from services.residents import merging
        from tenants.office import decrees

        merging.follows.add("payments", merging.Follow(FeeOrder, "person"))
        decrees.closed.add("payments", hand_over)
        decrees.held_up.add("payments", orders_wait_there)
