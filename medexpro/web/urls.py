from django.urls import path

from medexpro.web import views

app_name = "web"
urlpatterns = [
    path("about/", views.about, name="about"),
    path("healthz", views.health, name="health"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("components/", views.components, name="components"),
    path("components/find/", views.components_find, name="components_find"),
    path("components/done/", views.components_done, name="components_done"),
]
