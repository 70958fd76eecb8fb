from django.urls import path

from medexpro.referrals import views

app_name = "referrals"
urlpatterns = [
    path("", views.referrals, name="list"),
    path("take-in/", views.take_in, name="take_in"),
    path("<uuid:referral_id>/", views.show, name="show"),
    path("<uuid:referral_id>/change/", views.change, name="change"),
    path("<uuid:referral_id>/answer/", views.answer, name="answer"),
    path("<uuid:referral_id>/confirm/", views.confirm, name="confirm"),
    path("<uuid:referral_id>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<uuid:referral_id>/decline/", views.decline, name="decline"),
    path("<uuid:referral_id>/scan/", views.scan, name="scan"),
]
