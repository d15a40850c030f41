"""Back notices: a signed form to backUrl, taken when it is answered with HTTP 200 within ten seconds.

How push faults look here: `wrong_amount` says one fen more and is rightly signed; `stale` is signed with UnionPay's
expired certificate, `probe` with that of a stranger who copies UnionPay's name.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from sandbox.clock import Clock
from sandbox.trading.keys import KeyPair
from sandbox.trading.pushes import Pushes
from sandbox.unionpay.errors import message_for
from sandbox.unionpay.fields import ECHOED
from sandbox.unionpay.identity import Identity
from sandbox.unionpay.messages import sign
from sandbox.unionpay.orders import Orders
from sandbox.unionpay.transactions import CONSUME, Transaction

#: A first attempt and four more: five in all.
RETRIES = (0, 60, 120, 240)
TIMEOUT = 10
CARD = "622155******0000"
_FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}


class Notices:
    """`pushes` sends them and keeps their log."""

    def __init__(self, clock: Clock, orders: Orders, identity: Identity) -> None:
        self._clock, self._orders, self._identity = clock, orders, identity
        self.pushes = Pushes("unionpay", RETRIES, lambda status, body: status == 200, TIMEOUT)

    def about(self, transaction: Transaction) -> dict[str, str]:
        """What a notice and a query tell of a transaction, but for its code."""
        at = self._clock.shanghai(transaction.at)
        told = {name: transaction.request[name] for name in ECHOED if transaction.request.get(name)}
        return told | {
            "queryId": transaction.query_id,
            "traceNo": transaction.query_id[-6:],
            "traceTime": at.strftime("%m%d%H%M%S"),
            "settleDate": self._orders.settle_day(transaction.at),
            "settleAmt": str(transaction.amount_fen),
            "settleCurrencyCode": "156",
            "accNo": transaction.trade.payer or CARD,
            "payCardType": "01",
        }

    def send(self, transaction: Transaction, speed: float) -> None:
        """A payment is told of when it succeeded, a refund and a cancellation in any case."""
        consumed = transaction.txn_type == CONSUME
        if consumed and transaction.code not in ("00", "A6"):
            return
        kind, url = "trade" if consumed else "refund", transaction.request["backUrl"]
        data = {"orderId": transaction.request["orderId"], "queryId": transaction.query_id}

        def make(changed: str) -> tuple[Mapping[str, str], bytes]:
            return _FORM, urlencode(self.fields(transaction, changed)).encode()

        self.pushes.send(kind, url, make, data=data | {"respCode": transaction.code}, speed=speed)

    def fields(self, transaction: Transaction, changed: str = "") -> dict[str, str]:
        """A signed notice; `changed` is the push fault that it suffers."""
        told = self.about(transaction) | {
            "respCode": transaction.code,
            "respMsg": message_for(transaction.code),
        }
        if changed == "wrong_amount":
            told["txnAmt"] = told["settleAmt"] = str(transaction.amount_fen + 1)
        signed = self.signed(told, self._signer(changed))
        if changed == "bad_signature":
            signed["signature"] = sign({**signed, "txnAmt": "1"}, self._identity.unionpay.private)
        return signed

    def _signer(self, changed: str) -> KeyPair:
        if changed == "stale":
            return self._identity.expired
        return self._identity.stranger if changed == "probe" else self._identity.unionpay

    def signed(self, told: Mapping[str, str], signer: KeyPair | None = None) -> dict[str, str]:
        """With UnionPay's certificate in it and its signature on it."""
        pair = signer or self._identity.unionpay
        fields = dict(told) | {"signPubKeyCert": pair.certificate_pem}
        return fields | {"signature": sign(fields, pair.private)}
