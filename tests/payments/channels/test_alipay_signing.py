"""What Alipay signs is found in its exact text, and no other text passes for it."""

import base64
import json
import string
from urllib.parse import urlencode

import pytest
from alipay import AliPay
from Cryptodome.PublicKey import RSA
from hypothesis import given, settings, strategies as st

from apps.payments.channels.alipay_signing import (
    Signer,
    Verifier,
    notification_content,
    raw_values,
    request_content,
)

KEY = RSA.generate(2048)
PRIVATE, PUBLIC = KEY.export_key().decode(), KEY.public_key().export_key().decode()
SIGNER, VERIFIER = Signer(PRIVATE), Verifier(PUBLIC)
SDK = AliPay("1", app_private_key_string=PRIVATE, alipay_public_key_string=PUBLIC)
#: Whatever a name of goods may have: quotes, braces, escapes, any script.
NASTY = st.text(
    alphabet=st.one_of(st.sampled_from('{}[]":,\\/ \n\t&=+%'), st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | NASTY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NASTY, inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(string.ascii_lowercase + "_", min_size=1, max_size=8)
FIELDS = st.dictionaries(NAMES, NASTY, min_size=1, max_size=6)
BLANKS = st.text(" \t\r\n", max_size=3)


def written(value: object, style: int) -> str:
    """JSON in one of the ways in which servers write it."""
    text = json.dumps(value, ensure_ascii=bool(style & 1), indent=1 if style & 2 else None)
    return text.replace("/", r"\/") if style & 4 else text


@settings(deadline=None)
@given(st.dictionaries(NASTY, st.tuples(VALUES, st.integers(0, 7)), max_size=5), BLANKS)
def test_each_value_is_found_in_its_exact_text(parts, blank) -> None:
    raw = {name: written(value, style) for name, (value, style) in parts.items()}
    body = f",{blank}".join(f"{json.dumps(name)}{blank}:{blank}{text}{blank}" for name, text in raw.items())
    found = raw_values(f"{blank}{{{blank}{body}}}{blank}")
    assert found == raw
    assert {name: json.loads(text) for name, text in found.items()} == {n: v for n, (v, _) in parts.items()}


@settings(deadline=None)
@given(st.text(alphabet='{}[]":,\\ab1 \n') | st.text())
def test_any_other_text_is_a_value_error(text) -> None:
    try:
        found = raw_values(text)
    except ValueError:
        return
    assert list(found) == list(json.loads(text))


@settings(deadline=None)
@given(st.dictionaries(NASTY, VALUES, min_size=1, max_size=3), st.data())
def test_a_reply_that_was_cut_off_is_a_value_error(values, data) -> None:
    text = json.dumps(values)
    with pytest.raises(ValueError):
        raw_values(text[: data.draw(st.integers(0, len(text) - 1))])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"a"',
        "{} {}",
        '{"a":1}x',
        '{"a":1,}',
        '{"a":1,"a":2}',
        "{1:2}",
        '{"a"}',
        '{"a":}',
        "{,}",
        '{"a":1 "b":2}',
    ],
)  # fmt: skip
def test_what_is_no_single_object_is_a_value_error(text) -> None:
    with pytest.raises(ValueError):
        raw_values(text)


@settings(max_examples=30, deadline=None)
@given(FIELDS)
def test_requests_are_signed_as_the_published_sdk_signs_them(fields) -> None:
    full = {name: value for name, value in fields.items() if value and name != "sign"}
    signature = SIGNER.sign(request_content(fields))
    assert SDK._sign("&".join(f"{k}={full[k]}" for k in sorted(full))) == signature


@settings(max_examples=30, deadline=None)
@given(FIELDS)
def test_pushes_are_verified_as_the_published_sdk_verifies_them(fields) -> None:
    fields.pop("sign", None)
    fields["sign_type"] = "RSA2"
    signature = SIGNER.sign(notification_content(fields))
    assert SDK.verify(dict(fields), signature)
    assert VERIFIER.has_signed(notification_content(fields), signature)


@settings(max_examples=50, deadline=None)
@given(NASTY, NASTY, st.binary(max_size=300))
def test_no_other_text_and_no_other_signature_passes(signed, other, forged) -> None:
    signature = SIGNER.sign(signed)
    assert VERIFIER.has_signed(other, signature) is (signed == other)
    assert not VERIFIER.has_signed(signed, base64.b64encode(forged).decode())
    assert not VERIFIER.has_signed(signed, signature[:-4])


@pytest.mark.parametrize("signature", ["", "=", "ä", "not base64!", "\n", "A" * 344])
def test_what_is_no_signature_is_just_wrong(signature) -> None:
    assert not VERIFIER.has_signed("a=1", signature)


def test_fields_that_change_places_change_what_is_signed() -> None:
    assert notification_content({"a": "1&b=2", "c": ""}) != notification_content({"a": "1", "b": "2"})
    assert urlencode({"a": "1&b=2"}) != urlencode({"a": "1", "b": "2"})
    assert request_content({"b": "2", "a": "", "sign": "x"}) == "b=2"
    assert notification_content({"b": "2", "a": "", "sign": "x", "sign_type": "RSA2"}) == "a=&b=2"


@pytest.mark.parametrize("key", ["", "x", "AAAA", PUBLIC, RSA.generate(1024).export_key().decode()])
def test_only_rsa_keys_of_2048_bits_sign(key) -> None:
    with pytest.raises(ValueError):
        Signer(key)
