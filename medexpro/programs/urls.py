"""Addresses of the program."""

from django.urls import path

from medexpro.programs import joint_views, library_views, views

urlpatterns = [
    path("library/", library_views.show, name="library"),
    path("library/<slug:exercise_id>/", library_views.exercise, name="exercise"),
    path("<uuid:episode_id>/library/", library_views.choose, name="choose"),
    path("<uuid:episode_id>/", views.show, name="show"),
    path("<uuid:episode_id>/joint/", joint_views.show, name="joint"),
    path("<uuid:episode_id>/make/", views.make, name="make"),
    path("<uuid:episode_id>/add/", views.add, name="add"),
    path("<uuid:episode_id>/phase/", views.decide_phase, name="decide_phase"),
    path("<uuid:episode_id>/entry/", views.confirm_entry, name="confirm_entry"),
    path("precautions/<uuid:precaution_id>/settle/", views.settle, name="settle"),
    path("exercises/<uuid:line_id>/step/", views.take_step, name="take_step"),
    path("exercises/<uuid:line_id>/change/", views.change, name="change"),
    path("exercises/<uuid:line_id>/remove/", views.remove, name="remove"),
    path("exercises/<uuid:line_id>/restore/", views.restore, name="restore"),
    path("exercises/<uuid:line_id>/swap/", views.swap, name="swap"),
]
