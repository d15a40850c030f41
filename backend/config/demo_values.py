"""What the demo and development run with: published, so production refuses all of it."""

SANDBOX = "127.0.0.1:8090"

#: Production refuses these very values.
PUBLISHED = {
    "YIHUI_SECRET_KEY": "local-only-secret-key-local-only-secret-key-local-only",
    "YIHUI_FIELD_KEYS": "1:bG9jYWwtb25seS1maWVsZC1rZXktMDEyMzQ1Njc4OWE=",
    "YIHUI_BLIND_INDEX_KEY": "bG9jYWwtb25seS1ibGluZC1pbmRleC1rZXktMDEyMzQ=",
    "YIHUI_AUDIT_KEY": "bG9jYWwtb25seS1hdWRpdC1rZXktMDEyMzQ1Njc4OWE=",
    "YIHUI_WECHAT_BASE_URL": f"http://{SANDBOX}",
    "YIHUI_WECHAT_APP_ID": "wx00000000sandbox1",
    "YIHUI_WECHAT_APP_SECRET": "sandbox-mini-program-secret",
    "YIHUI_WECHAT_OA_APP_ID": "wx00000000sandbox2",
    "YIHUI_WECHAT_OA_SECRET": "sandbox-official-account-secret",
    "YIHUI_ALIYUN_SMS_ENDPOINT": SANDBOX,
    "YIHUI_ALIYUN_SMS_PROTOCOL": "http",
    "YIHUI_ALIYUN_SMS_ACCESS_KEY_ID": "LTAIsandbox",
    "YIHUI_ALIYUN_SMS_ACCESS_KEY_SECRET": "sandbox-access-key-secret",
    "YIHUI_HIS_BASE_URL": f"http://{SANDBOX}",
    "YIHUI_HIS_SECRET": "sandbox-his-secret",
}
#: All that differs from production's defaults.
DEMO = PUBLISHED | {
    "YIHUI_ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "YIHUI_HIS_APP_ID": "yihui",
    # All come from one machine, and whoever reaches it may read everything.
    "YIHUI_ADDRESS_REQUESTS_PER_MINUTE": "1000000",
    "YIHUI_SESSION_REQUESTS_PER_MINUTE": "1000000",
    "YIHUI_PARTNER_REQUESTS_PER_MINUTE": "1000000",
    "YIHUI_METRICS_ADDRESSES": "0.0.0.0/0,::/0",
    "YIHUI_DOCUMENT_ADDRESSES": "0.0.0.0/0,::/0",
}
