from django.urls import path

from medexpro.config.takeout import record_views, views

app_name = "takeout"
urlpatterns = [
    path("", views.practice, name="practice"),
    path("download/", views.download, name="download"),
    path("clients/<uuid:client_id>/", record_views.client, name="client"),
    path("records/<uuid:disclosure_id>/<slug:form>/", record_views.record_file, name="record_file"),
]
