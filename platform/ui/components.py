"""Where templates come from: those of ``templates/cotton/`` can be written as ``<c-name>``."""

import re

from django_cotton.cotton_loader import Loader as CottonLoader

# What explains a component, and its declaration; the white space after them is not its output.
_HEADING = re.compile(r"\A(?:\s*\{#.*?#\})*\s*(<c-vars\b[^>]*/>)?\s*", re.DOTALL)


class Loader(CottonLoader):
    """A component puts out what stands in its file, without the line breaks around it: in the
    middle of a sentence, ``<c-tag>…</c-tag>,`` must not gain a space before the comma."""

    def _get_template_string(self, template_name: str) -> str:
        text: str = super()._get_template_string(template_name)
        if "/cotton/" not in template_name:
            return text
        return _HEADING.sub(r"\1", text, count=1).strip()
