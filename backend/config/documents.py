"""What the three OpenAPI documents say about themselves, and the words their examples are made of."""

CONVENTIONS = """
## 约定 Conventions

**错误 Errors**

任何拒绝都是 RFC 9457 `application/problem+json`:`type title status code detail errors request_id`。
`code` 稳定,供程序判断;`title`、`detail`、`errors[].message` 供人阅读。
字段错误在 `errors[{field, code, message}]`,说明期望的内容。未知字段和未知查询参数也是错误。
文本中看不见的字符会被去掉;姓名、号码按统一形式保存。

Every refusal is a problem document. Decide by `code`, which is stable; the texts are for people. Errors of single
fields are in `errors`, where `field` is a dotted path, and say what is expected. Unknown fields and query parameters
are errors. Characters that can't be seen are taken out of texts; names and numbers are kept in one form.

**语言 Language**

默认中文;`Accept-Language: en` 返回英文。

Texts are Chinese unless `Accept-Language: en` is sent.

**分页 Paging**

`page` 从 1 开始,`page_size` ≤ 100;`count` 最多数到 10000(长列表的可能是几秒前的),超过时 `count_capped` 为 true,
请用 `has_next` 翻页。时间线使用游标:跟随 `next`。`ordering` 传字段名,前面加 `-` 为倒序。

Pages count from 1. `count` stops at 10000 with `count_capped` true: page on by `has_next`.
The count of a long list may be some seconds old.
Time-lines use cursors: follow `next`. `ordering` takes a field's name, `-` in front of it reverses.

**幂等 Idempotency**

预约和资金类 POST 必须携带 `Idempotency-Key`:每个意图一个新值,网络失败时用同一个值重试。
同一个值配另一个请求体得 422,仍在处理中得 409 和 `Retry-After`。

A POST that books or moves money needs an `Idempotency-Key`: a new value for each intention, the same one when the
network failed. The same key with another body is 422, while still running 409 with `Retry-After`.

**标识 Ids**

标识一律叫 `<名词>_id`(多个为 `<名词>_ids`),请求体、查询参数、响应和错误中相同;响应里旁边有 `<名词>_name`。
小程序用 `binding_id` 选择就诊人。

An id is `<noun>_id` in bodies, parameters, answers and errors, several are `<noun>_ids`; in answers `<noun>_name`
stands beside it. The mini-program chooses a person by `binding_id`.

**版本 Versions**

修改时带上读到的 `version`;数据已被他人修改时返回 409 `stale_version`。

An edit names the `version` that was read; 409 `stale_version` if someone else was first.

**时间与金额 Time and money**

时间为 RFC 3339:响应总是东八区(`2026-03-16T09:30:00+08:00`),请求可用任意偏移;没有偏移的按东八区。
日期和钟点(`date`、`time-local`)是医院当地的。金额是整数分,字段名以 `_fen` 结尾。

Moments are RFC 3339: answers always show them with `+08:00`, requests may use any offset; without one it is `+08:00`.
Dates and times of day are the hospital's own. Money is whole fen in fields that end in `_fen`.

**变更 Changes**

从 0.3.0 起,任何内容都先弃用再删除,见更新日志。

From 0.3.0 on nothing goes without a deprecation first; the change list says what has changed.

**限额 Limits**

每个地址、每个登录、每个合作应用每分钟的请求数有上限:`RateLimit-Limit`、`RateLimit-Remaining`、`RateLimit-Reset`(秒)
说明最接近的一个;超出得 429 和 `Retry-After`。请求体:未登录 16 KB,登录后 1 MB,上传另有各自上限;超出得 413。

Requests a minute are limited per address, session and partner application: `RateLimit-Limit`, `RateLimit-Remaining`
and `RateLimit-Reset` (seconds) tell of the nearest limit; beyond it 429 with `Retry-After`. A body has at most 16 KB
before signing in and 1 MB after; uploads say their own; beyond it 413.

**追踪 Tracing**

每个响应带 `X-Request-ID`,报障时请附上。

Every answer has `X-Request-ID`; name it when you report a fault.
"""

#: docs/request-signing.md, in short.
SIGNING = """
**签名 Signatures**

应用可以对请求签名;医院要求签名的应用(`requires_signature`)除 `/oauth/` 外的每个请求都必须签名,否则 401。四个请求头:
`X-Yihui-Timestamp` 秒数,最多相差 5 分钟;`X-Yihui-Nonce` 16 至 64 个 `[0-9A-Za-z_-]`,只接受一次;
`X-Yihui-Content-SHA256` 请求体的 SHA-256(小写十六进制);`X-Yihui-Signature` 以签名密钥对六行文本的 HMAC-SHA256
(小写十六进制):方法、实际发送的路径?查询串、`client_id`、时间戳、随机数、请求体摘要,每行以换行符结束。
路径带百分号发送时,用 `X-Yihui-Target` 原样写出。测试用例见 docs/request-signing.zh-CN.md。

An application may sign its requests; where the hospital asks for it (`requires_signature`), each but those to `/oauth/`
has to be signed, else 401. Four headers: `X-Yihui-Timestamp` in seconds, at most 5 minutes off; `X-Yihui-Nonce`, 16 to
64 of `[0-9A-Za-z_-]`, accepted once; `X-Yihui-Content-SHA256`, the body's SHA-256 in lower-case hex;
`X-Yihui-Signature`, in lower-case hex the HMAC-SHA256, with the signing secret, of six lines that each end with a line
feed: method, path?query as sent, `client_id`, time stamp, nonce, body digest. A path with percent signs is repeated
in `X-Yihui-Target` as it was sent. docs/request-signing.md has an example to test with.
"""

#: Of all three: who may use them, and where questions about them go.
API_INFO: dict[str, dict[str, str]] = {
    "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    "contact": {"name": "医汇 Yihui", "url": "https://yihui.dev/"},
}

API_DOCUMENTS: dict[str, dict[str, str]] = {
    "miniprogram": {
        "title": "医汇 Yihui · 小程序 Mini-program",
        "description": "患者微信小程序的接口。用 `wx.login` 的 code 换取令牌,之后放在 `Authorization: Bearer …`。\n\n"
        "What the patients' WeChat mini-program calls. Trade the code of `wx.login` for a token, then send it as "
        "`Authorization: Bearer …`.\n" + CONVENTIONS,
    },
    "admin": {
        "title": "医汇 Yihui · 管理端 Admin",
        "description": "管理后台(单页应用)的接口。登录后令牌放在 `Authorization: Bearer …`。看不到的对象一律 404,"
        "看得到但无权操作的对象 403。\n\nWhat the staff's single-page app calls. Sign in, then send "
        "`Authorization: Bearer …`. Objects out of sight answer 404, visible ones out of reach of an action 403.\n"
        + CONVENTIONS,
    },
    "partner": {
        "title": "医汇 Yihui · 合作方 Partner",
        "description": "合作机构系统的接口。OAuth 2.0 client credentials 换取访问令牌,按 scope 授权。\n\n"
        "What partners' systems call: an access token by OAuth 2.0 client credentials, limited by scopes.\n"
        + CONVENTIONS
        + SIGNING,
    },
}

#: Tags in the order of the journey, in Chinese and in English.
API_TAGS: dict[str, tuple[str, str]] = {
    "sign-in": ("登录", "Signing in"),
    "directory": ("医院、科室、医生", "Hospitals, departments, doctors"),
    "booking": ("找医生和号源", "Finding a doctor and a number"),
    "cards": ("就诊卡", "Patient cards"),
    "patients": ("患者档案", "Patients' archive"),
    "appointments": ("挂号", "Appointments"),
    "waitlist": ("候补", "The waiting list"),
    "queue": ("排队候诊", "The queue"),
    "encounters": ("就诊", "Encounters"),
    "bills": ("账单和缴费记录", "Bills"),
    "payments": ("支付和退费", "Payment orders and refunds"),
    "inpatient": ("住院", "Inpatient"),
    "messages": ("消息", "Messages"),
    "pictures": ("图片", "Pictures"),
    "files": ("文件", "Files"),
    "overview": ("诊所概况", "Overview and day board"),
    "schedules": ("排班和出诊", "Templates and sessions"),
    "booking-limits": ("限号", "Booking limits"),
    "booking-suspensions": ("爽约停约", "Suspensions and appeals"),
    "billing": ("收费和退费", "Charges and refund requests"),
    "invoices": ("发票", "Invoices"),
    "receipts": ("电子票据", "E-receipts"),
    "ledger": ("资金账", "The ledger"),
    "reconciliation": ("对账", "Reconciliation"),
    "cashier": ("收费班次", "Cashier's shifts"),
    "reports": ("报表", "Reports"),
    "closes": ("日结和月结", "Daily and monthly closes"),
    "worklist": ("待办和职责", "Work items and duties"),
    "organisation": ("集团、医院、科室", "Group, hospitals, departments"),
    "staff": ("员工", "Staff"),
    "access": ("角色、菜单、权限", "Roles, menus, permission codes"),
    "dictionaries": ("字典", "Dictionaries"),
    "settings": ("参数设置", "Settings"),
    "partners": ("合作方", "Partner applications"),
    "webhooks": ("事件推送", "Webhooks"),
    "oauth": ("访问令牌", "Access tokens"),
    "audit": ("操作日志", "Operation log"),
    "operations": ("消息投递与死信", "Delivery of events and dead letters"),
}

#: Choices of a form that are a part of an enum's values.
API_ENUM_PARTS: dict[str, tuple[str, ...]] = {
    "DocumentKind": (
        "resident_id", "hk_macao_permit", "taiwan_permit", "foreign_permanent_resident", "passport",
    ),
    "CounterChannel": ("cash", "pos", "card_balance"),
    "OnlinePayMethod": ("mini_program", "qr_code", "wap", "app"),
    "PartnerPayMethod": ("qr_code", "wap", "app"),
    "IssuableBillKind": ("examination", "test", "prescription", "treatment"),
    "RefundCondition": ("clinic_fee", "every_bill"),
    "PayTiming": ("counter", "prepaid"),
    "QueueOrder": ("appointment", "arrival"),
    "HisBillKind": ("registration", "examination", "test", "prescription", "treatment"),
}  # fmt: skip
