"""Addresses of screening, clearance and refer back."""

from django.urls import path

from medexpro.clearance import history_views, practice_limit_views, screening_views, views

urlpatterns = [
    path("limits/", practice_limit_views.practice_limits, name="practice_limits"),
    path("limits/tighten/", practice_limit_views.tighten, name="tighten"),
    path(
        "limits/practice/<uuid:limit_id>/again/",
        practice_limit_views.set_practice_limit_again,
        name="set_practice_limit_again",
    ),
    path(
        "limits/practice/<uuid:limit_id>/undo/",
        practice_limit_views.take_back_practice_limit,
        name="take_back_practice_limit",
    ),
    path(
        "limits/practice/<uuid:limit_id>/end/",
        practice_limit_views.end_practice_limit,
        name="end_practice_limit",
    ),
    path("<uuid:episode_id>/screening/", screening_views.screening, name="screening"),
    path("<uuid:episode_id>/screening/start/", screening_views.start, name="start"),
    path("<uuid:episode_id>/screening/answer/", screening_views.answer, name="answer"),
    path("<uuid:episode_id>/screening/finish/", screening_views.finish, name="finish"),
    path("<uuid:episode_id>/screening/decide/", screening_views.decide_finding, name="decide_finding"),
    path("<uuid:episode_id>/known/", history_views.known, name="known"),
    path("<uuid:episode_id>/known/tell/", history_views.tell, name="tell"),
    path("<uuid:episode_id>/", views.decide, name="decide"),
    path("<uuid:episode_id>/grant/", views.grant, name="grant"),
    path("<uuid:episode_id>/refuse/", views.refuse, name="refuse"),
    path("<uuid:episode_id>/limits/", views.add_limit, name="add_limit"),
    path("limits/<uuid:limit_id>/end/", views.end_limit, name="end_limit"),
    path("<uuid:episode_id>/plans/", views.add_plan, name="add_plan"),
    path("<uuid:episode_id>/precautions/", views.add_precaution, name="add_precaution"),
    path("<uuid:episode_id>/precautions/confirm/", views.confirm_together, name="confirm_together"),
    path("precautions/<uuid:precaution_id>/", views.answer_precaution, name="answer_precaution"),
    path("<uuid:episode_id>/refer-back/", views.refer_back, name="refer_back"),
    path("to-tell/<uuid:owed_id>/", views.tell_provider, name="tell_provider"),
    path("refer-back/<uuid:back_id>/answer/", views.record_answer, name="record_answer"),
]
