from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "medexpro.knowledge"
    label = "knowledge"
