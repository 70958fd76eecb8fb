"""Addresses of the home page and the edges of the day."""

from django.urls import path

from medexpro.today import owed_views, views

urlpatterns = [
    path("", views.show, name="show"),
    path("find/", views.find, name="find"),
    path("owed/<slug:which>/", owed_views.owed, name="owed"),
    path("day/running/", views.running, name="running"),
    path("day/end/", views.closing, name="closing"),
    path("day/tomorrow/", views.tomorrow, name="tomorrow"),
    path("day/sheet/", views.sheet, name="sheet"),
]
