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


ONCE = Expectation("each_type_once", "事件类型不能重复", "Each type of event once.")
RANGE = Expectation(
    "replay_range", "结束须晚于开始,且最多 30 天", "The end has to be after the start, 30 days at most."
)
