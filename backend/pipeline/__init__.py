"""Every Celery task: what the appliance does in the background."""
