"""Questions for what a letter says of the applicant and the register does not know."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext, gettext_noop

from services.catalogue.blueprint import PLACEHOLDER, Blueprint
from services.questions.kind import FieldSpec

# Facts of a fixed list: the question is the list itself. The answer fills the letter's
# placeholder of the same name.
QUESTIONS = {
    "agama": gettext_noop("Agama Anda"),
    "status_kawin": gettext_noop("Status perkawinan Anda"),
    "pendidikan": gettext_noop("Pendidikan terakhir Anda"),
    "pekerjaan": gettext_noop("Pekerjaan Anda"),
    "kewarganegaraan": gettext_noop("Kewarganegaraan Anda"),
}
HELP = gettext_noop("Data kependudukan belum mencatatnya. Isi sesuai KTP atau Kartu Keluarga.")


def to_ask(blueprint: Blueprint, facts: Mapping[str, str]) -> list[str]:
    """The facts of an applicant that this service's letters print and the register lacks."""
    printed = {
        name
        for output in blueprint.outputs
        for text in output.texts()
        for name in PLACEHOLDER.findall(text)
    }
    asked = blueprint.keys()
    return [
        fact for fact in QUESTIONS if fact in printed and fact not in asked and not facts.get(fact)
    ]


def asking(blueprint: Blueprint, facts: Collection[str]) -> Blueprint:
    """The service with these facts asked first; labels in the language of the running request."""
    if not facts:
        return blueprint
    questions = [
        FieldSpec.model_validate(
            {
                "key": fact,
                "type": "list",
                "code_list": fact,
                "label": gettext(QUESTIONS[fact]),
                "help": gettext(HELP),
            }
        )
        for fact in facts
    ]
    return blueprint.model_copy(update={"fields": [*questions, *blueprint.fields]})
