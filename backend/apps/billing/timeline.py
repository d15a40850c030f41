"""What this app writes into the patient's timeline."""

from apps.patients.timeline import define_entry

CHARGE = define_entry("charge", "收费", "Charge")
PAYMENT = define_entry("payment", "缴费", "Payment")
CARD_TOP_UP = define_entry("card_top_up", "就诊卡充值", "Card top-up")
REFUND = define_entry("refund", "退费", "Refund")
