"""Whole stories in a real Chromium: the product served in this process, the practice's morning as its time."""

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache

from medexpro.kernel.clock import now

TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True, "timezone_id": "America/New_York"}
PATIENCE_MS = 60_000
MORNING_HERE = "2026-10-13 09:30"
# Requests that a test lets fail are the browser's and htmx's to report, not ours to mend; so is one that was given up
# because what was typed next overtook it (hx-sync).
LET_FAIL = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest", "htmx:sendAbort")

# Taps on anything that acts, kept over the pages of a window; digits of a keypad are typed and not counted.
COUNT_TAPS = """
document.addEventListener("click", (event) => {
  if (!event.isTrusted && event.detail === 0) return;
  const on = event.target.closest("button, a, label, input, textarea, summary");
  // A tap on a label reaches its input as a second click of the same tap.
  if (!on || (on.matches("input") && event.detail === 0)) return;
  const said = (on.getAttribute("aria-label") || on.textContent.trim() || on.name || on.id || "").slice(0, 40);
  sessionStorage.taps = JSON.stringify([...JSON.parse(sessionStorage.taps ?? "[]"), said]);
}, true);
"""


@pytest.fixture
def morning(clock):
    """The practice's day and hour, on the server and in the browser."""
    cache.clear()
    return clock(MORNING_HERE)


@pytest.fixture(scope="session", autouse=True)
def files_are_kept():
    """Let browsers keep the product's own files, as where it is served for real: a page asks for fifty of them."""
    patch = pytest.MonkeyPatch()
    serve = StaticFilesHandler.serve

    def and_keep(handler, request):
        response = serve(handler, request)
        # Long enough for a browser whose clock is not the test's.
        response.headers["Cache-Control"] = "max-age=31536000, immutable"
        return response

    patch.setattr(StaticFilesHandler, "serve", and_keep)
    yield
    patch.undo()


@pytest.fixture
def tablet(live_server, chromium, sign_in, morning):
    """Return a function: a page in a browser of its own, signed in as a member (None: not yet). Faults of scripts fail it."""
    contexts, faults = [], []

    def take(member, **shape):
        context = chromium.new_context(base_url=live_server.url, **(TABLET | shape))
        context.clock.install(time=now())
        # On a machine that others use too, a slow page is no failure.
        context.set_default_timeout(PATIENCE_MS)
        if member is not None:
            cookie = settings.SESSION_COOKIE_NAME
            key = sign_in(member).cookies[cookie].value
            context.add_cookies([{"name": cookie, "value": key, "url": live_server.url}])
        context.add_init_script(COUNT_TAPS)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        contexts.append(context)
        return page

    yield take
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not fault.startswith(LET_FAIL)] == []
