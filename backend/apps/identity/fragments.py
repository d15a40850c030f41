"""SQL of identity's tables that other apps build into their statements: what stands here, they may rely on.

A subquery in FROM is merged into the statement by PostgreSQL: it costs nothing, and its columns are all there are.
"""

HOSPITAL = "(SELECT id, code, name, settings, is_active FROM identity_hospital)"
DEPARTMENT = "(SELECT id, hospital_id, location_id, code, name, introduction, sort, is_active FROM identity_department)"
LOCATION = "(SELECT id, building, floor, room, map_picture_id FROM identity_location)"
STAFF = "(SELECT id, user_id, name, title, speciality, portrait_id FROM identity_staffmember)"


def hospital_of_department(department: str) -> str:
    """The hospital of the department whose id that expression yields."""
    return f"SELECT hospital_id FROM identity_department WHERE id = {department}"  # noqa: S608 - an expression of ours


def hospital_of_staff(staff: str) -> str:
    """The hospital of the staff member whose id that expression yields."""
    return f"SELECT hospital_id FROM identity_staffmember WHERE id = {staff}"  # noqa: S608 - an expression of ours
