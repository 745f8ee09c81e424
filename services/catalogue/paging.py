"""How the questions of a service are dealt out over pages."""

from services.catalogue.answers import wanted_documents
from services.catalogue.blueprint import Blueprint
from services.questions.conditions import Answers, all_hold
from services.questions.kind import Facts, kind_of

LIGHT = 9  # questions and files that still fit one page
TOGETHER = 3  # simple questions on one page of a long form


def pages(blueprint: Blueprint, answers: Answers, applicant: Facts) -> list[list[str]]:
    """How the form is dealt out: keys of questions and files, page by page.

    A short form is one page. A long one asks few things at a time, whatever needs room alone, and
    a question that depends on another only after that one is answered.
    """
    weight = sum(kind_of(spec).weight for spec in blueprint.fields) + len(blueprint.documents)
    files = [document.key for document in wanted_documents(blueprint, answers, applicant)]
    if weight <= LIGHT:
        # Every question is on the page; which are shown is told by their conditions.
        known = [d.key for d in blueprint.documents if not applicant.get(d.unless_known or "")]
        return [[*(spec.key for spec in blueprint.fields), *known]]
    dealt: list[list[str]] = []
    together: list[str] = []
    for spec in blueprint.fields:
        if not all_hold(spec.show_when, answers):
            continue
        needs = {condition.field for condition in (*spec.show_when, *spec.require_when)}
        alone = kind_of(spec).weight > 1
        if together and (alone or len(together) == TOGETHER or needs & set(together)):
            dealt.append(together)
            together = []
        together.append(spec.key)
        if alone:
            dealt.append(together)
            together = []
    if together:
        dealt.append(together)
    dealt += [files[start : start + 4] for start in range(0, len(files), 4)]
    return dealt
