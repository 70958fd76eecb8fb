"""The session page as a professional uses it."""

from playwright.sync_api import expect

from medexpro.sessions import operations
from medexpro.sessions.models import SessionLog

# Resolves when no entry waits on this tablet; a tap just made is in the outbox before this looks.
OUTBOX_EMPTY = """
async (patience) => {
  const until = Date.now() + patience;
  const count = () => new Promise((done, fail) => {
    const opening = indexedDB.open("medexpro-outbox");
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const counting = opening.result.transaction("commands").objectStore("commands").count();
      counting.onsuccess = () => { opening.result.close(); done(counting.result); };
    };
  });
  for (let calm = 0; calm < 3; ) {
    calm = (await count()) ? 0 : calm + 1;
    if (Date.now() > until) throw new Error("entries still wait on this tablet");
    await new Promise((done) => setTimeout(done, 50));
  }
}
"""


class Floor:
    """One open session page."""

    def __init__(self, page, session):
        self.page, self.session = page, session

    @classmethod
    def opened(cls, page, episode, *, by, at):
        """Open today's session by the operation and show its page."""
        session = operations.open_session(episode, by=by, at=at)
        page.goto(f"/sessions/{session.pk}/")
        page.locator("#gate-h").wait_for()
        return cls(page, session)

    def stored(self) -> SessionLog:
        """Return the session as the server has it."""
        return SessionLog.objects.get(pk=self.session.pk)

    def types_vitals(self, systolic=128, diastolic=82, pulse=68):
        """Type the readings one after the other; a full number moves on by itself. SpO2 is left out."""
        for value in (systolic, diastolic, pulse):
            self.page.keyboard.type(str(value))

    def taps_pain(self, pain=2):
        """Tap the pain at rest."""
        self.page.locator(f'.gate-ask [role=radiogroup] label:has(input[value="{pain}"])').click()

    def none_of_these(self):
        """Answer the red flags and today's signs in one tap."""
        self.page.get_by_role("button", name="None of these").click()

    def passes_the_gate(self):
        """Vitals, pain, no red flag, no sign: the session starts by itself."""
        self.types_vitals()
        self.taps_pain()
        self.none_of_these()
        self.gate_turns("Go")
        self.page.locator(".ex.is-open").wait_for()

    def gate_says(self) -> str:
        """Return the sentence on the gate."""
        return self.page.locator("[data-gate-sentence]").inner_text()

    def is_saved(self):
        """Wait until the server has everything."""
        self.page.evaluate(OUTBOX_EMPTY, 30_000)
        self.page.locator('[data-sync][data-state="saved"]', has_text="Everything saved").wait_for()

    def gate_turns(self, word: str):
        """Wait until the gate says Go, Hold, Stop or Decide, where the professional sees it without looking for it."""
        badge = self.page.locator(".gate-badge", has_text=word)
        badge.wait_for()
        expect(badge).to_be_in_viewport()

    def taps(self) -> list[str]:
        """Return what was tapped so far."""
        return self.page.evaluate("JSON.parse(sessionStorage.taps ?? '[]')")
