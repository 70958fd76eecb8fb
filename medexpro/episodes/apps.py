from django.apps import AppConfig


class EpisodesConfig(AppConfig):
    name = "medexpro.episodes"
    label = "episodes"
