from kernel.ids import NumberSeries

SHIFTS = NumberSeries("cashier_shift", "BC")
DEPOSITS = NumberSeries("bank_deposit", "JK")
