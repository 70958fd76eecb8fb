"""Sign-in addresses: the few pages of the sign-in library we use, under the names it knows them by."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from medexpro.practice.access import public
from medexpro.practice.views import signin

urlpatterns = [
    path("login/", public(signin.SignInView.as_view()), name="account_login"),
    path("logout/", public(account.logout), name="account_logout"),
    path("closed/", public(account.account_inactive), name="account_inactive"),
    path("code/", public(mfa.authenticate), name="mfa_authenticate"),
    path("passkey/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("forgotten/", signin.forgotten, name="account_reset_password"),
]
