from apps.access.codes import give, module, resource
from apps.access.menus import directory, page

module("encounters", "就诊", "Encounters", 25)
resource("encounters", "encounter", "就诊", ("list", "export"))

for role in ("doctor", "department_head", "clerk", "finance"):
    give(role, "encounters.encounter.list")

directory("encounters", module="encounters", zh="就诊", en="Encounters", path="/encounters",
          icon="visit", sort=25)  # fmt: skip
page("encounters_list", resource="encounters.encounter", zh="就诊记录", en="Encounters", path="encounters",
     component="encounters/encounters/index", parent="encounters", icon="visit", sort=1)  # fmt: skip
