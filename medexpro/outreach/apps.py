from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "medexpro.outreach"
    label = "outreach"

    def ready(self) -> None:
        """Take places on other areas' pages; hear of finished assessments."""
        from medexpro.assessments import after
        from medexpro.outreach import improvements, own_merging, own_panels
        from medexpro.practice.permissions import Permission
        from medexpro.referrals.sections import Section, add

        board = Section(
            "sources",
            "Sources",
            "outreach:board",
            Permission.SOURCES_READ,
            order=10,
            leads=Permission.LETTERS_SEND,
        )
        add(board)
        add(Section("letters", "Letters", "outreach:letters", Permission.SOURCES_READ, order=30))
        own_merging.register()
        own_panels.register()
        after.on_finish(improvements.note)
