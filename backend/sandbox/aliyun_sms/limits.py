"""Per-number limits: codes 1 a minute, 5 an hour, 10 a day; notices 50 in 24 hours per signature, template, number."""

import threading
from collections import OrderedDict, deque

from sandbox.aliyun_sms.errors import SmsFailure
from sandbox.clock import Clock

CODE_LIMITS = ((60, 1, "分钟级"), (3600, 5, "小时级"), (86_400, 10, "天级"))
NOTICE_LIMITS = ((86_400, 50, "天级"),)
KEYS_KEPT = 200_000


class Limits:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: OrderedDict[tuple[str, ...], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, is_code: bool, sign_name: str, template: str, phones: list[str]) -> None:
        """Counts one message to each phone; SmsFailure and nothing counted if one of them is over its limit."""
        rules = CODE_LIMITS if is_code else NOTICE_LIMITS
        keys = [(phone, sign_name, "" if is_code else template) for phone in phones]
        now = self._clock.now()
        with self._lock:
            for key in keys:
                sent = self._sent.get(key, ())
                for seconds, permits, level in rules:
                    if sum(1 for at in sent if now - at < seconds) >= permits:
                        raise SmsFailure("isv.BUSINESS_LIMIT_CONTROL", f"触发{level}流控Permits:{permits}")
            for key in keys:
                self._sent.setdefault(key, deque(maxlen=50)).append(now)
                self._sent.move_to_end(key)
            while len(self._sent) > KEYS_KEPT:
                self._sent.popitem(last=False)

    def reset(self) -> None:
        with self._lock:
            self._sent.clear()
