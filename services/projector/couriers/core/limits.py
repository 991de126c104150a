"""Every number the rules of a courier's track go by, with where it comes from.

"GOAL" are 644 labelled traces of delivery drivers (Amazon, CC BY 4.0); "Helsinki" the phones of Aalto's
public transport dataset; "Munich" a car's 1 Hz trace with one jump of 470 m (barefoot, Apache-2.0)."""

from __future__ import annotations

# Clocks
FUTURE_MS = 120_000  # a phone's clock may be ahead this far
STALE_MS = 86_400_000  # older fixes are of no use to anybody waiting for a parcel
SILENT_MS = 240_000  # a sleeping phone needs up to 200 s to wake (Helsinki)

# Accuracy: the radius (68 %) a phone claims. Helsinki: p50 10, p90 50 m, 5 % worse than 100 m
COARSE_M = 100.0
FAIR_M = 50.0  # between fair and coarse a fix counts only when none better is fresh
FRESH_MS = 30_000

# Impossible jumps. GOAL's fastest driver: 40.6 m/s
IMPOSSIBLE_MPS = 50.0
RELOCATED_AFTER = 3  # fixes that agree with each other make a jump a real relocation (Munich: in 3 s)

# Standing still. GOAL standing: 19 m a minute are drawn raw; with these numbers 1.6, and the marker
# follows a driver at a mean distance of 3 m, a creeping queue at no more than 35 m
STILL_RADIUS_M = 20.0
STILL_RADIUS_MOST_M = 60.0
STILL_DRIFT_M = 20.0
STILL_MEMORY = 8  # fixes
DRIVING_MPS = 2.5  # above any walking pace (GOAL on foot: p95 1.9 m/s)
SPEED_OVER_MS = 4_000  # speed from places is taken over this long
STEP_M = 12.0  # a driving step shorter than this waits for the next fix (GOAL's noise step: p99 12.3 m)
STEP_KNOWN_SPEED_M = 4.0  # the same when the phone's own speed says that it drives
HELD_REFRESH_MS = 15_000  # how often "he is still here" is said while he stands and may be seen

# At a stop
AT_STOP_M = 60.0  # on foot or standing this near to a stop: at it
DOORSTEP_M = 30.0  # nothing exact this near to another's open stop, at whatever speed
AT_NEXT_BONUS_M = 15.0  # of several stops as near, he is at the one whose turn it is
AT_STAY_BONUS_M = 10.0  # and rather still where he was
LEAVES_AFTER = 2  # driving fixes in a row, unless the phone's own speed says so at once
LEFT_BEHIND_M = 60.0  # beyond a stop's zone: out of reach, whatever the policy

# Notices to the recipient
STOPS_AWAY = 3  # so many stops before theirs people are told to be at home
NEAR_M = 300.0
NEAR_S = 120.0
ARRIVED_M = 50.0
ARRIVED_AFTER_MS = 8_000
ARRIVED_OUT_OF_TURN_M = 30.0  # a red light at another's door is no arrival
ARRIVED_OUT_OF_TURN_AFTER_MS = 60_000
ARRIVED_QUIET_MS = 20_000  # phones that send nothing while they rest
GONE_AGAIN_M = 200.0
TYPICAL_MPS = 5.3  # driving speed where a route says no times (GOAL p50)
OFF_ROUTE_M = 60.0
MEASURED_AFTER_M = 50.0  # the way to go is measured again after so much
LEG_REDRAWN_M = 100.0  # the rest of the way is sent again after so much of it was driven
