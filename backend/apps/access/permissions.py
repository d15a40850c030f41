from apps.access.codes import give, module, reach, resource

module("identity", "组织与员工", "Organisation and staff", 10)
resource("identity", "department", "科室", ("list", "add", "change", "delete"))

for role in ("department_head", "doctor", "clerk"):
    give(role, "identity.department.list")
    reach(role, "identity", "hospital")  # the directory of the own hospital is open to all who work there
