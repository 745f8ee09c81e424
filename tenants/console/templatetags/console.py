"""The console's navigation: what other parts registered (tenants.console.extensions)."""

from django import template

from tenants.console import extensions as console_extensions

register = template.Library()


@register.simple_tag
def console_pages() -> list[console_extensions.Page]:
    return console_extensions.pages()
