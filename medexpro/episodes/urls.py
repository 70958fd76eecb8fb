from django.urls import path

from medexpro.episodes import views

app_name = "episodes"
urlpatterns = [
    path("open/<uuid:client_id>/", views.open_episode, name="open"),
    path("<uuid:episode_id>/", views.show, name="show"),
    path("<uuid:episode_id>/edit/", views.edit, name="edit"),
    path("<uuid:episode_id>/start/", views.start, name="start"),
    path("<uuid:episode_id>/hold/", views.hold, name="hold"),
    path("<uuid:episode_id>/resume/", views.resume, name="resume"),
    path("<uuid:episode_id>/decline/", views.decline, name="decline"),
    path("<uuid:episode_id>/discharge/", views.discharge, name="discharge"),
    path("<uuid:episode_id>/referral/<uuid:referral_id>/", views.use_referral, name="use_referral"),
]
