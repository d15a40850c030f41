"""Every page can be drawn from the manifest and the document, and every button leads to an operation."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.access.codes import SYSTEM_ROLES
from config.contract import manifest
from config.page_calls import component_of
from config.page_columns import SHOWN
from config.page_models import PageModels
from kernel.http.schema_parts import sent
from kernel.http.schema_words import component
from kernel.pages import ACTIONS, ALWAYS, BULK, BY_FIELD, COLUMNS, GROUPS, MOVING, SET

#: So many fields are read without headings.
UNDIVIDED = 14

pytestmark = pytest.mark.requirement("INT-04")
Node = dict[str, Any]
#: Pages that are no table: what they show is read in one piece.
READ_WHOLE = {"settings", "clinic_overview", "care_team"}
FORMATS = {
    "money", "number", "date", "moment", "time", "enum", "boolean", "tags", "picture", "masked", "text",
}  # fmt: skip


@pytest.fixture(scope="module")
def contract() -> Node:
    return manifest()


@pytest.fixture(scope="module")
def operations(contract: Node) -> dict[str, Node]:
    return {row["operation_id"]: row for row in contract["operations"]}


def actions_of(page: Node) -> Iterator[tuple[Node | None, Node]]:
    """(list, action) of a page; None: of the page itself."""
    for each in page["lists"]:
        for place in ("toolbar", "row_actions", "bulk_actions", "exports", "uploads"):
            yield from ((each, action) for action in each[place])
        yield from ((each, action["template"]) for action in each["uploads"] if action["template"])
        for actions in (each["detail"] or {"parts": {}})["parts"].values():
            yield from ((None, action) for action in actions)
    yield from ((None, action) for action in page["actions"])


def operations_of(page: Node) -> Iterator[str]:
    """Every operation that a page may call."""
    yield from (action["operation"] for _, action in actions_of(page) if "ids" not in action)
    for each in page["lists"]:
        yield from (action["operation"] for action in each["bulk_actions"])
        yield each["operation"]
        yield from (
            part["operation"] for part in each["related"] if not part["filter"]
        )  # those stand elsewhere
        yield from [each["detail"]["operation"]] if each["detail"] else []


def test_every_page_has_a_table_or_is_read_whole(contract: Node) -> None:
    bare = {code for code, page in contract["pages"].items() if not page["lists"]}
    assert bare == READ_WHOLE
    for code, page in contract["pages"].items():
        for each in page["lists"]:
            shown = [column for column in each["columns"] if not column["hidden"]]
            assert shown, (code, each["operation"])


def test_columns_say_how_they_are_shown_in_both_languages(contract: Node) -> None:
    for page in contract["pages"].values():
        for each in page["lists"]:
            names = [column["name"] for column in each["columns"]]
            assert len(names) == len(set(names)), each["operation"]
            for column in each["columns"]:
                assert column["format"] in FORMATS, (each["operation"], column)
                assert column["title"] and column["title_en"] and column["width"] >= 60


def test_a_wide_list_says_with_which_columns_it_begins_and_its_state_is_one_of_them(contract: Node) -> None:
    for page in contract["pages"].values():
        for each in page["lists"]:
            names = [column["name"] for column in each["columns"]]
            shown = [column["name"] for column in each["columns"] if not column["hidden"]]
            assert len(names) <= SHOWN or each["operation"] in COLUMNS, f"{each['operation']} is wide"
            assert shown == names[: len(shown)] or each["operation"] not in COLUMNS
            assert len(shown) <= SHOWN, each["operation"]
            assert {"state", "status"} & set(names) <= set(shown), each["operation"]


def test_what_is_sortable_is_a_column_that_the_list_orders_by(contract: Node, documents: Node) -> None:
    orders = {
        node["operationId"]: parameter["schema"]["x-columns"]
        for item in documents["admin"]["paths"].values()
        for node in item.values()
        for parameter in node.get("parameters", ())
        if parameter["name"] == "ordering" and "x-columns" in parameter["schema"]
    }
    for page in contract["pages"].values():
        for each in page["lists"]:
            sortable = {column["name"] for column in each["columns"] if column["sortable"]}
            assert sortable <= set(orders.get(each["operation"], ())), each["operation"]


def test_every_button_leads_to_an_operation_with_its_permission(
    contract: Node, operations: dict[str, Node]
) -> None:
    for page in contract["pages"].values():
        for _, action in actions_of(page):
            row = operations[action["operation"]]
            assert action["permission"] == row["permission_code"]
            assert action["title"] and action["title_en"]
            assert bool(action["confirm"]) == bool(action["confirm_en"])


def test_what_a_page_asks_for_in_a_path_can_be_chosen_by_its_noun(contract: Node, documents: Node) -> None:
    paths = documents["admin"]["paths"].values()
    found = {node["operationId"]: node for item in paths for node in item.values() if "operationId" in node}
    asked = {
        action["operation"]
        for page in contract["pages"].values()
        for action in [*page["actions"], *(each for each in page["lists"] if each["parents"])]
    }
    parts = [
        (name, each)
        for name in sorted(asked)
        for each in found[name].get("parameters", ())
        if each["in"] == "path"
    ]
    assert len(parts) > 10
    for name, part in parts:
        assert part["schema"]["x-ref"]["operation"] in found, name
        assert part["schema"]["title"] != "标识", name


def on_rows(contract: Node, models: PageModels) -> Iterator[tuple[str, Node]]:
    """(component of the row, action) of every button on a row, wherever the row is shown."""
    calls = {call.id: call for call in models.calls}
    for page in contract["pages"].values():
        for each in page["lists"]:
            row = models.columns.rows_of(calls[each["operation"]]) or ""
            below = {
                calls[part["operation"]].path: models.columns.rows_of(calls[part["operation"]])
                for part in each["related"]
                if not part["filter"]
            }
            for action in each["row_actions"] + each["bulk_actions"]:
                path = calls[action["operation"]].path
                own = [name for start, name in below.items() if name and path.startswith(f"{start}/{{")]
                yield (own or [row])[0], action
            for part in each["related"]:
                for action in part["row_actions"]:
                    yield below[calls[part["operation"]].path] or "", action
            for name, actions in (each["detail"] or {"parts": {}})["parts"].items():
                whole = component_of(calls[each["detail"]["operation"]].answer) or ""
                items = models.columns.resolved(models.schemas[whole]["properties"][name])["items"]
                yield from ((component_of(items) or "", action) for action in actions)


def test_an_action_applies_to_what_the_row_can_be(contract: Node, documents: Node) -> None:
    models = PageModels(documents["admin"])
    seen = {action["operation"] for page in contract["pages"].values() for _, action in actions_of(page)}
    for row, action in on_rows(contract, models):
        for name, values in action["when"].items():
            whole = models.columns.resolved(models.schemas[row]["properties"][name])
            said = set(values) - {None, SET}
            assert said <= set(whole.get("enum", (True, False))), action["operation"]
            assert said or whole.get("nullable") or whole["type"] == "string", action["operation"]
    assert set(ACTIONS) | ALWAYS <= seen


def test_what_changes_a_row_with_a_state_says_when_it_applies(contract: Node, documents: Node) -> None:
    models = PageModels(documents["admin"])
    unsaid = [
        action["operation"]
        for row, action in on_rows(contract, models)
        if {"state", "status"} & set(models.schemas[row]["properties"])
        and action["method"] != "GET"
        and not action["when"]
        and action["operation"] not in ALWAYS
    ]
    assert unsaid == []


def test_a_mark_of_time_says_that_what_sets_it_was_done(contract: Node, documents: Node) -> None:
    """What sets `revoked_at`, `lifted_at`, … of a row is not offered where it is set."""
    models = PageModels(documents["admin"])
    marks = {"revoked_at": "revoke", "undone_at": "undo", "performed_at": "perform", "replayed_at": "replay"}
    checked = set()
    for row, action in on_rows(contract, models):
        for mark, verb in marks.items():
            if action["operation"].endswith(f"_{verb}") and mark in models.schemas[row]["properties"]:
                checked.add(mark)
                assert mark in action["when"], action["operation"]
    assert checked == set(marks)


def test_what_takes_many_rows_or_one_of_another_list_is_a_button_of_the_row(contract: Node) -> None:
    lists = {each["operation"]: each for page in contract["pages"].values() for each in page["lists"]}
    for found in (BULK, BY_FIELD):
        for listed, taken in found.items():
            buttons = {action["operation"]: action for action in lists[listed]["row_actions"]}
            for operation, field in taken.items():
                assert buttons[operation]["ids"] == field
    paid = next(
        action
        for action in lists["bills_list"]["row_actions"]
        if action["operation"] == "payment_orders_create"
    )
    assert paid["when"] == {"is_payable": [True]}
    asked = lists["payment_orders_list"]["row_actions"]
    assert {action["operation"]: action["when"] for action in asked if action.get("ids")} == {
        "refund_requests_create": {"is_refundable": [True], "scene": ["registration", "outpatient"]}
    }


def test_buttons_of_a_row_begin_with_what_its_state_asks_for_and_end_with_dangers(contract: Node) -> None:
    for page in contract["pages"].values():
        for each in page["lists"]:
            dangers = [action["danger"] for action in each["row_actions"]]
            assert dangers == sorted(dangers), each["operation"]


def test_an_upload_has_its_template_beside_it(contract: Node) -> None:
    (imports,) = contract["pages"]["patient_imports"]["lists"]
    (upload,) = imports["uploads"]
    assert upload["template"]["operation"] == "patient_imports_template"
    assert upload["template"]["permission"] and upload["template"]["title"] == "下载导入模板"
    assert imports["exports"] == []


def test_what_is_dangerous_is_asked_or_filled_in_or_read_first(contract: Node) -> None:
    """No danger by one click: a question, a form, or what the row says before it is confirmed."""
    pages = [*contract["pages"].values(), contract["account"]]
    found = [action for page in pages for _, action in actions_of(page)]
    found += [
        action
        for page in pages
        for each in page["lists"]
        for part in each["related"]
        for action in part["row_actions"]
    ]
    assert sum(action["danger"] for action in found) > 30
    silent = {
        action["operation"]
        for action in found
        if action["danger"] and not (action["confirm"] or action["form"] or action["shows"])
    }
    assert silent == set()


#: Parts of the product in which one click makes a document of money.
MONEY = {"billing", "cashier", "inpatient", "payments", "prepaid", "receipts", "reconciliation"}
#: What another click takes back, or what only asks how things stand.
HARMLESS = {"bill_items_perform", "bill_items_undo_perform", "beds_clean", "beds_reopen", "e_receipts_query"}


def test_no_document_of_money_is_made_by_one_click(contract: Node) -> None:
    """What asks for no form says what it does, or shows what is done, before it is done."""
    found = {
        action["operation"]
        for page in contract["pages"].values()
        for each in page["lists"]
        for place in (
            each["row_actions"], each["toolbar"], *(part["row_actions"] for part in each["related"]),
            *(each["detail"] or {"parts": {}})["parts"].values(),
        )
        for action in place
        if action["method"] != "GET" and action["permission"].partition(".")[0] in MONEY
        and not (set(action["form"]) - {action.get("ids")} or action["confirm"] or action["shows"])
    }  # fmt: skip
    assert found == HARMLESS


def test_every_file_can_be_asked_for_with_what_a_form_can_ask(contract: Node, documents: Node) -> None:
    """What a download needs has a word and can be filled in; what stands beside a row needs nothing more."""
    paths = documents["admin"]["paths"].values()
    nodes = {node["operationId"]: node for item in paths for node in item.values() if "operationId" in node}
    files = {call.id for call in PageModels(documents["admin"]).calls if call.is_file}
    shown = {
        action["operation"] for page in contract["pages"].values() for _, action in actions_of(page)
    } & files
    asked = {
        name: [
            each
            for each in nodes[name].get("parameters", ())
            if each["in"] == "query" and each.get("required")
        ]
        for name in shown
    }
    assert len(shown) > 15 and sum(map(bool, asked.values())) >= 4
    for name, parameters in asked.items():
        for each in parameters:
            schema = each["schema"]
            assert schema["title"] and schema["x-title-en"], (name, each["name"])
            assert schema.get("format") != "uuid" or "x-ref" in schema, (name, each["name"])
    for page in contract["pages"].values():
        for each in page["lists"]:
            beside = [part["operation"] for part in each["related"]]
            beside += [action["template"]["operation"] for action in each["uploads"] if action["template"]]
            for name in beside:
                needs = [
                    p["name"]
                    for p in nodes[name].get("parameters", ())
                    if p["in"] == "query" and p.get("required")
                ]
                assert needs == [] or name not in files, name


def test_what_a_row_is_there_for_stands_first(contract: Node) -> None:
    lists = {each["operation"]: each for page in contract["pages"].values() for each in page["lists"]}

    def first(listed: str, **row: str) -> str:
        fitting = (
            action["operation"]
            for action in lists[listed]["row_actions"]
            if all(row.get(name, values[0]) in values for name, values in action["when"].items())
        )
        return str(next(fitting))

    assert first("clinic_sessions_list", state="draft") == "clinic_sessions_publish"
    assert first("queue_tickets_list", state="called") == "queue_tickets_start"


def test_money_is_read_before_it_is_taken_or_given(contract: Node, documents: Node) -> None:
    """What a person confirms is said by the row: columns that exist, the amount among them where money moves."""
    models = PageModels(documents["admin"])
    shown = {action["operation"]: (row, action["shows"]) for row, action in on_rows(contract, models)}
    for operation, (row, names) in shown.items():
        assert set(names) <= set(models.schemas[row]["properties"]), operation
    for operation in ("payment_orders_settle", "refunds_pay_out", "refund_requests_execute"):
        assert "amount_fen" in shown[operation][1]
    assert "fee_fen" in shown["appointments_settle"][1]


def test_what_changes_by_itself_is_told_by_values_that_the_column_can_have(
    contract: Node, documents: Node
) -> None:
    models = PageModels(documents["admin"])
    calls = {call.id: call for call in models.calls}
    seen = set()
    for page in contract["pages"].values():
        for each in page["lists"]:
            properties = models.schemas[models.columns.rows_of(calls[each["operation"]]) or ""]["properties"]
            for name, values in each["moving"].items():
                seen.add(each["operation"])
                column = models.columns.resolved(properties[name])
                assert set(values) <= set(
                    column.get("enum", (True, False) if column["type"] == "boolean" else ())
                )
    assert seen == set(MOVING) and "patient_imports_list" in seen


def test_what_stands_below_a_row_is_grouped_by_what_it_is_about(contract: Node) -> None:
    related = contract["pages"]["patient_archive"]["lists"][0]["related"]
    groups = [part["group"] for part in related]
    assert groups[0] == "患者" and all(part["group_en"] for part in related)
    assert len(related) > 15 and 3 < len(set(groups)) < 10
    assert [group for place, group in enumerate(groups) if groups[place - 1] != group or place == 0] == list(
        dict.fromkeys(groups)
    ), "a group stands together"


def divided(contract: Node) -> Iterator[tuple[str, list[str], list[Node]]]:
    """(operation, fields, groups) of every detail and every form."""
    for page in [*contract["pages"].values(), contract["account"]]:
        for each in page["lists"]:
            if each["detail"]:
                yield each["detail"]["operation"], each["detail"]["fields"], each["detail"]["groups"]
        for _, action in actions_of(page):
            yield action["operation"], action["form"], action["groups"]


def test_long_details_and_forms_are_divided_under_headings_that_hold_all_of_them(contract: Node) -> None:
    for operation, fields, groups in divided(contract):
        beside = {name for name in fields if f"{name[:-5]}_id" in fields and name.endswith("_name")}
        assert groups or len(set(fields) - beside) <= UNDIVIDED, operation
        held = [name for group in groups for name in group["fields"]]
        assert len(held) == len(set(held)) and set(held) in (set(fields), set()), (
            operation,
            set(fields) ^ set(held),
        )
        assert all(group["title"] and group["title_en"] for group in groups)


def test_every_group_is_of_a_component_and_of_its_fields(documents: Node) -> None:
    asked = sent(documents["admin"])
    fields: dict[str, set[str]] = {}
    for name, schema in documents["admin"]["components"]["schemas"].items():
        fields.setdefault(component(name, asked), set()).update(schema.get("properties", {}))
    together: dict[int, set[str]] = {}
    for name, groups in GROUPS.items():
        together.setdefault(id(groups), set()).update(fields[name])
    for name, groups in GROUPS.items():
        stray = {field for group in groups for field in group.fields} - together[id(groups)]
        assert stray == set(), (name, stray)


def test_what_is_done_to_many_rows_takes_their_ids_and_stands_beside_the_list(
    contract: Node, documents: Node
) -> None:
    models = PageModels(documents["admin"])
    calls = {call.id: call for call in models.calls}
    lists = {each["operation"]: each for page in contract["pages"].values() for each in page["lists"]}
    assert BULK.keys() <= lists.keys()
    for listed, found in BULK.items():
        assert {action["operation"]: action["ids"] for action in lists[listed]["bulk_actions"]} == found
        for operation, ids in found.items():
            body = models.schemas[calls[operation].body]["properties"]
            assert body[ids]["type"] == "array" and body[ids]["items"]["format"] == "uuid"
            beside = [action["operation"] for action in lists[listed]["toolbar"]]
            assert operation not in beside


def test_every_operation_of_a_page_stands_in_its_model_once(contract: Node) -> None:
    for code, page in contract["pages"].items():
        found = list(operations_of(page))
        assert len(found) == len(set(found)), code


def test_what_is_read_is_headed_by_a_noun(contract: Node) -> None:
    for code, page in contract["pages"].items():
        for each in page["lists"]:
            for part in (each, *each["related"]):
                assert not part["title"].startswith(("查询", "查看")), (code, part["operation"])
                assert not part["title_en"].startswith(("List ", "Read ")), (code, part["operation"])


def test_what_is_asked_for_by_a_body_is_no_second_button(contract: Node) -> None:
    shown = set(operations_of(contract["pages"]["patient_archive"]))
    assert "patients_export" in shown and not shown & {"patients_search", "patients_export_by_body"}


def test_routes_say_their_whole_path(contract: Node) -> None:
    paths = {route["name"]: route["path"] for route in contract["routes"]}
    assert paths["queue"] == "/queueing/queue" and len(set(paths.values())) == len(paths)


def test_a_patients_detail_holds_the_appointments_and_bills_of_the_patient(contract: Node) -> None:
    found = {part["operation"]: part for part in contract["pages"]["patient_archive"]["lists"][0]["related"]}
    lists = {each["operation"] for page in contract["pages"].values() for each in page["lists"]}
    for operation in ("appointments_list", "bills_list", "encounters_list", "admissions_list"):
        assert found[operation]["filter"] == "patient_id" and operation in lists
    assert found["bills_list"]["title"] == "账单" and found["bills_list"]["title_en"] == "Bills"


def test_my_account_holds_what_everybody_may_do_for_themselves(contract: Node) -> None:
    account = contract["account"]
    actions = {action["operation"] for _, action in actions_of(account)}
    assert {"auth_change_password", "auth_totp_enrol", "auth_sessions_end", "auth_sign_out_all"} <= actions
    assert "auth_sign_in" not in actions
    assert {each["operation"] for each in account["lists"]} == {"auth_sessions_list", "auth_notices_list"}


def test_the_menu_of_a_role_begins_with_pages_that_it_opens(contract: Node) -> None:
    opens = {route["name"]: set(route["meta"]["permissions"]) for route in contract["routes"]}
    for role in contract["roles"]:
        for code in role["first_pages"]:
            assert opens[code] & SYSTEM_ROLES[role["code"]].codes, (role["code"], code)


def test_a_print_hands_out_its_paper_to_who_may_make_it(contract: Node, documents: Node) -> None:
    """Whatever is named after printing leads to a file of the same row, by the same right."""
    models = PageModels(documents["admin"])
    calls = {call.id: call for call in models.calls}
    prints = {
        action["operation"]: action["then"]
        for page in contract["pages"].values()
        for each in page["lists"]
        for action in each["row_actions"]
        if action["title"].startswith(("打印", "补打")) or action["then"]
    }
    assert len(prints) >= 2
    for name, then in prints.items():
        assert then, f"{name} counts a print and gives nobody the paper"
        assert calls[then].is_file and calls[then].code == calls[name].code
        assert calls[then].path.count("{") == calls[name].path.count("{")


def test_money_that_is_counted_together_is_shown_before_it_is_confirmed(
    contract: Node, documents: Node
) -> None:
    calls = {call.id: call for call in PageModels(documents["admin"]).calls}
    previews = {
        action["operation"]: action["preview"]
        for page in contract["pages"].values()
        for each in page["lists"]
        for action in each["row_actions"]
        if action["preview"]
    }
    assert {"admissions_settle", "refund_requests_create"} <= previews.keys()
    for name, preview in previews.items():
        assert calls[preview].method == "get" and calls[preview].path.count("{") == 1, name


def test_a_row_is_chosen_among_those_to_which_it_may_be_done(documents: Node) -> None:
    paths = documents["admin"]["paths"]

    def offered(path: str, method: str = "post") -> Any:
        asked = paths[f"/api/admin/v1/{path}"][method]["parameters"]
        return next(each["schema"]["x-ref"] for each in asked if each["name"] == "id")["filters"]

    assert offered("admissions/{id}/settle") == {"status": "discharged", "may_be_settled": True}
    assert offered("appointments/{id}/check-in") == {"state": ["booked"]}


def test_what_partners_need_stands_together_in_the_menu(contract: Node) -> None:
    system = next(menu for menu in contract["menus"] if menu["path"] == "/system")
    names = {each["name"] for each in system["children"]}
    assert {"partner_applications", "webhook_endpoints", "webhook_deliveries"} <= names
