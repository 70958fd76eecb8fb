"""Addresses anybody may open: a practice's public page, its lead form, and the page on which a provider refers."""

from typing import Any

from django.urls import path

from medexpro.portal import public_views, refer_views, start_views, stop_views

urlpatterns: list[Any] = [
    path("p/stop/<str:token>/", stop_views.stop, name="stop"),
    path("p/track/<str:token>/", refer_views.track, name="track"),
    path("p/<slug:slug>/refer/", refer_views.refer, name="refer"),
    path("p/<slug:slug>/refer/codes/", refer_views.find_codes, name="refer_codes"),
    path("r/<str:code>/", refer_views.refer_from, name="refer_from"),
    path("robots.txt", public_views.robots, name="robots"),
    path("sitemap.xml", public_views.sitemap, name="sitemap"),
    path("p/<slug:slug>/", public_views.practice, name="practice"),
    path("p/<slug:slug>/providers/", public_views.providers, name="providers"),
    path("p/<slug:slug>/sample-report/", public_views.sample, name="sample"),
    path("p/<slug:slug>/services/", public_views.services, name="services"),
    path("p/<slug:slug>/scope/", public_views.scope, name="scope"),
    path("p/<slug:slug>/privacy/", public_views.privacy, name="privacy"),
    path("p/<slug:slug>/articles/", public_views.articles, name="articles"),
    path("p/<slug:slug>/articles/<slug:article>/", public_views.article, name="article"),
    path("p/<slug:slug>/look-<slug:key>.css", public_views.stylesheet, name="look"),
    path("p/<slug:slug>/logo-<slug:key>.svg", public_views.logo, name="logo"),
    path("p/<slug:slug>/start/", start_views.start, name="start"),
    path("p/<slug:slug>/confirm/<str:token>/", start_views.confirm, name="confirm"),
    path("p/<slug:slug>/unsubscribe/<str:token>/", start_views.unsubscribe, name="unsubscribe"),
    path("p/<slug:slug>/forget/<str:token>/", start_views.forget, name="forget"),
]
