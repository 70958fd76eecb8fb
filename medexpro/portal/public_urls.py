"""Addresses anybody may open: a practice's public page, its lead form, and the page on which a provider refers."""

from typing import Any

from django.urls import path

from medexpro.portal import refer_views, stop_views

urlpatterns: list[Any] = [
    path("p/stop/<str:token>/", stop_views.stop, name="stop"),
    path("p/track/<str:token>/", refer_views.track, name="track"),
    path("p/<str:slug>/refer/", refer_views.refer, name="refer"),
    path("p/<str:slug>/refer/codes/", refer_views.find_codes, name="refer_codes"),
    path("r/<str:code>/", refer_views.refer_from, name="refer_from"),
]
