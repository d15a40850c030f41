from apps.access.codes import give, module, resource

module("identity", "组织与员工", "Organisation and staff", 10)
resource("identity", "department", "科室", ("list", "add", "change", "delete"))

for role in ("department_head", "doctor", "clerk"):
    give(role, "identity.department.list")
