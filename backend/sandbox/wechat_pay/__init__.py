"""api.mch.weixin.qq.com (APIv3): mini-program payments, refunds, notifications, certificates and bills."""
