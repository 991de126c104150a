"""docs/desk.md says of each role what the portal really lets it do."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.portal_matrix import MATRIX, STAFF_ROLES

PAGE = (Path(__file__).parents[2] / "docs" / "desk.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| (.+?) \| (yes|no) \| (yes|no) \| (yes|no) \| (`.+`) \|$", re.MULTILINE)


def documented() -> list[tuple[str, tuple[bool, ...]]]:
    """Each operation named, with what it says of reader, staff and owner."""
    return [
        (operation, tuple(word == "yes" for word in said))
        for _, *said, operations in LINE.findall(PAGE)
        for operation in re.findall(r"`([^`]+)`", operations)
    ]


def answered() -> dict[str, tuple[bool, ...]]:
    """Operations that know who asks by his session, with who may."""
    return {
        row.operation: tuple(row.expected[role] not in (401, 403) for role in STAFF_ROLES)
        for row in MATRIX
        if len(set(row.expected.values())) > 1 and row.expected["owner"] != 401
    }


def test_the_roles_may_what_the_page_says() -> None:
    page, portal = documented(), answered()
    assert len(page) == len(dict(page)), "an operation stands in two lines"
    for operation, may in portal.items():
        words = " | ".join("yes" if each else "no" for each in may)
        said = dict(page).get(operation)
        assert said is not None, f"docs/desk.md, Roles: add `{operation}` to a line `| ... | {words} | ... |`"
        assert said == may, f"{operation}: docs/desk.md has {said}, the portal answers {words}"
    assert set(dict(page)) == set(portal), "docs/desk.md names operations that are not there"
