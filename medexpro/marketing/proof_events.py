"""The events of figures and stories. Details hold counts and kinds, never words of a story."""

from medexpro.audit.kinds import declare

FIGURES_PUBLISHED = declare("marketing:figures:publish", "Published figures of a group of clients")
FIGURES_WITHDRAWN = declare("marketing:figures:withdraw", "Took published figures back")
LEAST_CHANGED = declare("marketing:figures:least", "Changed from how many clients on figures are made")
STORY_DRAFTED = declare("marketing:story:draft", "Drafted a story from a record")
STORY_WRITTEN = declare("marketing:story:write", "Wrote at a story")
STORY_AGREED = declare("marketing:story:agree", "Recorded a client’s agreement to a story")
STORY_PUBLISHED = declare("marketing:story:publish", "Published a story")
STORY_BACK = declare("marketing:story:withdraw", "Took a story off the public page")
STORY_AWAY = declare("marketing:story:put-away", "Put a story away")
