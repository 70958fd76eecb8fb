"""The people of a practice at their browsers: what each does on the pages, in the practice's words.

Everything here is done as a person does it: found by what it says, clicked, typed. Nothing calls an operation.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

from tests.journeys.floor import Floor
from tests.journeys.pictures import picture

PASSWORD = "correct horse battery"


class Person:
    """Someone at a browser of their own."""

    def __init__(self, page: Any):
        self.page = page

    @classmethod
    def signs_in(cls, page: Any, email: str, *, password: str = PASSWORD, code: str = "") -> Self:
        """Come in by the front door. code: of the second factor, where the member has one."""
        page.goto("/accounts/login/")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in with password").click()
        if code:
            page.get_by_label("Code").fill(code)
            page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("navigation", name="Main").wait_for()
        return cls(page)

    def goes_to(self, place: str) -> None:
        """Take an entry of the rail."""
        with self.page.expect_navigation():
            self.page.get_by_role("navigation", name="Main").get_by_role("link", name=place).click()

    def rail(self) -> list[str]:
        """Return the entries of the rail, in their order, once there is one."""
        self.page.get_by_role("navigation", name="Main").wait_for()
        entries = self.page.get_by_role("navigation", name="Main").locator("a[data-go] > span:first-of-type")
        return [entry.strip() for entry in entries.all_inner_texts()]

    def asks(self, address: str) -> int:
        """Ask for a page by its address, as one who knows it, and return how the server answers."""
        return self.page.context.request.get(address).status

    def posts(self, address: str) -> int:
        """Send an empty form to an address, as one who knows it, and return how the server answers."""
        key = self.page.locator("meta[name=csrf-token]").get_attribute("content")
        return self.page.context.request.post(address, form={"csrfmiddlewaretoken": key}).status

    def sees_heading(self, words: str, *, level: int | None = None) -> None:
        """Wait until a page or a part is there, by its heading."""
        self.page.get_by_role("heading", name=words, level=level).first.wait_for()

    def sees(self, words: str) -> None:
        """Wait until something is said."""
        self.page.get_by_text(words).first.wait_for()

    def follows(self, words: str) -> None:
        """Follow a link by what it says."""
        self.page.get_by_role("link", name=words).first.click()

    def presses(self, words: str, *, within: Any = None) -> None:
        """Press a button by what it says."""
        (within or self.page).get_by_role("button", name=words).first.click()

    def part(self, heading: str) -> Any:
        """Return a part of the page by its heading."""
        return self.page.get_by_role("region", name=heading).first

    def fills(self, fields: Mapping[str, str], *, within: Any = None) -> None:
        """Type into fields, choose in lists by what an entry says, and tick boxes, by their labels. True ticks."""
        for label, value in fields.items():
            field = (within or self.page).get_by_label(label).first
            if value is True:
                field.check()
            elif field.evaluate("(one) => one.tagName") == "SELECT":
                field.select_option(field.locator("option", has_text=value).first.get_attribute("value"))
            else:
                field.fill(value)

    def finds(self, label: str, typed: str, wanted: str) -> None:
        """Search as you type, and take what was found."""
        self.page.get_by_role("combobox", name=label).press_sequentially(typed)
        self.page.get_by_role("option", name=wanted).first.click()

    def clicks_since(self, before: int = 0) -> list[str]:
        """Return what was clicked in this window, over all its pages, after the first `before`."""
        return json.loads(self.page.evaluate("sessionStorage.taps ?? '[]'"))[before:]


class FrontDesk(Person):
    """Who answers the phone and opens the post."""

    def takes_in_a_referral(
        self, *, client: str, provider: str, code: str, paper: Mapping[str, str], seen: Sequence[str]
    ) -> None:
        """Copy what the paper says, and tick what it shows. seen: beginnings of the checks."""
        self.goes_to("Referrals")
        self.follows("Take in")
        self.sees_heading("Take in a referral")
        self.finds("Client", client, client)
        self.finds("Provider", provider, provider)
        self.fills(paper)
        self.finds("ICD-10 code", code, code)
        for check in seen:
            self.page.get_by_label(check).check()
        picture(self.page, "referral-intake")
        self.presses("Take in referral")
        self.sees_heading("The four checks")

    def tells_the_provider(self, channel: str = "Fax") -> None:
        """Acknowledge the referral on its page."""
        self.fills({"Told by": channel})
        self.presses("Provider was told")
        self.part("Acknowledgement").get_by_text("Told").wait_for()


class Professional(Person):
    """The medical exercise professional; an assistant does some of the same."""

    def brings_in(self, file: Any, *, name: str) -> None:
        """Bring in a record of another system, after a look at what it holds."""
        self.goes_to("Clients")
        self.follows("Bring in a record")
        self.page.get_by_label("Files").set_input_files(file)
        self.presses("Look at the files")
        self.sees_heading(name)
        self.presses("Bring in")
        self.sees("Brought in")
        self.follows("Open the record")
        self.sees_heading(name)

    def opens(self, name: str) -> None:
        """Find a client in the list and open the chart."""
        self.goes_to("Clients")
        self.page.get_by_label("Find a client by name").fill(name)
        self.page.get_by_role("status").get_by_text("1 found").wait_for(state="attached")
        self.follows(name)
        self.sees_heading(name, level=1)

    def turns_to(self, tab: str) -> None:
        """Take a tab of the chart."""
        self.page.get_by_role("navigation", name="Parts of this record").get_by_role("link", name=tab).click()

    def says_what_the_episode_is_for(self, *, surgery: Mapping[str, str], purpose: Mapping[str, str]) -> None:
        """From the chart: record the surgery that nobody has on file, then what the client can't do yet."""
        self.follows("Record the day")
        self.follows("Add it")
        self.fills(surgery)
        self.finds("Surgeon", "raman", "Raman")
        self.presses("Save")
        self.sees_heading("What the episode is for")
        self.fills(purpose)
        self.presses("Save episode")
        self.sees("The episode is saved")

    def screens(self, yes: Mapping[str, str]) -> None:
        """Ask one question after the other. yes: a word of the question, and which option is ticked."""
        self.follows("Go to screening")
        self.presses("Start the screening")
        for number in range(1, 100):
            question = self.page.get_by_text(f"Question {number} of")
            question.or_(self.page.get_by_role("button", name="Finish the screening")).wait_for()
            if not question.count():
                break
            if self.page.get_by_role("button", name="None of these").count():
                self.presses("None of these")
                continue
            asked = self.page.get_by_role("heading", level=2).inner_text()
            ticked = next((option for word, option in yes.items() if word in asked), "")
            self.page.get_by_role("radio", name="Yes" if ticked else "No", exact=True).check()
            if ticked:
                self.page.get_by_label(ticked).check()
                picture(self.page, "screening-question")
            self.presses("Continue")
        self.presses("Finish the screening")
        self.sees("Nothing in the screening stands in the way")

    def clears(self, *, words: str, limit: Mapping[str, str]) -> None:
        """Record the provider's clearance, then the limit the letter sets."""
        self.follows("Open clearance")
        self.fills({"The provider’s words, quoted": words})
        self.presses("Clear to exercise")
        self.sees("Sessions may start")
        limits = self.part("Provider’s limits")
        limits.get_by_text("Record a limit").click()
        self.fills(limit, within=limits)
        self.presses("Record limit", within=limits)
        self.sees("Limit recorded")

    def measures(self, results: Mapping[str, Mapping[str, str]], *, besides: Sequence[str] = ()) -> None:
        """Type what was measured, card by card in its step, and finish. besides: measures the plan does not name."""
        for measure in besides:
            self._goes_to_step("Functional tests")
            adding = self.part("Add a measure")
            self.fills({"Measure": measure}, within=adding)
            self.presses("Add", within=adding)
            self.part(measure).wait_for()
        for card, typed in results.items():
            part = self._card(card)
            for label, value in typed.items():
                field = part.get_by_role("textbox", name=label)
                if not field.count():
                    self.fills({label: value}, within=part)
                    continue
                field.first.fill(value)
                field.first.press("Tab")
        count = len(results)
        self.page.get_by_text(f"{count} of {count} entered").wait_for()
        if self._reassesses():
            picture(self.page, "assessment-reassessment")
        self._goes_to_step("Summary and communication")
        self.presses("Finish")
        self.page.get_by_role("navigation", name="Parts of this record").wait_for()

    def _goes_to_step(self, name: str) -> None:
        """Go to a step of the assessment, where it is not the open one."""
        row = self.page.get_by_role("navigation", name="Steps of the assessment")
        step = row.get_by_role("link", name=name)
        if step.get_attribute("aria-current") is None:
            step.click()
            self.page.get_by_role("heading", level=2, name=name).wait_for()

    def _card(self, name: str) -> Any:
        """Return the card of a measure, on whichever step it stands."""
        for step in (None, "Observation", "Evaluation by region", "Functional tests"):
            if step is not None:
                self._goes_to_step(step)
            if self.part(name).count():
                return self.part(name)
        raise AssertionError(f"no step has a card {name!r}")

    def _reassesses(self) -> bool:
        return self.page.get_by_role("heading", name="Reassessment", level=1).count() > 0

    def sets_a_goal(self, measure: str, target: str, *, days: int, activity: str) -> None:
        """Set a goal for the client's own life."""
        self.fills({"Measure": measure, "Target": target, "What the client will do": activity})
        self.page.get_by_label(f"{days} days").check()
        self.presses("Set the goal")
        self.page.locator("main").get_by_text(activity.capitalize()).first.wait_for()

    def makes_the_program(self) -> None:
        """Make the program from the protocol that fits."""
        self.turns_to("Program")
        self.presses("Make the program")
        self.sees_heading("Phase 1")

    def confirms_the_precautions(self, words: str) -> None:
        """From the program: record the provider's instruction on all that the protocol suggests."""
        self.follows("Record the provider’s instruction")
        together = self.page.get_by_role("group").filter(
            has=self.page.get_by_text("Confirm by one instruction")
        )
        together.get_by_label("The instruction, quoted").fill(words)
        self.presses("Confirm", within=together)
        self.sees("The provider’s instruction is recorded")

    def gives_a_session(self, number: int, *, effort: int, pain: int) -> None:
        """Take one session from the gate to the signature on a tablet, from the chart on."""
        self.presses(f"Start session {number}")
        floor = Floor(self.page, None)
        self.page.locator("#gate-h").wait_for()
        picture(self.page, "session-gate")
        floor.passes_the_gate()
        picture(self.page, "session-exercise")
        planned = self.page.locator(".ex").count()
        for place in range(planned):
            open_one = self.page.locator(".ex.is-open")
            open_one.locator(f'label:has(input[name=effort][value="{effort}"])').click()
            open_one.locator(f'label:has(input[name=pain][value="{pain}"])').click()
            self.page.locator("[data-act=log]").click()
            self.page.locator(".ex.is-done").nth(place).wait_for()
        self.page.locator("[data-act=phrase]").first.click()
        floor.is_saved()
        self.page.locator("#sign [data-act=sign]").click()
        self.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Sign")).click()
        self.sees_heading(f"Session {number}", level=1)
        self.sees_heading("Signature")
        picture(self.page, "session-note")

    def drafts_what_is_due(self, kind: str, client: str) -> None:
        """Draft a document from the list of what is due."""
        self.page.get_by_role("button", name=re.compile(f"{kind} for {client}", re.I)).click()
        self.sees_heading(f"{kind}, {client}")

    def signs(self, *, asked: bool, password: str = PASSWORD) -> None:
        """Sign the open document. asked: the sign-in is no longer recent, so who signs is asked again."""
        self.page.get_by_role("button", name=re.compile(r"^Sign [A-Z]+-\d")).click()
        confirming = self.page.get_by_role("dialog", name="Confirm it is you")
        signed = self.page.get_by_role("heading", name="Signed", exact=True)
        if asked:
            confirming.wait_for()
        confirming.or_(signed).first.wait_for()
        if confirming.is_visible():
            confirming.get_by_label("Password").fill(password)
            confirming.get_by_role("button", name="Confirm").click()
        signed.wait_for()

    def sends(self, channel: str) -> str:
        """Send the signed document; a link is made once, and its address returned."""
        send = self.part("Send")
        self.fills({"How": channel}, within=send)
        self.presses("Send", within=send)
        if channel != "Secure link":
            self.sees("Recorded as sent")
            return ""
        return self.page.get_by_label("Give it to").input_value()


class Provider(Person):
    """Someone outside, with nothing but a link."""

    def opens_the_link(self, address: str) -> None:
        """Open what was sent."""
        self.page.goto(address)
        self.page.get_by_role("link", name="Open the PDF").wait_for()

    def reads_the_pdf(self) -> bytes:
        """Open the document; the browser shows a PDF itself, so its bytes are asked for at the link's address."""
        link = self.page.get_by_role("link", name="Open the PDF").get_attribute("href")
        answer = self.page.context.request.get(link)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        return answer.body()

    def has_read_it(self) -> None:
        """Say so."""
        self.presses("I have read it")
        self.sees("Read, thank you")
