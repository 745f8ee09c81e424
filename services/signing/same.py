"""Whether a file that came back shows the letter that was sent, with a signature more and nothing
else. Plain functions."""

import hashlib
import io
from collections.abc import Iterator
from typing import Any

# What a signature may add to the root of a document.
_MAY_BE_NEW = {"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Perms", "/Version"}
# What acts, hides words, or says how to read them.
_CARRIES = (
    "/OpenAction", "/AA", "/Names", "/OCProperties", "/URI", "/Lang", "/PageLabels",
    "/ViewerPreferences",
)  # fmt: skip
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_OF_A_PAGE = (*_INHERITED, "/Contents", "/UserUnit", "/Group", "/AA", "/Trans", "/VP")
_UP = {"/Parent", "/P", "/StructParent", "/StructParents"}  # ways back to where we come from
_PACKED = {"/Length", "/Filter", "/DecodeParms", "/DL"}  # how a stream is stored
_SLACK = 2  # points by which a mark may be larger than what was ordered


def shows_same(sent: bytes, came: bytes, *, mark: tuple[int, int] = (0, 0)) -> bool:
    """Whether ``came`` is ``sent`` with one signature more. ``mark``: width and height of the
    visible mark that was ordered, in points; (0, 0) where it is invisible.

    Every page has the same content, fonts, pictures and notes, however the file is stored; nothing
    is added that acts or hides words. Never raises."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        mine: Any = PdfFileReader(io.BytesIO(sent), strict=False)
        theirs: Any = PdfFileReader(io.BytesIO(came), strict=False)
        if theirs.encrypted:
            return False
        if came.startswith(sent) and not _adds_a_signature(mine, theirs):
            return False
        own, other = _Digests(), _Digests()
        return _same_root(mine.root, theirs.root, own, other) and _same_pages(
            mine, theirs, own, other, mark
        )
    except Exception:  # whatever a file from outside makes the parser raise
        return False


def _adds_a_signature(mine: Any, theirs: Any) -> bool:
    """Whether what was appended goes on from what was sent, and keeps an earlier signature."""
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult

    last = mine.xrefs.total_revisions - 1
    if theirs.xrefs.total_revisions <= last + 1:
        return False
    # The chain of the new file really goes on from the last revision of what was sent.
    before = mine.xrefs.get_xref_container_info(last).declared_startxref
    if theirs.xrefs.get_xref_container_info(last).declared_startxref != before:
        return False
    if "/AcroForm" not in mine.root:
        return True  # the first signature: pyHanko compares two forms; pages are compared below
    found = DEFAULT_DIFF_POLICY.review_file(theirs, base_revision=last)
    return isinstance(found, DiffResult)


def _same_root(mine: Any, theirs: Any, own: "_Digests", other: "_Digests") -> bool:
    if set(theirs.keys()) - set(mine.keys()) - _MAY_BE_NEW:
        return False
    if any(own.at(mine, key) != other.at(theirs, key) for key in _CARRIES):
        return False
    form = _at(theirs, "/AcroForm", {})
    fields = [one.get_object() for one in _at(form, "/Fields", [])]
    return "/XFA" not in form and all(_at(one, "/FT", "") == "/Sig" for one in fields)


def _at(holder: Any, key: str, otherwise: Any) -> Any:
    """What stands there, behind any reference."""
    return holder[key] if key in holder else otherwise  # noqa: SIM401 (get gives the reference)


def _same_pages(
    mine: Any, theirs: Any, own: "_Digests", other: "_Digests", mark: tuple[int, int]
) -> bool:
    ours, came = list(_pages(mine)), list(_pages(theirs))
    if len(ours) != len(came):
        return False
    added: list[Any] = []
    for before, after in zip(ours, came, strict=True):
        if any(own.at(before, key) != other.at(after, key) for key in _OF_A_PAGE):
            return False
        notes, kept = after["/Annots"], len(before["/Annots"])
        if [own.of(one) for one in before["/Annots"]] != [other.of(one) for one in notes[:kept]]:
            return False
        added += [one.get_object() for one in notes[kept:]]
    return len(added) <= 1 and all(_is_mark(one, mark) for one in added)


def _is_mark(note: Any, mark: tuple[int, int]) -> bool:
    """Whether an annotation is that of a signature, no larger than was ordered."""
    kind = _at(note, "/FT", "") or _at(_at(note, "/Parent", {}), "/FT", "")
    left, low, right, high = (float(one) for one in note["/Rect"])
    wide, tall = mark
    is_small = abs(right - left) <= wide + _SLACK and abs(high - low) <= tall + _SLACK
    return _at(note, "/Subtype", "") == "/Widget" and kind == "/Sig" and is_small


def _pages(reader: Any) -> Iterator[dict[str, Any]]:
    """Each page with what it inherits."""
    yield from _below(reader.root["/Pages"], {}, 0)


def _below(node: Any, inherited: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    if depth > 50:
        raise ValueError("pages nested too deeply")
    have = {**inherited, **{key: node.raw_get(key) for key in _INHERITED if key in node}}
    if "/Kids" not in node:
        rest = {key: node.raw_get(key) for key in node if key not in _INHERITED}
        notes = _at(node, "/Annots", [])
        yield {**have, **rest, "/Annots": [notes.raw_get(at) for at in range(len(notes))]}
        return
    for kid in node["/Kids"]:
        yield from _below(kid.get_object(), have, depth + 1)


class _Digests:
    """Of the objects of one document, without regard to how they are stored or numbered."""

    def __init__(self) -> None:
        self._known: dict[Any, bytes] = {}  # by reference; while it is being made: a mark

    def at(self, holder: Any, key: str) -> bytes:
        if key not in holder:
            return b""
        return self.of(holder.raw_get(key) if hasattr(holder, "raw_get") else holder[key])

    def of(self, value: Any, depth: int = 0) -> bytes:
        from pyhanko.pdf_utils import generic

        if depth > 200:
            raise ValueError("objects nested too deeply")
        if isinstance(value, generic.IndirectObject):
            pointer: Any = value
            place = pointer.reference
            if place not in self._known:
                self._known[place] = b"again"  # a ring of references ends here
                self._known[place] = self.of(pointer.get_object(), depth + 1)
            return self._known[place]
        out = hashlib.sha256()
        if isinstance(value, generic.DictionaryObject):
            skipped = set(_UP)
            if isinstance(value, generic.StreamObject):
                try:
                    out.update(b"stream" + hashlib.sha256(value.data).digest())
                    skipped |= _PACKED
                except Exception:  # a picture's own encoding: compared as it is stored
                    out.update(b"stored" + hashlib.sha256(value.encoded_data).digest())
            for key in sorted(set(value) - skipped):
                out.update(str(key).encode() + b"=" + self.of(value.raw_get(key), depth + 1))
        elif isinstance(value, generic.ArrayObject):
            out.update(b"array %d" % len(value))
            for index in range(len(value)):
                out.update(self.of(value.raw_get(index), depth + 1))
        elif isinstance(value, generic.NumberObject | generic.FloatObject):
            out.update(b"number %.4f" % float(value))
        elif isinstance(value, generic.TextStringObject | generic.ByteStringObject):
            out.update(b"text" + value.original_bytes)
        else:
            out.update(type(value).__name__.encode() + str(value).encode())
        return out.digest()
