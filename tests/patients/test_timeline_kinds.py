"""What a timeline or a message may be about is declared once, with words, by the app that writes it."""

import pytest

from apps.messaging.scenes import SCENES, scene
from apps.patients.timeline import KINDS, define_entry


@pytest.mark.requirement("PAT-03")
def test_every_kind_of_entry_has_words_in_both_languages_and_one_owner() -> None:
    assert {"booking", "visit", "charge", "payment", "refund", "admission"} <= KINDS.keys()
    assert all(kind.zh and kind.en for kind in KINDS.values())
    with pytest.raises(TypeError):
        define_entry("booking", "挂号", "Booking")


@pytest.mark.requirement("MSG-07")
def test_every_scene_has_one_owner_and_uses_only_what_it_declares() -> None:
    for declared in SCENES.values():
        example = dict.fromkeys(declared.keys, "x")
        assert declared.text.format(**example)
    with pytest.raises(TypeError):
        scene("queue_called", "叫号", "{patient}", {"patient": "thing1"}, en="Called")
