"""Addresses of session logs."""

from django.urls import path

from medexpro.sessions import group_views, views

urlpatterns = [
    path("open/<uuid:episode_id>/", views.open_session, name="open"),
    path("of/<uuid:episode_id>/", views.list_sessions, name="list"),
    path("commands/", views.take_command, name="commands"),
    path("running/", views.running, name="running"),
    path("group/<uuid:booking_id>/", group_views.show, name="group"),
    path("<uuid:session_id>/", views.show, name="show"),
    path("<uuid:session_id>/state/", views.state, name="state"),
    path("<uuid:session_id>/sign/", views.sign, name="sign"),
    path("<uuid:session_id>/not-held/", views.not_held, name="not_held"),
    path("<uuid:session_id>/cosign/", views.cosign, name="cosign"),
    path("<uuid:session_id>/addenda/", views.add_addendum, name="add_addendum"),
]
