from django.urls import path

from medexpro.config.takeout import views

app_name = "takeout"
urlpatterns = [
    path("", views.practice, name="practice"),
    path("download/", views.download, name="download"),
]
