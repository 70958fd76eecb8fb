"""What the trail says of episodes."""

from medexpro.audit.kinds import declare

OPENED = declare("episodes:episode:open", "Opened an episode")
CHANGED = declare("episodes:episode:change", "Changed an episode")
MOVED = declare("episodes:status:move", "Moved an episode to another status")
STARTED = declare("episodes:episode:start", "Started an episode")
CATEGORY_CHOSEN = declare("episodes:category:choose", "Chose the category of an episode")
HELD = declare("episodes:status:hold", "Put an episode on hold")
RESUMED = declare("episodes:status:resume", "Took an episode up again")
REFERRED_BACK = declare("episodes:status:refer-back", "Referred a client back to the provider")
DISCHARGED = declare("episodes:episode:discharge", "Discharged an episode")
DECLINED = declare("episodes:episode:decline", "Declined an episode")
REFERRAL_USED = declare("episodes:referral:use", "Took a referral for an open episode")
