"""The events of this area."""

from medexpro.audit.kinds import declare

BOOKED = declare("scheduling:booking:made", "Made a booking")
MOVED = declare("scheduling:booking:moved", "Moved a booking")
CANCELLED = declare("scheduling:booking:cancelled", "Cancelled a booking")
RESTORED = declare("scheduling:booking:restored", "Put a cancelled booking back")
SETTLED = declare("scheduling:booking:settled", "Said whether a client came")
PLACE_TAKEN = declare("scheduling:place:taken", "Gave a client a place in a group")
PLACE_GIVEN_UP = declare("scheduling:place:given-up", "Took a client out of a group")
PLACE_SETTLED = declare("scheduling:place:settled", "Said whether a client came to a group")
WISHED = declare("scheduling:wish:made", "Put a client on the waiting list")
WISH_ENDED = declare("scheduling:wish:ended", "Took a client off the waiting list")
OFFERED = declare("scheduling:offer:made", "Offered a free time to a client who waits")
ANSWERED = declare("scheduling:offer:answered", "Noted what a client said to an offer")
FEED_MADE = declare("scheduling:feed:made", "Made a calendar address")
FEED_ENDED = declare("scheduling:feed:ended", "Ended a calendar address")
FEED_READ = declare("scheduling:feed:read", "A calendar program read a member’s bookings")
REMINDED = declare("scheduling:reminder:sent", "Reminded a client of a booking")
REMINDER_FAILED = declare("scheduling:reminder:failed", "Could not remind a client of a booking")
REMINDED_AGAIN = declare("scheduling:reminder:again", "Had a reminder sent again")
SET_UP = declare("scheduling:calendar:set-up", "Changed services, rooms, hours or closures")
