from django.urls import path

from medexpro.fhir import views

app_name = "fhir"
urlpatterns = [
    path("", views.upload, name="upload"),
    path("<uuid:upload_id>/", views.look, name="look"),
]
