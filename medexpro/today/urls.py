"""The address of the home page."""

from django.urls import path

from medexpro.today import views

urlpatterns = [path("", views.show, name="show")]
