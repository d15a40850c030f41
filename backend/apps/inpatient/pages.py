from kernel.pages import action

action(
    "admissions_discharge",
    confirm=("出院后不再收取押金,确定办理?", "No deposit is taken any more. Discharge?"),
    status=["admitted"],
)
action("admissions_recall", status=["discharged"])
