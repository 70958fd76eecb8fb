"""Addresses of the reference data."""

from django.urls import path

from medexpro.knowledge import figure_views, own_views, views

urlpatterns = [
    path("", views.index, name="index"),
    path("approve/", views.approve, name="approve"),
    path("figures/<slug:fingerprint>.svg", figure_views.figures, name="figures"),
    path("own/", own_views.index, name="own"),
    path("own/file/", own_views.file, name="own_file"),
    path("own/file/export/", own_views.export, name="own_export"),
    path("own/new/<slug:kind>/", own_views.new, name="own_new"),
    path("own/service/<uuid:own_id>/", own_views.service, name="own_service"),
    path("own/drop/<uuid:own_id>/", own_views.drop, name="own_drop"),
    path("own/undo/<uuid:own_id>/", own_views.undo, name="own_undo"),
    path("own/restore/<uuid:own_id>/", own_views.restore, name="own_restore"),
    path("own/withdraw/<uuid:own_id>/", own_views.withdraw, name="own_withdraw"),
    path("own/<slug:kind>/<str:key>/", own_views.entry, name="own_entry"),
    path("own/<slug:kind>/<str:key>/edit/", own_views.edit, name="own_edit"),
    path("<slug:kind>/", views.index, name="kind"),
    path("<slug:kind>/<str:key>/", views.show, name="show"),
    path("<slug:kind>/<str:key>/history/", views.history, name="history"),
    path("<slug:kind>/<str:key>/turn/", views.turn, name="turn"),
]
