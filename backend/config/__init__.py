"""Settings, URLs, WSGI and Celery entry points: the one place where everything is wired together."""
