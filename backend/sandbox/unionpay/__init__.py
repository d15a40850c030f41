"""UnionPay ACP 5.1.0: consumption by app control and by page, refunds, cancellations, queries, notices, the ZM file."""
