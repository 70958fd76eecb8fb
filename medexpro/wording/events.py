"""What the trail says of words."""

from medexpro.audit.kinds import declare

LET_STAND = declare("wording:mark:keep", "Let marked words stand")
