from apps.inpatient.models.admission import Admission
from apps.inpatient.models.charge import InpatientCharge
from apps.inpatient.models.deposit import DepositTransaction
from apps.inpatient.models.lookup import AdmissionLookup

__all__ = ["Admission", "AdmissionLookup", "DepositTransaction", "InpatientCharge"]
