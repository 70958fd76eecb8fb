from django.urls import path

from medexpro.providers import views

app_name = "providers"
urlpatterns = [
    path("", views.providers, name="list"),
    path("find/", views.find, name="find"),
    path("add/", views.add, name="add"),
    path("<uuid:provider_id>/", views.show, name="show"),
    path("<uuid:provider_id>/change/", views.change, name="change"),
    path("<uuid:provider_id>/retire/", views.retire, name="retire"),
]
