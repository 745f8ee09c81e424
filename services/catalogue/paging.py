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
    whole = sum(kind_of(spec).weight for spec in blueprint.fields) + len(blueprint.documents)
    files = [document.key for document in wanted_documents(blueprint, answers, applicant)]
    if whole <= LIGHT:
        # Every question is on the page; which are shown is told by their conditions.
        known = [d.key for d in blueprint.documents if not applicant.get(d.unless_known or "")]
        return [[*(spec.key for spec in blueprint.fields), *known]]
    dealt: list[list[str]] = []
    together: list[str] = []
    counted = 0  # of those together, the questions that take room
    for spec in blueprint.fields:
        if not all_hold(spec.show_when, answers):
            continue
        needs = {condition.field for condition in (*spec.show_when, *spec.require_when)}
        weight = kind_of(spec).weight
        alone = weight > 1
        is_full = weight > 0 and counted == TOGETHER
        if together and (alone or is_full or needs & set(together)):
            dealt.append(together)
            together, counted = [], 0
        together.append(spec.key)
        counted += min(weight, 1)
        if alone:
            dealt.append(together)
            together, counted = [], 0
    if together:
        dealt.append(together)
    dealt += [files[start : start + 4] for start in range(0, len(files), 4)]
    return dealt
