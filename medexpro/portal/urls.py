"""Addresses for people outside."""

from django.urls import path

from medexpro.portal import questionnaire_views, views

urlpatterns = [
    path("q/<str:token>/", questionnaire_views.questionnaire, name="questionnaire"),
    path("<str:token>/", views.document, name="document"),
    path("<str:token>/pdf/", views.pdf, name="pdf"),
    path("<str:token>/read/", views.acknowledge, name="acknowledge"),
]
