"""openapi.alipay.com: the gateway's trades, refunds and bills, notifications, and the pages that payers see."""
