from tests.scheduling.conftest import desk  # noqa: F401 - the calendar is set up, Janet is in service
