"""Addresses for people outside."""

from django.urls import path

from medexpro.portal import (
    home_views,
    letter_views,
    provider_views,
    questionnaire_views,
    screening_views,
    views,
)

urlpatterns = [
    path("home/<str:token>/", home_views.show, name="home"),
    path("home/<str:token>/done/", home_views.done, name="home_done"),
    path("home/<str:token>/pdf/", home_views.pdf, name="home_pdf"),
    path("screening/<str:token>/", screening_views.page_by_link, name="screening_page"),
    path("screening/<str:token>/pdf/", screening_views.pdf_by_link, name="screening_page_pdf"),
    path("q/<str:token>/", questionnaire_views.questionnaire, name="questionnaire"),
    path("question/<str:token>/", provider_views.question, name="question"),
    path("letter/<str:token>/", letter_views.letter, name="letter"),
    path("letter/<str:token>/<str:paper>/", letter_views.letter_pdf, name="letter_pdf"),
    path("<str:token>/", views.document, name="document"),
    path("<str:token>/pdf/", views.pdf, name="pdf"),
    path("<str:token>/read/", views.acknowledge, name="acknowledge"),
    path("<str:token>/answer/", provider_views.answer, name="answer"),
]
