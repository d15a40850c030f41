from apps.inpatient.models.admission import Admission
from apps.inpatient.models.bed import Bed, BedStay, Ward
from apps.inpatient.models.ceiling import DepositCeiling
from apps.inpatient.models.charge import InpatientCharge
from apps.inpatient.models.deposit import DepositTransaction
from apps.inpatient.models.deposit_order import DepositOrder
from apps.inpatient.models.lookup import AdmissionLookup
from apps.inpatient.models.settlement import DischargeSettlement

__all__ = [
    "Admission",
    "AdmissionLookup",
    "Bed",
    "BedStay",
    "DepositCeiling",
    "DepositOrder",
    "DepositTransaction",
    "DischargeSettlement",
    "InpatientCharge",
    "Ward",
]
