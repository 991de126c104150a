"""What one courier's plan, outcomes and fixes mean for those who wait for him; no I/O, the time handed in.

    rules = Rules(policies_by_merchant, addresses_by_h3_cell, secret)
    courier = Courier("eleni", rules)
    courier.on_plan(plan, now_ms)             # every record of courier.routes
    courier.on_outcome(outcome, now_ms)       # every record of courier.stops
    courier.restore(view)                     # after a take-over: the last live view, before positions
    courier.on_fix(position, raw, offset, now_ms)    # every record of courier.positions -> Verdict
    courier.publish(now_ms)                   # once a batch: LiveView to write, Gone to delete, or None
    courier.observations(now_ms)              # commands to send
    courier.tick(now_ms)                      # when courier.due_ms has come; then publish again
    courier.on_rules(now_ms)                  # a merchant's policy has changed

Reading order: `pipeline` (what a fix is worth), `whereabouts` (at which stop he is), `visibility` (who may
see what), `lines` (how the live view is put together)."""

from services.projector.couriers.core.courier import Courier, Gone
from services.projector.couriers.core.rules import Rules
from services.projector.couriers.core.track import DROPPED, Verdict

__all__ = ["DROPPED", "Courier", "Gone", "Rules", "Verdict"]
