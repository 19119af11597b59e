"""How long the installation's certificates are good, for a scraper."""

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from backend.keyring.certificates import certificates


def certificate_days() -> Metric:
    days = GaugeMetricFamily(
        "plumbline_certificate_days",
        "Whole days until a certificate of the installation ends; below zero once it has.",
        labels=["name"],
    )
    for certificate in certificates():
        days.add_metric([certificate.name], certificate.days)
    return days
