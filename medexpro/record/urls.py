"""Addresses of a client's record as a whole."""

from django.urls import path

from medexpro.record import views

app_name = "record"
urlpatterns = [
    path("<uuid:client_id>/timeline/", views.timeline, name="timeline"),
    path("<uuid:client_id>/messages/", views.messages, name="messages"),
]
