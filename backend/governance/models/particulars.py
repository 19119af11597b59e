"""What the law asks of documents on data protection and the product cannot know by itself."""

from typing import Final

from django.db import models
from django.db.models import Q


class Particulars(models.Model):
    """One row. An empty text is one that is still to be filled in; documents say so where it belongs."""

    controller = models.CharField(
        "controller",
        max_length=200,
        blank=True,
        help_text="The organisation that decides what the data is used for, by its legal name.",
    )
    controller_address = models.TextField(
        "address of the controller",
        max_length=500,
        blank=True,
        help_text="Street, place and country.",
    )
    controller_contact = models.CharField(
        "contact of the controller",
        max_length=300,
        blank=True,
        help_text="Where people turn to with questions and requests: a mailbox or a telephone number.",
    )
    protection_officer = models.CharField(
        "data protection officer",
        max_length=300,
        blank=True,
        help_text="How to reach them. Where there is none by law, say so.",
    )
    authority = models.CharField(
        "supervisory authority",
        max_length=300,
        blank=True,
        help_text="Which one people may complain to.",
    )
    legal_basis = models.TextField(
        "legal basis",
        max_length=2000,
        blank=True,
        help_text="Such as Art. 6(1)(f) GDPR, and then which legitimate interest; national law on employment besides.",
    )
    works_council = models.TextField(
        "works council",
        max_length=2000,
        blank=True,
        help_text="Which agreement holds for this product. Where there is no works council, say so.",
    )
    hosting = models.TextField(
        "place of hosting",
        max_length=500,
        blank=True,
        help_text="Data centre or cloud, country, and who runs it.",
    )
    processor = models.CharField(
        "processor",
        max_length=200,
        blank=True,
        help_text="Whoever runs the product for the controller, by its legal name. Where the controller does: say so.",
    )
    processor_address = models.TextField(
        "address of the processor",
        max_length=500,
        blank=True,
        help_text="Street, place and country.",
    )
    subprocessors = models.TextField(
        "further processors",
        max_length=2000,
        blank=True,
        help_text="Whom the processor works with. Where there is nobody, say so.",
    )
    recipients = models.TextField(
        "further recipients",
        max_length=2000,
        blank=True,
        help_text="Who gets to see data besides those who sign in, such as an archive of logs. Where nobody: say so.",
    )
    transfers = models.TextField(
        "transfers to third countries",
        max_length=2000,
        blank=True,
        help_text="To which countries, and by which guarantees (Art. 44 to 49 GDPR). Where there are none, say so.",
    )
    backups = models.TextField(
        "backups",
        max_length=500,
        blank=True,
        help_text="Where they are, how they are protected, and after how long they are overwritten.",
    )

    class Meta:
        verbose_name = "particulars of data protection"
        verbose_name_plural = "particulars of data protection"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="governance_one_particulars")]

    def __str__(self) -> str:
        return "Particulars of data protection"


NAMES: Final = tuple(
    field.name for field in Particulars._meta.concrete_fields if not field.primary_key
)


def particulars() -> Particulars:
    """The one row, empty where nothing was filled in yet."""
    return Particulars.objects.filter(pk=1).first() or Particulars(pk=1)
