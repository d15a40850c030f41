"""Every channel of the product is declared by importing its module here, once, at start."""

from importlib import import_module

MODULES = ("wechat_pay", "alipay", "unionpay", "counter", "card_balance", "baidu_wallet")


def declare_all() -> None:
    """Register them, in the order in which payers are offered them."""
    for name in MODULES:
        import_module(f"apps.payments.channels.{name}")
