"""ICD-10-CM: the codes by release and date of service, and the search as you type.

Other areas use `search` (`search`, `lookup`, `choose`, `title`) and nothing below it.
"""
