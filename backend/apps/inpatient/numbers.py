from kernel.ids import NumberSeries

ADMISSIONS = NumberSeries("admission", "ZY")
SETTLEMENTS = NumberSeries("settlement", "JS")
