"""Addresses of the calendar."""

from django.urls import path

from medexpro.scheduling import feed_views, reminder_views, set_up_views, views, waiting_views

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
    path("reminders/<uuid:reminder_id>/again/", reminder_views.remind_again, name="remind_again"),
    path("own-feed/", feed_views.own, name="own_feed"),
    path("own-feed/end/", feed_views.end, name="end_feed"),
    path("feed/<str:token>.ics", feed_views.feed, name="feed"),
    path("bookings/<uuid:booking_id>/offer/", waiting_views.offer, name="offer"),
    path("places/<uuid:place_id>/settle/", views.settle_place, name="settle_place"),
    path("waiting/", waiting_views.waiting_list, name="waiting"),
    path("waiting/add/", waiting_views.wait, name="wait"),
    path("waiting/<uuid:wish_id>/end/", waiting_views.end_wish, name="end_wish"),
    path("offers/<uuid:offer_id>/answer/", waiting_views.answer, name="answer"),
    path("set-up/", set_up_views.show, name="set_up"),
    path("set-up/begin/", set_up_views.begin, name="begin"),
    path("set-up/<slug:kind>/add/", set_up_views.add, name="add"),
    path("set-up/<slug:kind>/<uuid:row_id>/remove/", set_up_views.remove, name="remove"),
]
