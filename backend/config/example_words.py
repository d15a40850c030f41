"""What the examples of the documents are made of: data of a hospital that could be real and is nobody's.

(pattern at the end of a property's name, values to try): the first one that the schema allows is shown. `name`, `code`
and the like follow the noun of their component: `department_name`.
"""

from typing import Any

ID_CARD, PHONE = "1****************8", "138****8000"
#: Components whose `name` is a patient's or a relative's, and those whose `name` is a colleague's.
PATIENTS = (
    "patient(_row|_export|_search)?|brief_patient|bind(ing)?|personal|find_admission|payer|(linked_)?patient|survivor|"
    "merged(_into)?"
)
RELATIVES = "((full|sensitive)_)?contact|related_person|relative|holder"
COLLEAGUES = (
    "staff(_create|_name)?|(bookable_|board_)?doctor|practitioner|myself|executor|manager|supervisor|requester|signer|"
    "substituted_for|[a-z_]*by|actor|clerk|receiver"
)
STAFF, PATIENT, RELATIVE = "李建国", "陈晓梅", "陈志远"

MERCHANT = {
    "mchid": "1900000109", "appid": "wx1234567890abcdef", "serial_no": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
    "private_key": "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----",
    "apiv3_key": "0123456789abcdef0123456789abcdef",
}  # fmt: skip

WEBHOOK_BODY = (
    '{"type":"appointment.booked","timestamp":"2026-03-16T01:30:00Z","sequence":12,'
    '"data":{"appointment_id":"0199c3a5-d1f2-7c3e-9a4b-8e21f0a7d6c5"}}'
)

#: Whole values of names that no pattern could find: maps, and lists of choices.
WHOLE: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("channel_quotas", ({"window": 1},)),
    ("id_kind", ("resident_id",)),
    ("follows_weekday|release_at", (None,)),
    ("opening_hours", ({"mon": ["08:00-12:00", "14:00-17:30"]},)),
    ("fields_map", ({"patient": "name1", "time": "time2"},)),
    ("consents", ({"privacy": "2026-03-16T09:30:00+08:00"},)),
    ("content", ({"note": "同意"},)),
    ("fields_to_complete", ({"note": "审批意见"},)),
    ("(shown_)?config", (MERCHANT,)),
    ("allowed_scopes", (["directory:read"],)),
    ("allowed_addresses", (["203.0.113.0/24"],)),
    ("event_types", (["appointment.booked", "appointment.cancelled"],)),
    ("menu_node_children|children", ([],)),
    ("client", ({"package": "prepay_id=wx260848351795654115", "timeStamp": "1795654115"},)),
    ("(moved|kept)", ({"appointments": 2}, 2)),
    ("counts", ({"waiting": 12},)),
    ("payload", ({"appointment_id": "0199c3a5-d1f2-7c3e-9a4b-8e21f0a7d6c5"},)),
    ("findings", ({"missing": 0},)),
    ("charge_codes", ({"western_medicine": "005", "treatment": "008"},)),
    ("permissions", (["identity.departments.view"],)),
    ("languages", (["普通话", "英语"],)),
    ("skills", (["冠状动脉造影"],)),
    ("tags", (["慢病随访"],)),
    ("recovery_codes", (["7H2K-9MPQ", "X4RT-W8ZC"],)),
    ("business_date", ("2026-03-13",)),
    ("month", ("2026-03",)),
    ("first_no|unused_from", ("00000001",)),
    ("last_no|unused_to", ("00000100",)),
    ("next_no|paper_no", ("00000042",)),
    ("linked_ids", ([],)),
    ("carried_until", (None,)),
    ("parameters", ({"group_by": "day"},)),
    ("report_definition_code|report", ("billing.income",)),
    ("(report|report_definition)_name|report_chart_title", ("收入与退款统计",)),
    ("report_schedule(_patched)?_name|schedule_name", ("收入日报",)),
    ("report_(parameter|column)_name|report_choice_value", ("day",)),
    ("report_(parameter|column|choice)_label", ("日期",)),
    ("report_series_name", ("收款金额",)),
)

NAMES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("department_name", ("心内科",)),
    ("hospital_name", ("第一医院",)),
    ("group_name", ("医汇医疗集团",)),
    ("branch_name", ("东院区",)),
    (f"({COLLEAGUES})_name", (STAFF,)),
    (f"({PATIENTS})_name", (PATIENT,)),
    (f"({RELATIVES})_name", (RELATIVE,)),
    ("pinyin", ("chenxiaomei",)),
    ("org_unit_name", ("心血管中心",)),
    ("parent_name", ("内科",)),
    ("position_name", ("科主任",)),
    ("(room|location|place)_name", ("门诊楼 3 层 302",)),
    ("queue_name", ("心内科普通门诊",)),
    ("(new|queue)_screen_name", ("3 层候诊大屏",)),
    ("(queue_priority|priority_in_force)_name", ("高龄优先",)),
    ("(role|role_copy|held_role|(executor|manager|supervisor)_role)_name", ("门诊医生",)),
    ("(module|permission)_name", ("医院与科室",)),
    ("menu_node_name", ("departments",)),
    ("dictionary_name", ("患者来源",)),
    ("patient_tag_name", ("慢病随访",)),
    ("(work_kind|kind|form)_name", ("随访任务",)),
    ("approval_step_name", ("科主任审批",)),
    ("merchant_account(_change)?_name", ("本院微信支付商户号",)),
    ("partner_application(_create)?_name", ("区域检验中心",)),
    ("((webhook|own)_)?endpoint(_create)?_name", ("预约通知",)),
    ("application_name", ("区域检验中心",)),
    ("file_name|(file|file_request)_name", ("患者名单.xlsx",)),
    ("([a-z_]*item|[a-z_]*charge)_name", ("十二导联心电图",)),
    ("(handler|owner|target|named)_name", ("心内科",)),
    ("owner_type_name", ("员工照片",)),
    ("name", ("心内科",)),
)

TITLES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("(staff(_create|_name)?|(bookable_|board_)?doctor|practitioner|title_count)_title", ("主任医师",)),
    ("menu(_meta)?_title", ("科室管理",)),
    ("(bill|[a-z_]*line|issue|reissue|push_bill|voucher)(_quote)?_title", ("门诊检查费",)),
    ("(message|inbox_message|subscribe_templates)_title", ("预约成功通知",)),
    ("offered_channel_title", ("微信支付",)),
    ("title_en", ("Departments",)),
    ("title", ("门诊检查费", "心内科")),
    ("(capture(d)?_field|captured_value)_label", ("主诉",)),
    ("(capture(d)?_field|captured_value|captures?)_key", ("chief_complaint",)),
    ("dictionary_item_label|entry_label", ("老患者介绍",)),
    ("dictionary_item_value|entry_value", ("referral",)),
    ("label", ("心内科",)),
    ("key", ("booking.days_ahead",)),
    ("hint", ("E0001",)),
    ("zh", ("启用",)),
    ("en", ("In force",)),
)

CODES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("department_code", ("cardiology",)),
    ("hospital_code", ("H3",)),
    ("org_unit_code", ("heart-centre",)),
    ("position_code", ("head",)),
    ("(held_)?role(_copy)?_code", ("outpatient_doctor",)),
    ("queue_kind", ("shared",)),
    ("dictionary_code", ("patient_source",)),
    ("menu_code", ("identity.departments.list",)),
    ("permission_code|permission", ("identity.departments.view",)),
    ("module_code|module", ("identity",)),
    ("(queue_priority|priority_in_force)_code|priority", ("elderly",)),
    ("lookup_code", ("patient_source",)),
    ("work_(duty|item)_kind|work_kind_code", ("follow_up",)),
    ("[a-z_]*(item|charge)_code", ("XD0012",)),
    ("((work_)?approval_step|step)_code", ("head",)),
    ("(totp_)?code", ("123456", "A001")),
    ("recovery_code", ("7H2K-9MPQ",)),
    ("(e_)?check_code", ("a7f03c",)),
    ("e_code", ("11010126",)),
    ("error_code", ("timeout",)),
    ("report_code", ("DELIVRD",)),
)

NUMBERS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("mrn", ("M00000123",)),
    ("(card_no|card_number|card_numbers)", ("880100000123",)),
    ("licence_no", ("110101000012345",)),
    ("insurance_no", ("110105199003071234",)),
    ("employee_no", ("E0001",)),
    ("appointment_no", ("GH260316000001",)),
    ("encounter_no", ("JZ260316000001",)),
    ("admission_no", ("ZY260316000001",)),
    ("bill_no", ("ZD260316000001",)),
    ("order_no|out_trade_no", ("ZF260316000001",)),
    ("(channel_)?refund_no", ("TK260316000001",)),
    ("voucher_no", ("PZ260316000001",)),
    ("invoice_no", ("25117000000012345678",)),
    ("(transaction_id|channel_refund_id)", ("4200202603160000014371996786",)),
    ("provider_id", ("900619746936498440",)),
    ("admission_external_id", ("HIS-ZY-0001",)),
    ("(reverses_)?external_id", ("HIS-0001",)),
    ("subject_(type|kind)", ("billing.bill",)),
    ("request_id", ("0199c3a5d1f27c3e9a4b8e21f0a7d6c5",)),
    ("e_receipt_number|invoice_number", ("25117000000012345678",)),
    ("number", ("25117000000012345678", "12345678", 12)),
    ("(fee|price|amount|total|charge)_fen", (5000,)),
    ("fen", (5000,)),
    ("total_slots", (30,)),
    ("capacity_per_slot", (3,)),
    ("slot_minutes", (30,)),
    ("capacity|quota", (30,)),
    ("page", (1,)),
    ("page_size", (20,)),
    ("expires_in", (3600,)),
    ("year", (2026,)),
    ("weekday", (1,)),
)

TEXTS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("colour", ("#3366CC",)),
    ("owner_type", ("identity.portrait",)),
    ("(media_type|file_type)", ("image/png",)),
    (
        "(checksum|digest|last_seal_mac)",
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",),
    ),
    ("(phone|mobile)", (PHONE, "13800138000", "+8613800138000")),
    ("(id_number|national_id|identity_no|document_no|id_no)", (ID_CARD, "110000199003070028")),
    ("address", ("北京市海淀区中关村大街 1 号",)),
    ("gender", ("female",)),
    ("(birth_date|birthday|date_of_birth)", ("1990-03-07",)),
    ("username", ("li.jianguo",)),
    ("new_password", ("another horse 7 staple",)),
    ("password", ("correct horse 9 staple",)),
    ("token_type_hint", ("access_token",)),
    ("token", ("4f1d0c7be2a94b0e8f6a",)),
    ("channel", ("wechat_pay",)),
    ("application", ("miniprogram",)),
    ("introduction", ("擅长冠心病、高血压的诊治",)),
    ("(reason|remark|note|comment|cancel_reason|outcome)", ("临时有事",)),
    ("reasons", ("预约时间不合适",)),
    ("openid", ("o6_bmjrPTlm6_2sgVt7hMZOPfL2M",)),
    ("(next|previous)", ("https://hospital.example/?cursor=cD0wMTk5",)),
    ("speciality", ("冠心病介入",)),
    ("(location|place)", ("门诊楼 3 层 302",)),
    ("building", ("门诊楼",)),
    ("floor", ("3F",)),
    ("room", ("302",)),
    ("directions", ("门诊楼 3 层电梯出口右转",)),
    ("relation", ("配偶",)),
    ("occupation", ("教师",)),
    ("industry", ("教育",)),
    ("allergies", ("青霉素",)),
    ("history", ("无",)),
    ("diagnosis", ("冠状动脉粥样硬化性心脏病",)),
    ("ward", ("心内科一病区",)),
    ("bed", ("12",)),
    ("spec", ("12 导联",)),
    ("unit", ("次",)),
    ("vip_level", ("金卡",)),
    ("source", ("老患者介绍",)),
    ("referrer", ("王芳",)),
    ("dictionary", ("",)),
    ("tag", ("慢病随访",)),
    ("search", ("陈晓梅",)),
    ("desk", ("3 号诊台",)),
    ("(picture|portrait)_url", ("/api/miniprogram/v1/pictures/019ad5c4-5f0e-7c3e-9a4b-8e21f0a7d6c5",)),
    ("notify_url", ("https://hospital.example/callbacks/payments/wechat_pay",)),
    ("((webhook_)?|own_)endpoint(_create)?_url", ("https://203.0.113.10/webhooks",)),
    ("(url|uri)", ("https://hospital.example/file",)),
    ("scene", ("appointment_booked",)),
    ("template_ids?", ("qK8Zt3mUo0cN4yXr2bVw7sLd1eFg6hJ5", "SMS_123456789")),
    ("delivery_detail_body", (WEBHOOK_BODY,)),
    ("reply", ("ok",)),
    (
        "((webhook|own)_)?endpoint_(create_|secret_)?secret",
        ("whsec_q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=",),
    ),
    ("text(_zh)?", ("您已预约心内科李建国医生,3 月 17 日 08:30。",)),
    ("text_en", ("You are booked with Dr Li Jianguo, Cardiology, 17 March 08:30.",)),
    ("client_id", ("partner-0199c3a5",)),
    ("(client_secret|secret)", ("s3cr3t-shown-once",)),
    ("scope", ("directory:read",)),
    ("grant_type", ("client_credentials",)),
    ("token_type", ("Bearer",)),
    ("error", ("invalid_client",)),
    ("error_description", ("The client is unknown or its secret is wrong.",)),
    ("ip", ("192.0.2.1",)),
    ("device", ("iPhone 15",)),
    ("nickname", ("梅子",)),
    ("path", ("/identity/departments",)),
    ("component", ("identity/departments",)),
    ("icon", ("office-building",)),
    ("time", ("08:30:00",)),
    ("(actor|owner|executor|manager|supervisor|by_staff|account_owner|recipient)", (STAFF,)),
    ("(method|action)", ("PATCH", "change")),
    ("(object_type|ref_type)", ("identity.department",)),
    ("object_id", ("0199c3a5-d1f2-7c3e-9a4b-8e21f0a7d6c5",)),
    ("topic", ("scheduling.appointment_booked",)),
    ("handler", ("messaging.tell_of_booking",)),
    ("(error_detail|failure|detail)", ("通道超时,稍后重试",)),
    ("(description|form|column|cell)", ("姓名",)),
)

MOMENTS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("since", ("2026-03-16T08:00:00+08:00",)),
    ("(starts_at|started_at)", ("2026-03-16T08:00:00+08:00",)),
    ("(ends_at|ended_at|until|expires_at|due_at)", ("2026-03-16", "2026-03-20T17:30:00+08:00")),
    ("valid_until", ("2026-12-31", "2026-12-31T17:30:00+08:00")),
    ("(last_date|date_to)", ("2026-03-20",)),
)

FLAGS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("count_capped|has_next|is_hidden|confirm_duplicate|unmasked|is_provisional|is_guardian", (False,)),
)

API_EXAMPLE_WORDS = WHOLE + NAMES + TITLES + CODES + NUMBERS + TEXTS + MOMENTS + FLAGS
