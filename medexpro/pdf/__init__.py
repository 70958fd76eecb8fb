"""Documents on paper: the Typst engine, the letterhead, the fonts, and what a fax makes of a page."""
