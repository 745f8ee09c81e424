"""Whoever works with questions asks their kind: no name of a kind is compared outside its file."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "services/questions"


def _is_type(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "type"
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value == "type"
    )


def _is_fixed(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(_is_fixed(one) for one in node.elts)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def faults(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(_is_type, sides)) and any(map(_is_fixed, sides)):
                yield f"line {node.lineno}: compares the name of a kind"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "services.questions.kinds"
        ):
            yield f"line {node.lineno}: imports one kind"


def test_services_ask_the_kind_of_a_question() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in sorted((ROOT / "services").rglob("*.py"))
        if HOME not in path.parents
        for fault in faults(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "ask kind_of(spec), or give Kind one more method"


def test_the_law_finds_what_it_forbids() -> None:
    assert len(list(faults('a = spec.type == "person"'))) == 1
    assert len(list(faults('a = field["type"] in ("table", "members")'))) == 1
    assert len(list(faults("from services.questions.kinds.table import Column"))) == 1
    assert list(faults("a = ours.type == theirs.type")) == []
