from django.urls import path

from medexpro.knowledge.codes import views

app_name = "codes"
urlpatterns = [path("search/", views.find, name="search")]
