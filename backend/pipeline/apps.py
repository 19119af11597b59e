from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "backend.pipeline"
    label = "pipeline"
