"""The carrier's shops, as a list."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query

from services.portal.api.context import PortalDep
from services.portal.api.problems import responses
from services.portal.api.scope import ScopeDep
from services.portal.core import admin
from services.portal.schemas.admin import MerchantList
from shared.domain.search import folded

router = APIRouter(tags=["administration"])

PAGE = 200


@router.get(
    "/v1/merchants",
    summary="The carrier's merchants",
    response_model=MerchantList,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def list_merchants(
    portal: PortalDep,
    scope: ScopeDep,
    q: Annotated[str, Query(max_length=100, description="Part of the name or the id.")] = "",
    after: Annotated[str, Query(max_length=64, description="Go on after this merchant.")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> MerchantList:
    """By their ids; their keys by ids only."""
    part = folded(q.strip())
    found = sorted(
        (
            m
            for _, m in portal.merchants.items()
            if m.merchant > after
            and scope.has(m.tenant)
            and (part in folded(m.name) or part in folded(m.merchant))
        ),
        key=lambda m: m.merchant,
    )
    page = list(islice(found, limit))
    return MerchantList(
        merchants=[admin.merchant_document(m) for m in page],
        next=page[-1].merchant if len(found) > limit else None,
    )
