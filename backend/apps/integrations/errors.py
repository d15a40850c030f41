from kernel.errors import DomainError, Expectation


class TooManyEndpoints(DomainError):
    """`limit`: so many an application may have that are not retired."""

    code, status = "too_many_endpoints", 409
    members = ("limit",)
    zh, en = "每个应用最多 {limit} 个接收地址", "An application has at most {limit} endpoints."


class EndpointNotActive(DomainError):
    """Nothing is sent to it."""

    code, status = "endpoint_not_active", 409
    zh, en = "接收地址未启用", "The endpoint is not active."


URL = Expectation(
    "webhook_url",
    "须为 https:// 开头的完整地址,不含用户名、密码和 #,端口为 443 或 1024 至 65535",
    "A whole address that begins with https://, without user, password and #, with port 443 or 1024 to 65535.",
)
NO_SUCH_HOST = Expectation(
    "no_such_host", "域名无法解析,请核对", "The name of the host has no address; check it."
)
NOT_REACHED = Expectation(
    "address_refused",
    "该地址指向本机、内网或保留网段;内网地址须先列入医院设置的网段",
    "It leads to this machine, a private or a reserved network; the hospital's settings have to list private ones.",
)
ONCE = Expectation("each_type_once", "事件类型不能重复", "Each type of event once.")
RANGE = Expectation(
    "replay_range", "结束须晚于开始,且最多 30 天", "The end has to be after the start, 30 days at most."
)
