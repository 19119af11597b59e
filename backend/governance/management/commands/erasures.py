"""`manage.py erasures reapply [--accept]`: erase again what an old backup of the database has brought back.

`manage.py erasures lift ADDRESS --by OWNER`: whoever was erased under this address may be stored again from now on.
"""

from django.core.management import BaseCommand, CommandError, CommandParser

from backend.accounts.models import User
from backend.audit.operators import note, operated
from backend.governance.lifting import NotLifted, lift
from backend.governance.reapplying import NotAccepted, reapply
from backend.tombstones.journal import JournalUnusable


class Command(BaseCommand):
    help = (
        "Work on erasures: apply them again, as the database's owner, or lift one, as the worker."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        again = acts.add_parser("reapply", help="at every start, and after a restore")
        again.add_argument(
            "--accept",
            action="store_true",
            help="erase what is found: an older backup was put back",
        )
        lifting = acts.add_parser("lift", help="for a new purpose, such as a new contract")
        lifting.add_argument("address", help="an e-mail address of whoever was erased")
        lifting.add_argument("--by", required=True, help="the address of the owner who decided it")

    def handle(self, *_arguments: object, **options: object) -> None:
        try:
            if options["act"] == "lift":
                self._lift(str(options["address"]), str(options["by"]))
            else:
                self._reapply(accepted=bool(options["accept"]))
        except (JournalUnusable, NotAccepted, NotLifted) as error:
            raise CommandError(str(error)) from error

    def _reapply(self, *, accepted: bool) -> None:
        if accepted:
            note("erasures reapply")
        done = reapply(accepted=accepted)
        self.stdout.write(
            f"{done.tombstones} tombstones were missing, {done.subjects} subjects were erased again."
        )

    def _lift(self, address: str, by: str) -> None:
        owners = User.objects.only("pk", "email").filter(role=User.Role.OWNER, is_active=True)
        owner = owners.filter(email=by.lower()).first()
        if owner is None:
            message = f"{by} is no owner's account: one decides that."
            raise CommandError(message)
        with operated("erasures lift"):
            lifted = lift(address=address, acting_user=owner)
        self.stdout.write(f"{lifted} tombstones are lifted.")
