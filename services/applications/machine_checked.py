"""Whether the system itself checked everything an application has to show: only then may it issue
what was asked for when the term of the law ends (UU 30/2014 article 53 paragraph 3)."""

from services.applications.household import house_of
from services.applications.models import Application
from services.cases import vouchers
from services.cases.models import Document, Step
from services.cases.route import today_of
from services.catalogue import answers as answering
from services.catalogue.steps import DeskStep
from services.residents.queries import facts_of

# How a requirement is met by what the system knows and nobody has to look at.
KNOWN = {Document.Origin.REGISTER, Document.Origin.LETTER, Document.Origin.ELSEWHERE}


def is_checked_by_machine(application: Application) -> bool:
    """Answers valid today, every document known to the system, whoever had to vouch has done so,
    and no right of others touched."""
    blueprint = application.blueprint
    applicant = application.applicant
    if blueprint.term.rights_of_others or not applicant.lives_here:
        return False
    answers = application.answers
    sent = application.submitted_at
    assert sent is not None, "a case with a term was sent"
    filed = today_of(sent)
    house = house_of(applicant, today=filed, filed=filed)
    typed = answering.as_typed(blueprint, answers)
    if answering.clean(blueprint, typed, house)[1]:
        return False
    met = {document.key: document.origin for document in application.documents.all()}
    wanted = answering.wanted_documents(blueprint, answers, facts_of(applicant))
    if any(met.get(spec.key) not in KNOWN for spec in wanted if spec.required):
        return False
    vouched = {s.key for s in application.steps.all() if s.state == Step.State.APPROVED}
    way = [step for step in blueprint.steps if isinstance(step, DeskStep)]
    return all(step.key in vouched for step in way if vouchers.vouches(step))
