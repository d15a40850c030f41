"""Rows of worklist for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from apps.access.models import Role
from apps.identity.services.proof import Proof, ProofMethod
from apps.worklist.kinds import DEAD_LETTER
from apps.worklist.models import Approval, Signature, WorkDuty, WorkItem
from apps.worklist.places import Place, define_place
from apps.worklist.services.items import open_item
from apps.worklist.services.signatures import sign
from kernel import clock
from tests.support.estates import Estate, Values
from tests.worklist.approval_kinds import ask

PLACE = define_place(Place("test.matrix", "签名处", "Here"))


class WorklistEstate(Estate):
    """Of worklist."""

    def make_work_item(self) -> WorkItem:
        item = open_item(
            DEAD_LETTER, hospital=self.world.h1, subject_type="matrix", subject_id=self.world.h1.pk, title="matrix",
            department_id=self.world.departments["cardiology"].pk, executor=self.world.staff["doctor_a"],
        )  # fmt: skip
        WorkItem.objects.filter(pk=item.pk).update(manager=self.world.staff["clerk"], level=1)
        return item

    def make_work_duty(self) -> WorkDuty:
        role = Role.objects.get(hospital=None, code="finance")
        roles = dict.fromkeys(("executor_role", "manager_role", "supervisor_role"), role)
        return WorkDuty.objects.create(hospital=self.world.h1, kind=DEAD_LETTER.code, hours=4, **roles)

    def make_approval(self) -> Approval:
        return ask(self.world, content={"purpose": "matrix"}, amount_fen=100)

    def make_signature(self) -> Signature:
        return sign(
            self.get("approval"), place=PLACE, content={"amount_fen": 100},
            proof=Proof(self.world.staff["doctor_a"], ProofMethod.PASSWORD, clock.now()),
            role=Role.objects.get(hospital=None, code="doctor"),
        )  # fmt: skip


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/approvals/": lambda e: e.get("approval").pk,
    "admin/v1/signatures/": lambda e: e.get("signature").pk,
    "admin/v1/work-items/": lambda e: e.get("work_item").pk,
    "admin/v1/work-duties/": lambda e: e.get("work_duty").pk,
}
