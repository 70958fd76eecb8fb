"""Written orders from providers: the four checks, validity, acknowledgement."""
