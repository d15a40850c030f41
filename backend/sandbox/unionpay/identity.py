"""Who signs what: the chain above UnionPay's certificate, the merchant's, and two that must not be believed."""

import threading

from sandbox.trading.keys import KeyPair, key_pair

#: The third `@` segment of the name by which UnionPay's certificate is known.
OWNER = "中国银联股份有限公司"
COMMON_NAME = f"041@8310000000083040@{OWNER}@00016490"
MERCHANT_NAME = "041@8310000000099999@医汇测试医院@00000001"


class Identity:
    """Pairs are made when they are first needed. `expired` is UnionPay's of old days; `stranger` copies its name."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def _pair(
        self, name: str, common_name: str, issuer: KeyPair | None = None, *, expired: bool = False
    ) -> KeyPair:
        with self._lock:
            return key_pair(name, common_name, issuer, expired=expired)

    @property
    def root(self) -> KeyPair:
        return self._pair("unionpay_root", "SANDBOX CS CA")

    @property
    def middle(self) -> KeyPair:
        with self._lock:
            return key_pair("unionpay_middle", "SANDBOX OCA1", self.root, authority=True)

    @property
    def unionpay(self) -> KeyPair:
        return self._pair("unionpay", COMMON_NAME, self.middle)

    @property
    def merchant(self) -> KeyPair:
        return self._pair("unionpay_merchant", MERCHANT_NAME, self.middle)

    @property
    def expired(self) -> KeyPair:
        return self._pair("unionpay_expired", COMMON_NAME, self.middle, expired=True)

    @property
    def stranger(self) -> KeyPair:
        return self._pair("unionpay_stranger", COMMON_NAME)

    @property
    def merchant_cert_id(self) -> str:
        """The serial number of the merchant's certificate, decimal."""
        return str(self.merchant.certificate.serial_number)
