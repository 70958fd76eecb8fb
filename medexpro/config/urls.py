"""The root of all addresses. Each area brings its own; the names of areas are the namespaces."""

from django.apps import apps
from django.urls import include, path
from django.utils.module_loading import module_has_submodule

# (prefix, area). An area without urls.py has no pages.
AREAS = [
    ("", "today"),
    ("", "web"),
    ("", "practice"),
    ("clients/", "clients"),
    ("record/", "record"),
    ("providers/", "providers"),
    ("referrals/", "referrals"),
    ("episodes/", "episodes"),
    ("clearance/", "clearance"),
    ("assessments/", "assessments"),
    ("programs/", "programs"),
    ("calendar/", "scheduling"),
    ("sessions/", "sessions"),
    ("reports/", "reports"),
    ("", "marketing"),
    ("wording/", "wording"),
    ("positioning/", "positioning"),
    ("sources/", "outreach"),
    ("knowledge/", "knowledge"),
    ("codes/", "knowledge.codes"),
    ("import/", "fhir"),
    ("d/", "portal"),
]


def area_urls() -> list:
    """Return the include of every area that has pages."""
    found = []
    for prefix, area in AREAS:
        config = next((c for c in apps.get_app_configs() if c.name == f"medexpro.{area}"), None)
        if config and module_has_submodule(config.module, "urls"):
            found.append(path(prefix, include((f"medexpro.{area}.urls", area.split(".")[-1]))))
    return found


urlpatterns = [
    path("accounts/", include("medexpro.practice.account_urls")),
    path("export/", include("medexpro.config.takeout.urls")),
    *area_urls(),
    path("", include(("medexpro.portal.public_urls", "public"))),
]

handler400 = "medexpro.web.errors.bad_request"
handler403 = "medexpro.web.errors.forbidden"
handler404 = "medexpro.web.errors.not_found"
handler500 = "medexpro.web.errors.server_error"
