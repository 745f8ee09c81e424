"""The console's navigation: what other parts registered (tenants.console.slots)."""

from django import template

from tenants.console import slots as console_slots

register = template.Library()


@register.simple_tag
def console_pages() -> list[console_slots.Page]:
    return console_slots.pages()
