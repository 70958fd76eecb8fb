"""Documents that go out: letters and progress reports, frozen, signed, delivered."""
