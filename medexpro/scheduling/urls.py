"""Addresses of the calendar."""

from django.urls import path

from medexpro.scheduling import set_up_views, views

app_name = "scheduling"
urlpatterns = [
    path("", views.week, name="week"),
    path("day/", views.day, name="day"),
    path("line/", views.line, name="line"),
    path("book/", views.book, name="book"),
    path("bookings/<uuid:booking_id>/", views.show, name="show"),
    path("bookings/<uuid:booking_id>/move/", views.move, name="move"),
    path("bookings/<uuid:booking_id>/move-back/", views.move_back, name="move_back"),
    path("bookings/<uuid:booking_id>/cancel/", views.cancel, name="cancel"),
    path("bookings/<uuid:booking_id>/restore/", views.restore, name="restore"),
    path("bookings/<uuid:booking_id>/settle/", views.settle, name="settle"),
    path("bookings/<uuid:booking_id>/places/", views.take_place, name="take_place"),
    path("places/<uuid:place_id>/give-up/", views.give_up_place, name="give_up_place"),
    path("set-up/", set_up_views.show, name="set_up"),
    path("set-up/begin/", set_up_views.begin, name="begin"),
    path("set-up/<slug:kind>/add/", set_up_views.add, name="add"),
    path("set-up/<slug:kind>/<uuid:row_id>/remove/", set_up_views.remove, name="remove"),
]
