from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "medexpro.sessions"
    label = "session_logs"

    def ready(self) -> None:
        """Take places on the chart, and stand behind the bookings of groups."""
        from medexpro.episodes.own_panels import read_beside
        from medexpro.scheduling import doors
        from medexpro.sessions import (
            own_evidence,
            own_merging,
            own_panels,
            own_phrases,
            own_timeline,
            several,
        )

        own_evidence.tell()
        own_panels.register()
        own_phrases.register()
        own_merging.register()
        own_timeline.register()
        doors.add(several.door)
        read_beside("sessions_so_far", own_panels.last_number)
