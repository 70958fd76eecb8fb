"""Second factors lie sealed in the database: whoever has a copy of it alone makes no codes."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def app(cast):
    """Ana's authenticator app, and her recovery codes."""
    app = TOTP.activate(cast.ana.user, SECRET)
    RecoveryCodes.activate(cast.ana.user)
    return app


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, list(yield_hotp_counters_from_time())[1]))


def test_the_database_holds_neither_the_secret_nor_the_seed(cast, app):
    assert app.validate_code(code_now())
    kept = [json.dumps(one.data) for one in Authenticator.objects.filter(user=cast.ana.user)]
    assert not [text for text in kept if SECRET in text]
    codes = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES))
    assert codes.validate_code(codes.get_unused_codes()[0])


def test_under_another_key_no_code_is_right_and_none_can_be_guessed(cast, app, settings):
    sealed = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES))
    before = sealed.get_unused_codes()
    settings.SECRET_KEY = "another key"
    assert not app.validate_code(code_now())
    once, twice = sealed.get_unused_codes(), sealed.get_unused_codes()
    assert not {*once} & {*before} and once != twice
