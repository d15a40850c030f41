"""Who pays; of bills, appointments and orders alike."""

from django.db import models


class PayerType(models.TextChoices):
    """Who bears the costs. All but self-pay are refused until insured settlement is there (rules.md 13)."""

    SELF_PAY = "self_pay"
    EMPLOYEE_INSURANCE = "employee_insurance"
    RESIDENT_INSURANCE = "resident_insurance"
    COMMERCIAL_INSURANCE = "commercial_insurance"
    PUBLIC_MEDICAL_CARE = "public_medical_care"
