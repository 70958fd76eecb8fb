"""Pure values all areas share. Nothing here knows Django, a database or the clock on the wall except `clock`."""
