from django.urls import path

from medexpro.outreach import import_views, letter_urls, readiness_urls, source_views

app_name = "outreach"
urlpatterns = [
    path("", source_views.sources_board, name="board"),
    path("find/", source_views.find, name="find"),
    path("add/", source_views.add, name="add"),
    path("touch/", source_views.touch_any, name="touch_any"),
    path("import/", import_views.import_list, name="import"),
    *letter_urls.urlpatterns,
    *readiness_urls.urlpatterns,
    path("<uuid:source_id>/", source_views.show, name="show"),
    path("<uuid:source_id>/change/", source_views.change, name="change"),
    path("<uuid:source_id>/plan/", source_views.plan, name="plan"),
    path("<uuid:source_id>/touch/", source_views.touch, name="touch"),
    path("<uuid:source_id>/touch/<uuid:touch_id>/strike/", source_views.strike, name="strike"),
]
