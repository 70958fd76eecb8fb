from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "medexpro.web"
    label = "web"
