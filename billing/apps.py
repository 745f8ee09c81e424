from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    label = "billing"

    def ready(self) -> None:
        from billing import closing, console
        from billing.banners import banners
        from tenants.console import slots as console_slots
        from tenants.ownership import letters_out
        from tenants.ownership.closing import on_closing
        from ui import banner

        banner.register(banners)
        console_slots.page("Paket", "console-plans", order=20)
        console_slots.page("Tagihan terbuka", "console-invoices", order=30)
        console_slots.page("Peristiwa Stripe", "console-events", order=40)
        console_slots.column("Paket")(console.plan_column)
        console_slots.figure(order=20)(console.figures)
        console_slots.section(order=10)(console.section)
        console_slots.steering.fill("billing", console.Steering())
        on_closing(closing.stop)
        letters_out.also_told.add("billing", closing.addresses)
