"""Addresses of readiness and the thirty days, under those of sources."""

from django.urls import path

from medexpro.outreach import readiness_views as views

urlpatterns = [
    path("ready/", views.ready, name="ready"),
    path("ready/panel/", views.panel, name="ready_panel"),
    path("ready/score/", views.keep_score, name="keep_score"),
    path("plan/", views.plan, name="plan"),
    path("plan/begin/", views.begin_plan, name="begin_plan"),
    path("plan/end/", views.end_plan, name="end_plan"),
    path("ready/<slug:kind>/new/", views.add_item, name="add_ready"),
    path("ready/<slug:kind>/<slug:key>/change/", views.change_item, name="change_ready"),
    path("ready/<slug:kind>/<slug:key>/say/", views.say, name="say_ready"),
    path("ready/<slug:kind>/<slug:key>/done/", views.done, name="done_ready"),
    path("ready/<slug:kind>/<slug:key>/take-back/", views.take_back, name="take_back_ready"),
    path("ready/<slug:kind>/<slug:key>/put-away/", views.put_away, name="put_away_ready"),
    path("ready/<slug:kind>/<slug:key>/take-up/", views.take_up, name="take_up_ready"),
]
