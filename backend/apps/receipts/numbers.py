from kernel.ids import NumberSeries

RECEIPTS = NumberSeries("e_receipt", "DP")
