"""What patients are told by this app."""

from apps.messaging.scenes import scene

scene(
    "queue_called",
    "叫号通知",
    "{patient}您好,请到{room}就诊:{hospital}{department}{doctor},您的排队号{number}。",
    {
        "patient": "thing1",
        "hospital": "thing2",
        "department": "thing3",
        "doctor": "thing4",
        "number": "character_string5",
        "room": "thing6",
    },
    page="pages/queue/index",
    en="Called from the queue",
)
