from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    label = "billing"

    def ready(self) -> None:
        from billing import closing, console
        from billing.banners import banners
        from tenants.console import extensions as console_extensions
        from tenants.ownership import deletion_notices
        from tenants.ownership.closing import on_closing
        from ui import banner

        banner.register(banners)
        console_extensions.page("Paket", "console-plans", order=20)
        console_extensions.page("Tagihan terbuka", "console-invoices", order=30)
        console_extensions.page("Peristiwa Stripe", "console-events", order=40)
        console_extensions.column("Paket")(console.plan_column)
        console_extensions.figure(order=20)(console.figures)
        console_extensions.section(order=10)(console.section)
        console_extensions.steering.fill("billing", console.Steering())
        on_closing(closing.stop)
        deletion_notices.also_told.add("billing", closing.addresses)
