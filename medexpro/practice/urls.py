"""Addresses of the practice's own pages."""

from django.urls import path

from medexpro.practice.views import lock, members, own, settings, setup, signin, trail

urlpatterns = [
    # Behind the door
    path("lock/", lock.lock, name="lock"),
    path("lock/alive/", lock.alive, name="alive"),
    path("unlock/", lock.unlock, name="unlock"),
    path("unlock/passkey/", lock.passkey_options, name="passkey_options"),
    path("reauthenticate/", lock.reauthenticate, name="reauthenticate"),
    path("reauthenticate/fresh/", lock.fresh, name="fresh"),
    path("switch/", signin.switch, name="switch"),
    # By a one-time link
    path("join/<str:token>/", signin.join, name="join"),
    path("password/<str:token>/", signin.new_password, name="new_password"),
    # One's own
    path("me/", own.me, name="me"),
    path("me/sign-in/", own.sign_in, name="sign_in"),
    path("me/password/", own.change_password, name="change_password"),
    path("me/second-factor/", own.second_factor, name="second_factor"),
    path("me/second-factor/app/", own.add_app, name="add_app"),
    path("me/second-factor/passkey/", own.add_passkey, name="add_passkey"),
    path("me/second-factor/passkey/options/", own.passkey_creation, name="passkey_creation"),
    path("me/second-factor/<int:factor_id>/remove/", own.remove_factor, name="remove_factor"),
    path("me/recovery-codes/", own.codes, name="codes"),
    # The practice
    path("settings/", settings.settings, name="settings"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="invite"),
    path("members/invitations/<uuid:invitation_id>/revoke/", members.revoke, name="revoke"),
    path("members/<uuid:member_id>/", members.member, name="member"),
    path("members/<uuid:member_id>/active/", members.set_active, name="set_active"),
    path("members/<uuid:member_id>/password-link/", members.password_link, name="password_link"),
    path("members/<uuid:member_id>/second-factor/", members.reset_factors, name="reset_factors"),
    path("trail/", trail.show, name="trail"),
    path("trail/clients/<uuid:client_id>/", trail.of_client, name="client_trail"),
    path("break-glass/close/", trail.close_glass, name="close_glass"),
    path("break-glass/<uuid:client_id>/", trail.break_glass, name="break_glass"),
    # First run
    path("setup/", setup.start, name="setup"),
    path("setup/practice/", setup.practice, name="setup_practice"),
    path("setup/you/", setup.owner, name="setup_owner"),
    path("setup/second-factor/", setup.second_factor, name="setup_second_factor"),
    path("setup/letterhead/", setup.letterhead, name="setup_letterhead"),
    path("setup/rules/", setup.rules, name="setup_rules"),
]
