"""The events of this area."""

from medexpro.audit.kinds import declare

BOOKED = declare("scheduling:booking:made", "Made a booking")
MOVED = declare("scheduling:booking:moved", "Moved a booking")
CANCELLED = declare("scheduling:booking:cancelled", "Cancelled a booking")
RESTORED = declare("scheduling:booking:restored", "Put a cancelled booking back")
SETTLED = declare("scheduling:booking:settled", "Said whether a client came")
PLACE_TAKEN = declare("scheduling:place:taken", "Gave a client a place in a group")
PLACE_GIVEN_UP = declare("scheduling:place:given-up", "Took a client out of a group")
SET_UP = declare("scheduling:calendar:set-up", "Changed services, rooms, hours or closures")
