"""Addresses of the reference data."""

from django.urls import path

from medexpro.knowledge import figure_views, views

urlpatterns = [
    path("", views.index, name="index"),
    path("approve/", views.approve, name="approve"),
    path("figures/<slug:fingerprint>.svg", figure_views.figures, name="figures"),
    path("<slug:kind>/", views.index, name="kind"),
    path("<slug:kind>/<str:key>/", views.show, name="show"),
    path("<slug:kind>/<str:key>/history/", views.history, name="history"),
    path("<slug:kind>/<str:key>/turn/", views.turn, name="turn"),
]
