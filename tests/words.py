"""Every Indonesian sentence that has to be there in English, found where it is written."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [ROOT / top for top in ("platform", "tenants", "services", "billing", "deploy/local")]
FOLDER = ROOT / "platform/ui/locale/en/LC_MESSAGES"
MARKS = {"gettext", "gettext_lazy", "gettext_noop", "_"}
REFUSALS = {"RuleBroken", "NotThere", "Stale", "TooOften", "Busy"}

# Where a refusal may reach a resident: its plain sentence is translated when it is shown.
RESIDENTS_MEET = (
    "platform/kernel/errors.py",
    "platform/kernel/identities.py",
    "platform/kernel/nik.py",
    "platform/kernel/rupiah.py",
    "platform/accounts/addresses.py",
    "platform/accounts/hashers.py",
    "platform/accounts/mfa.py",
    "platform/accounts/mfa_views.py",
    "platform/accounts/passwords.py",
    "platform/accounts/views.py",
    "services/aid/answering.py",
    "services/applications/actions.py",
    "services/applications/elsewhere.py",
    "services/applications/fitness.py",
    "services/applications/own_data.py",
    "services/applications/queries.py",
    "services/applications/staffed.py",
    "services/cases/documents.py",
    "services/catalogue/queries.py",
    "services/neighbourhood/activities.py",
    "services/neighbourhood/announcements.py",
    "services/neighbourhood/watch.py",
    "services/web",
    "services/portal",
    "services/questions",
    "services/residents/actions.py",
    "services/residents/family.py",
    "services/residents/guesses.py",
    "services/residents/onetime.py",
    "services/residents/wallet",
    "tenants/registry/stored_files.py",
)


@dataclass(frozen=True, slots=True)
class Word:
    """One sentence: the singular is its key."""

    text: str
    plural: str = ""
    where: str = field(default="", compare=False)


def _python(path: Path) -> Iterator[Word]:
    name = str(path.relative_to(ROOT))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    met = name.startswith(RESIDENTS_MEET)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and met:  # NotThere's usual message
            texts = [d for d in node.args.defaults if isinstance(d, ast.Constant)]
            yield from (
                Word(text.value, where=name)
                for text in texts
                if isinstance(text.value, str) and text.value.endswith(".")
            )
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
        first: ast.expr = node.args[0]
        if node.func.id == "ngettext":
            yield Word(texts[0], texts[1], where=name)
        elif node.func.id in MARKS and isinstance(first, ast.Constant):
            yield Word(str(first.value), where=name)
        elif met and node.func.id in REFUSALS:
            if isinstance(first, ast.Name):
                first = constants.get(first.id, first)
            if isinstance(first, ast.Constant):
                yield Word(str(first.value), where=name)


_QUOTED = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""


def _template(path: Path) -> Iterator[Word]:
    from django.utils.translation.template import templatize

    name = str(path.relative_to(ROOT))
    marked = templatize(path.read_text(encoding="utf-8"))
    for one in re.finditer(rf"(?<!n)(?:_|gettext)\({_QUOTED}\)", marked):
        yield Word(ast.literal_eval(one[1]), where=name)
    for one in re.finditer(rf"ngettext\({_QUOTED}, ?{_QUOTED}", marked):
        yield Word(ast.literal_eval(one[1]), ast.literal_eval(one[2]), where=name)


def _lists() -> Iterator[Word]:
    """Fixed lists of the register and the catalogue, translated when they are shown."""
    from billing import plans
    from billing.rules import PPN_WORDS
    from kernel.tanggal import DAYS
    from services.catalogue.categories import CATEGORIES
    from services.catalogue.shipped import shipped
    from services.questions.kind import kind_of
    from services.residents import codes
    from services.residents.fields import FIELDS, HOUSEHOLD, Group
    from services.residents.models import PersonEvent

    kinds = (
        codes.Sex, codes.Religion, codes.Marital, codes.Relation, codes.Citizenship,
        codes.Education, codes.Status, codes.Studying, codes.Blood, codes.Disability,
        codes.Contraception, codes.Insurance, codes.CardState, codes.Recording, codes.Residency,
        PersonEvent.Kind,
    )  # fmt: skip
    for kind in kinds:
        yield from (Word(str(label), where="codes") for label in kind.labels)
    yield from (Word(group.value, where="fields") for group in Group)
    yield from (
        Word(field.label, where="fields") for field in [*FIELDS.values(), *HOUSEHOLD.values()]
    )
    yield from (Word(name, where="codes") for name in codes.OCCUPATIONS.values())
    yield from (Word(label.lower(), where="who") for label in codes.Sex.labels)
    yield from (Word(name, where="days") for name in DAYS)
    specs = [spec for blueprint in shipped() for spec in blueprint.fields]
    units = {unit for spec in specs if (unit := kind_of(spec).unit(spec))}
    yield from (Word(unit, where="units") for unit in sorted(units))
    yield from (Word(plan.meant_for, where="plans") for plan in plans.plans())
    yield Word(PPN_WORDS, where="plans")
    for _, name, hint, _ in CATEGORIES:
        yield Word(name, where="CATEGORIES")
        yield Word(hint, where="CATEGORIES")


def used() -> dict[str, Word]:
    """Everything that is marked, by its key."""
    found: dict[str, Word] = {}
    for top in SOURCES:
        words = [w for path in sorted(top.rglob("*.py")) for w in _python(path)]
        words += [w for path in sorted(top.rglob("templates/**/*.html")) for w in _template(path)]
        for word in words:
            if word.text not in found or word.plural:
                found[word.text] = word
    for word in _lists():
        found.setdefault(word.text, word)
    return found


@dataclass
class Entry:
    """One entry of a ``.po`` file."""

    key: str = ""
    plural: str = ""
    texts: list[str] = field(default_factory=list)
    flags: str = ""


def read_po(path: Path) -> list[Entry]:
    """The entries of a catalogue file, its header first."""
    entries: list[Entry] = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        entry, target = Entry(), ""
        parts: dict[str, str] = {}
        for line in block.splitlines():
            if line.startswith("#,"):
                entry.flags += line
            elif line.startswith("#"):
                continue
            elif line.startswith('"'):
                parts[target] += ast.literal_eval(line)
            elif line.strip():
                target, _, text = line.partition(" ")
                parts[target] = ast.literal_eval(text)
        if "msgid" not in parts:
            continue
        entry.key, entry.plural = parts["msgid"], parts.get("msgid_plural", "")
        entry.texts = [text for name, text in parts.items() if name.startswith("msgstr")]
        entries.append(entry)
    return entries
