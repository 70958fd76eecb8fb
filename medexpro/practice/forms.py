"""Forms of sign-in, setting up, members, settings and profile."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings

from medexpro.practice import operations, presenters
from medexpro.practice.models import Member, Practice
from medexpro.practice.roles import ROLE_NAMES, Role
from medexpro.practice.signin import CodeForm, ConfirmCodeForm
from medexpro.practice.titles import TITLED, TitleChecked
from medexpro.web.forms import Form, Picks, PicksMultiple, Signature, SignatureField

EMAIL = {
    "autocomplete": "username webauthn",
    "inputmode": "email",
    "spellcheck": "false",
    "autocapitalize": "none",
}
STATES = [
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware",
    "District of Columbia", "Florida", "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas",
    "Kentucky", "Louisiana", "Maine", "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri",
    "Montana", "Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina",
    "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Puerto Rico", "Rhode Island", "South Carolina",
    "South Dakota", "Tennessee", "Texas", "Utah", "Vermont", "Virginia", "Washington", "West Virginia", "Wisconsin",
    "Wyoming", "Outside the US",
]  # fmt: skip
TIME_ZONES = [
    ("America/New_York", "Eastern"),
    ("America/Chicago", "Central"),
    ("America/Denver", "Mountain"),
    ("America/Phoenix", "Arizona"),
    ("America/Los_Angeles", "Pacific"),
    ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"),
    ("America/Puerto_Rico", "Atlantic, Puerto Rico"),
    ("Europe/London", "London"),
    ("Europe/Berlin", "Berlin, Paris, Madrid"),
    ("Australia/Sydney", "Sydney"),
    ("Pacific/Auckland", "Auckland"),
    ("UTC", "UTC"),
]
UNITS = [("us", "Pounds and inches"), ("metric", "Kilograms and centimeters")]
PAPER = [("us-letter", "US Letter"), ("a4", "A4")]
SETTLE = [("no", "Membership or package"), ("yes", "Also claims to insurers")]
SETTLE_HINTS = {
    "no": "Step 8 of the episode reads Settled",
    "yes": "Adds codes, units and payer rules, in Billing only, payer by payer",
}


def time_zones(at: datetime, chosen: str = "") -> list[tuple[str, str]]:
    """Return the time zones to choose from, each with its time now; the practice's own is always among them."""
    known = (
        TIME_ZONES
        if chosen in {zone for zone, _ in TIME_ZONES} or not chosen
        else [*TIME_ZONES, (chosen, chosen)]
    )
    return [(zone, f"{name}, {presenters.clock_at(at, ZoneInfo(zone))} now") for zone, name in known]


def password_field(label: str = "Password", *, new: bool = False, **kwargs: Any) -> forms.CharField:
    """Return a field for a password; what was typed there is never sent back."""
    complete = "new-password" if new else "current-password"
    if new:
        kwargs.setdefault("help_text", "10 characters or more; a few words you can remember are best.")
    return forms.CharField(
        label=label,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": complete}),
        **kwargs,
    )


def roles_field() -> forms.MultipleChoiceField:
    """Return the choice of roles, each with what it may do."""
    return forms.MultipleChoiceField(
        label="Roles",
        choices=[(role.value, ROLE_NAMES[role]) for role in Role],
        widget=PicksMultiple(hints=presenters.ROLE_HINTS),
        error_messages={"required": "Choose at least one role."},
    )


# ---- Sign-in


class SignIn(Form, LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label="E-mail address",
            widget=forms.EmailInput(attrs=EMAIL | {"class": "input"}),
            error_messages={
                "required": "E-mail address is needed.",
                "invalid": "Write the address as name@example.org.",
            },
        )
        self.fields["password"] = password_field()
        self.fields["password"].widget.attrs["class"] = "input"
        self.fields["password"].error_messages["required"] = "Password is needed."
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        """Return the address as it is kept."""
        return super().clean_login().lower()


class _Code(Form):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label="Code",
            max_length=20,
            help_text="6 digits from your app, or one of your recovery codes",
            widget=forms.TextInput(
                attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input"}
            ),
            error_messages={"required": "Code is needed."},
        )


class SignInCode(_Code, CodeForm):
    """The second step of a sign-in."""


class ConfirmCode(_Code, ConfirmCodeForm):
    """A code, asked for again."""


class OneOf(forms.CharField):
    """One of several ways to answer; which one was used is weighed by `reauth`, so none is needed by itself."""

    def validate(self, value: str) -> None:
        """Take an empty answer."""


class Confirm(Form):
    """It is still me: password, or a code where there is an app."""

    password = OneOf(
        strip=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    code = OneOf(
        label="Or a code from your app",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    credential = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, ways: dict[str, bool], **kwargs: Any):
        super().__init__(*args, **kwargs)
        for way in ("password", "code"):
            if not ways[way]:
                del self.fields[way]
        if "password" not in self.fields and "code" in self.fields:
            self.fields["code"].label = "Code from your app"


class Forgotten(Form):
    """Ask for a link to set a new password."""

    email = forms.EmailField(label="E-mail address", max_length=254, widget=forms.EmailInput(attrs=EMAIL))


class NewPassword(Form):
    """A new password, by a link."""

    password = password_field("New password", new=True)


class ChangePassword(Form):
    """A new password, while signed in recently."""

    password = password_field("New password", new=True)


class AppCode(Form):
    """The first code of an authenticator app."""

    code = forms.CharField(
        label="Code the app shows",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class PasskeyMade(Form):
    """What the browser answers after making a passkey."""

    name = forms.CharField(label="Name of this passkey", required=False, max_length=60, initial="Passkey")
    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput)


# ---- Setting up


class SetupCode(Form):
    """The code from the server's console."""

    code = forms.CharField(
        label="Set-up code", max_length=40, widget=forms.TextInput(attrs={"autocapitalize": "none"})
    )


class SetupPractice(Form):
    """The practice: the first step."""

    name = forms.CharField(
        label="Name on reports",
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text="You can change it later, signed reports keep the old one.",
    )
    state = forms.ChoiceField(label="State", choices=[("", "Choose"), *[(state, state) for state in STATES]])
    time_zone = forms.ChoiceField(label="Time zone", choices=[])
    units = forms.ChoiceField(label="Units", choices=UNITS)
    paper = forms.ChoiceField(label="Paper", choices=PAPER)
    reimbursement_on = forms.TypedChoiceField(
        label="How do clients settle?",
        choices=SETTLE,
        coerce=lambda answer: answer == "yes",
        initial="no",
        widget=Picks(hints=SETTLE_HINTS),
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zones(at, str(self.initial.get("time_zone", "")))
        for name in ("name", "reimbursement_on"):
            self.fields[name].wide = True  # type: ignore[attr-defined]


class SetupOwner(TitleChecked):
    """The first owner."""

    full_name = forms.CharField(
        label="Your name", max_length=160, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="Your e-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs=EMAIL | {"autocomplete": "username"}),
        help_text="You sign in with it.",
    )
    password = password_field(new=True)
    also_professional = forms.BooleanField(
        label="I work with clients myself, as a medical exercise professional", required=False, initial=True
    )
    credentials = forms.CharField(
        label="Credentials after your name", max_length=60, required=False, help_text="Such as MES"
    )
    title = forms.CharField(
        label="Title on reports",
        max_length=120,
        required=False,
        help_text="Such as Medical Exercise Specialist",
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in TITLED:
            # Nobody is signed in yet whom the check of words while typing would answer.
            del self.fields[name].widget.attrs["data-wording"]


class Reader(Form):
    """Who reads the working rules that are not approved at set-up."""

    all_optional = True
    reader = forms.CharField(
        label="Who reads and approves what is not ticked",
        max_length=160,
        required=False,
        help_text="Only if something is left open. It then stands under Today until it is done.",
    )


class Letterhead(Form):
    """How the practice's documents are headed."""

    address = forms.CharField(
        label="Address", max_length=240, required=False, help_text="One line, as it prints"
    )
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    fax = forms.CharField(label="Fax", max_length=40, required=False)
    email = forms.EmailField(label="E-mail address on documents", max_length=254, required=False)
    website = forms.CharField(label="Website", max_length=160, required=False)
    logo_file = forms.FileField(
        label="Logo",
        required=False,
        help_text="An SVG drawing. It prints in black and white too.",
        widget=forms.FileInput(attrs={"accept": ".svg,image/svg+xml"}),
    )
    remove_logo = forms.BooleanField(label="Take the logo off", required=False)

    def __init__(self, *args: Any, has_logo: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["address"].wide = True  # type: ignore[attr-defined]
        if not has_logo:
            del self.fields["remove_logo"]

    def clean_logo_file(self) -> str:
        """Return the source of the drawing; the operation checks what is in it."""
        upload = self.cleaned_data["logo_file"]
        if not upload:
            return ""
        if upload.size > 200_000:
            raise forms.ValidationError("The drawing is too big. Keep it under 100 KB.")
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                "This is not an SVG drawing. Choose a file that ends in .svg."
            ) from error

    def values(self) -> dict[str, Any]:
        """Return the settings; the logo only where it changes."""
        values = dict(self.cleaned_data)
        drawing, gone = values.pop("logo_file"), values.pop("remove_logo", False)
        if drawing or gone:
            values["logo"] = drawing
        return values

    def refuse(self, refusal: Any) -> None:
        """Show a no about the drawing at the file."""
        if refusal.field == "logo":
            refusal.field = "logo_file"
        super().refuse(refusal)


class OwnSignature(Form):
    """The signature that stands under documents."""

    signature = SignatureField(label="Your signature", required=False)

    def path(self) -> str:
        """Return the drawn path; empty where nothing was drawn."""
        given = self.cleaned_data.get("signature")
        return given.strokes if given else ""


# ---- Members


class Invite(Form):
    """Someone to invite."""

    full_name = forms.CharField(label="Name", max_length=160)
    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput(attrs={"inputmode": "email"})
    )
    roles = roles_field()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["roles"].wide = True  # type: ignore[attr-defined]


class Join(Form):
    """Accepting an invitation with a new account."""

    full_name = forms.CharField(
        label="Your name", max_length=160, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = password_field(new=True)


class MemberForm(TitleChecked):
    """What an owner sets of a member."""

    roles = roles_field()
    mentor = forms.ModelChoiceField(
        label="Mentor", queryset=Member.objects.none(), required=False, empty_label="No mentor"
    )
    credentials = forms.CharField(label="Credentials after the name", max_length=60, required=False)
    title = forms.CharField(label="Title on reports", max_length=120, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any):
        super().__init__(*args, practice=member.practice, **kwargs)
        mentors = Member.objects.of(member.practice).active().exclude(pk=member.pk).select_related("user")
        # Roles are a list in JSON; a practice has few members.
        able = [mentor.pk for mentor in mentors if Role.MENTOR in mentor.roles]
        self.fields["mentor"].queryset = mentors.filter(pk__in=able)
        self.fields["mentor"].error_messages["invalid_choice"] = "Choose a mentor from the list."
        self.fields["roles"].wide = True  # type: ignore[attr-defined]


class Profile(TitleChecked):
    """How I sign."""

    full_name = forms.CharField(
        label="Name", max_length=160, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    credentials = forms.CharField(
        label="Credentials after the name", max_length=60, required=False, help_text="Such as MES"
    )
    title = forms.CharField(
        label="Title on reports",
        max_length=120,
        required=False,
        help_text="Such as Medical Exercise Specialist",
    )
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    signature = SignatureField(
        label="Signature",
        required=False,
        help_text="It stands under reports you sign. Without it your name is printed.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["signature"].wide = True  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(member: Member) -> dict[str, Any]:
        """Return what the form shows of a member."""
        return {
            "full_name": member.user.full_name,
            **{name: getattr(member, name) for name in ("credentials", "title", "phone")},
            "signature": Signature(member.signature, "") if member.signature else None,
            "version": member.version,
        }

    def values(self) -> dict[str, Any]:
        """Return the values by field; the signature as its drawn path."""
        given = self.cleaned_data.get("signature")
        return self.cleaned_data | {"signature": given.strokes if given else ""}


# ---- Settings


class SettingsForm(Letterhead):
    """Every setting of the practice, each with its effect in a sentence."""

    name = forms.CharField(label="Name on reports", max_length=160)
    state = forms.ChoiceField(
        label="State", choices=[("", "Not chosen"), *[(state, state) for state in STATES]], required=False
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=[])
    units = forms.ChoiceField(label="Units", choices=UNITS)
    paper = forms.ChoiceField(label="Paper", choices=PAPER)
    professionals_see = forms.ChoiceField(
        label="Professionals see",
        choices=Practice._meta.get_field("professionals_see").choices,
        widget=Picks(),
    )
    second_factor_required = forms.BooleanField(
        label="Everyone signs in with a second factor", required=False
    )
    idle_minutes = forms.IntegerField(label="Minutes until the screen locks", min_value=1, max_value=60)
    session_idle_minutes = forms.IntegerField(label="Minutes during a session", min_value=1, max_value=240)
    reassess_days = forms.IntegerField(label="Days between reassessments", min_value=7, max_value=30)
    remind_hours = forms.IntegerField(label="Remind clients, hours before", min_value=0, max_value=168)
    feed_names = forms.ChoiceField(
        label="Calendars elsewhere show",
        choices=Practice._meta.get_field("feed_names").choices,
        widget=Picks(),
    )
    grip_alert_kg = forms.IntegerField(label="Tell of grip, kg below the own best", min_value=0, max_value=20)
    screening_keep_days = forms.IntegerField(
        label="Keep participants of a screening day, days", min_value=1, max_value=365
    )
    reimbursement_on = forms.TypedChoiceField(
        label="How do clients settle?",
        choices=SETTLE,
        coerce=lambda answer: answer == "yes",
        widget=Picks(hints=SETTLE_HINTS),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, practice: Practice, at: datetime, **kwargs: Any):
        initial = {name: getattr(practice, name) for name in operations.SETTINGS if name != "logo"}
        initial |= {
            "version": practice.version,
            "reimbursement_on": "yes" if practice.reimbursement_on else "no",
        }
        super().__init__(*args, initial=initial, has_logo=bool(practice.logo), **kwargs)
        self.fields["time_zone"].choices = time_zones(at, practice.time_zone)
        if practice.state and practice.state not in STATES:
            self.fields["state"].choices = [*self.fields["state"].choices, (practice.state, practice.state)]
        for name, sentence in presenters.SETTINGS.items():
            field = self.fields.get("logo_file" if name == "logo" else name)
            if field is not None:
                field.help_text = sentence
        for name in ("name", "professionals_see", "reimbursement_on", "second_factor_required"):
            self.fields[name].wide = True  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return the settings without the version the page showed."""
        values = super().values()
        values.pop("version", None)
        return values

    def group(self, names: tuple[str, ...]) -> list:
        """Return some of the fields, for one part of the page."""
        return [self[name] for name in names if name in self.fields]


class BreakGlassForm(Form):
    """Why an owner needs to see one client's record."""

    reason = forms.CharField(
        label="Why do you need to see this record?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The professionals of the practice read this.",
    )


def has_mail() -> bool:
    """Return whether this installation sends mail by a server of its own."""
    return bool(settings.EMAIL_HOST)
