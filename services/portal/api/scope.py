"""Whose the desk's lists are: the carrier of who asks, or the one that the administrator names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Query

from services.portal.api.audit import ADMIN
from services.portal.api.context import Portal
from services.portal.api.guard import CarrierDep
from services.portal.api.problems import Problem, invalid, unavailable
from services.portal.core import desk_shipments
from services.portal.core.access import Caller
from services.portal.schemas.common import ID_PATTERN
from services.portal.store.desk import DeskLists
from services.portal.store.lists import Lists

Id = Annotated[str | None, Query(pattern=ID_PATTERN)]
After = Annotated[str | None, Query(max_length=100, description="A page's `next`.")]


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, and for which carrier; None: the administrator, for all of them."""

    caller: Caller
    tenant: str | None

    @property
    def by(self) -> tuple[str, str]:
        """Who writes something down: his account and his name."""
        staff = self.caller.staff
        return (staff.account, staff.name) if staff is not None else (ADMIN, ADMIN)

    def has(self, tenant: str) -> bool:
        return self.tenant in (None, tenant)


async def scope_of(
    caller: CarrierDep,
    tenant: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="The carrier; for the administrator only.")
    ] = None,
    dromos_tenant: Annotated[str | None, Header(pattern=ID_PATTERN, include_in_schema=False)] = None,
) -> Scope:
    """Raises Problem: 403, staff name another carrier than their own."""
    named = tenant or dromos_tenant
    if caller.tenant is not None and named not in (None, caller.tenant):
        raise Problem(403, "not_yours", f"You work for {caller.tenant}: leave the carrier out.")
    return Scope(caller, caller.tenant or named)


ScopeDep = Annotated[Scope, Depends(scope_of)]


def place(told: str | None, name: str = "after") -> tuple[int, str] | None:
    """Where a page goes on, as the one before told it in `next`; None: at the beginning.

    Raises:
        Problem: 422, no page has told it; `name` is the parameter's.
    """
    found = desk_shipments.after(told) if told is not None else None
    if told is not None and found is None:
        raise invalid(f"Take `{name}` from a page's `next`.")
    return found


def lists_of(portal: Portal) -> Lists:
    """Raises Problem: 503, there is no PostgreSQL."""
    if portal.lists is None:
        raise unavailable("The lists can't be read just now. Ask again in a few seconds.")
    return portal.lists


def desk_lists(portal: Portal) -> DeskLists:
    """Raises as `lists_of`."""
    return DeskLists(lists_of(portal))
