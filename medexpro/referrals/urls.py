from django.urls import path

from medexpro.referrals import incoming_views, views

app_name = "referrals"
urlpatterns = [
    path("", views.referrals, name="list"),
    path("take-in/", views.take_in, name="take_in"),
    path("web/", incoming_views.from_the_web, name="web"),
    path("web/<uuid:incoming_id>/", incoming_views.show, name="web_show"),
    path("web/<uuid:incoming_id>/decline/", incoming_views.decline, name="web_decline"),
    path("web/<uuid:incoming_id>/spam/", incoming_views.spam, name="web_spam"),
    path("web/<uuid:incoming_id>/wait-again/", incoming_views.take_back, name="web_take_back"),
    path("web/<uuid:incoming_id>/close/", incoming_views.close_tracking, name="web_close"),
    path("web/<uuid:incoming_id>/paper/", incoming_views.paper, name="web_paper"),
    path("card/", incoming_views.card, name="card"),
    path("card/<uuid:source_id>/", incoming_views.card_of_source, name="source_card"),
    path("<uuid:referral_id>/", views.show, name="show"),
    path("<uuid:referral_id>/change/", views.change, name="change"),
    path("<uuid:referral_id>/answer/", views.answer, name="answer"),
    path("<uuid:referral_id>/confirm/", views.confirm, name="confirm"),
    path("<uuid:referral_id>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<uuid:referral_id>/decline/", views.decline, name="decline"),
    path("<uuid:referral_id>/scan/", views.scan, name="scan"),
]
