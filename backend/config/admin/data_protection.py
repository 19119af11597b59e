"""What documents on data protection are filled from."""

from django.contrib import admin

from backend.config.admin.one_row import OneRow
from backend.config.admin.site import site
from backend.governance.models import Particulars


@admin.register(Particulars, site=site)
class ParticularsAdmin(OneRow):
    heading = "Particulars of data protection"
    owners_only = True
    fieldsets = (
        (
            "Controller",
            {
                "fields": ("controller", "controller_address", "controller_contact", "authority"),
                "description": "The record of processing, the data protection agreement and the privacy notice under "
                "Governance are filled from here. Have a lawyer read them.",
            },
        ),
        ("Grounds", {"fields": ("legal_basis", "protection_officer", "works_council")}),
        (
            "Where data is",
            {"fields": ("hosting", "backups", "recipients", "transfers")},
        ),
        ("Processor", {"fields": ("processor", "processor_address", "subprocessors")}),
    )
