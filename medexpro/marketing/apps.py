from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "medexpro.marketing"
    label = "marketing"

    def ready(self) -> None:
        """Declare the trail's words, take places in the palette and on the settings page, follow merged clients."""
        from medexpro.marketing import events, own_merging, own_settings, proof_events  # noqa: F401
        from medexpro.marketing.operations import asking
        from medexpro.positioning import tabs
        from medexpro.practice.palette import Way, add_ways

        own_merging.register()
        own_settings.register()
        asking.register()
        tabs.add(tabs.Tab("page", "Public page", "marketing:public_page"))
        tabs.add(tabs.Tab("proof", "Proof", "marketing:proof"))
        add_ways(
            Way(
                "Public page",
                "marketing:public_page",
                "eye",
                also="website articles questions answers visitors",
            ),
            Way("New article", "marketing:write_article", "plus", also="blog text public page", begins=True),
            Way(
                "Screening days",
                "marketing:days",
                "users",
                also="community event measure many people health fair",
            ),
            Way("New screening day", "marketing:add_day", "plus", also="community event", begins=True),
            Way("Proof", "marketing:proof", "measure", also="outcomes figures results published cohort"),
            Way("Stories", "marketing:stories", "heart", also="outcome story testimonial consent"),
            Way("Leads", "marketing:leads", "phone", also="interested prospects call back first contacts"),
        )
