"""The pages that a payer's browser sees: the cashier, and the way back to the merchant."""

from collections.abc import Mapping
from html import escape

from sandbox.wire import Response

HTML = "text/html;charset=UTF-8"
PAY_PATH = "/gateway/api/cashierPay.do"


def cashier(tn: str, amount_fen: int, description: str) -> Response:
    """One button that pays."""
    text = f"{escape(description)} ¥{amount_fen // 100}.{amount_fen % 100:02d}"
    return _page("银联在线支付", f"<p>{text}</p>{_form(PAY_PATH, {'tn': tn}, '<button>确认支付</button>')}")


def back_to(url: str, fields: Mapping[str, str]) -> Response:
    """Posts the signed result to the merchant's frontUrl."""
    return _page("支付成功", _form(url, fields, "<button>返回商户</button>"))


def refused(text: str) -> Response:
    return _page("支付失败", f"<p>{escape(text)}</p>")


def _form(url: str, fields: Mapping[str, str], end: str) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return f'<form method="post" action="{escape(url)}">{inputs}{end}</form>'


def _page(title: str, body: str) -> Response:
    page = f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'
    return Response(200, page.encode(), HTML)
