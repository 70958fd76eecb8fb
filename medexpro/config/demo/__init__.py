"""The demo practice: made-up people, told by the operations a practice uses, dated from the day it is loaded."""
