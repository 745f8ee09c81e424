"""The console's navigation: what other parts registered (tenants.registry.console_slots)."""

from django import template

from tenants.registry import console_slots

register = template.Library()


@register.simple_tag
def console_pages() -> list[console_slots.Page]:
    return console_slots.pages()
