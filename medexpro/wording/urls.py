from django.urls import path

from medexpro.wording import views

urlpatterns = [path("check/", views.check, name="check")]
