"""Addresses of the program."""

from django.urls import path

from medexpro.programs import home_views, joint_views, library_views, views

urlpatterns = [
    path("<uuid:episode_id>/home/", home_views.show, name="home"),
    path("<uuid:episode_id>/home/give/", home_views.give, name="home_give"),
    path("exercises/<uuid:line_id>/home/", home_views.take_home, name="home_take"),
    path("home/<uuid:home_id>/change/", home_views.change, name="home_change"),
    path("home/<uuid:home_id>/remove/", home_views.take_out, name="home_take_out"),
    path("home/<uuid:home_id>/restore/", home_views.put_back, name="home_put_back"),
    path("home/sheets/<uuid:home_sheet_id>/pdf/", home_views.pdf, name="home_pdf"),
    path("home/sheets/<uuid:home_sheet_id>/end/", home_views.end_link, name="home_end_link"),
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
