"""Columns of the patient table that people fill in or take away: Chinese titles, choices, reasons."""

from apps.patients.models import Gender, IdKind

#: Title → field, in the order of the template. 姓名 is required.
COLUMNS: dict[str, str] = {
    "姓名": "name", "性别": "gender", "出生日期": "birth_date", "证件类型": "id_kind", "证件号码": "national_id",
    "手机号": "phone", "地址": "address", "职业": "occupation", "行业": "industry", "医保号": "insurance_no",
    "来源": "source", "介绍人": "referrer", "VIP等级": "vip_level", "过敏史": "allergies", "病历号": "mrn",
    "就诊卡号": "card_number",
}  # fmt: skip
TITLES = {field: title for title, field in COLUMNS.items()}
REQUIRED = ("name",)
SAMPLE = (
    "张三", "男", "1990-03-07", "居民身份证", "110101199003070134", "13800138000", "北京市东城区东长安街1号", "职员",
    "教育", "", "自然到院", "", "普通", "青霉素", "", "",
)  # fmt: skip
GENDERS = {"男": Gender.MALE, "女": Gender.FEMALE, "未知": Gender.UNKNOWN, "": Gender.UNKNOWN}
ID_KINDS = {
    "居民身份证": IdKind.RESIDENT_ID, "身份证": IdKind.RESIDENT_ID, "港澳居民来往内地通行证": IdKind.HK_MACAO_PERMIT,
    "台湾居民来往大陆通行证": IdKind.TAIWAN_PERMIT, "外国人永久居留身份证": IdKind.FOREIGN_PERMANENT_RESIDENT,
    "护照": IdKind.PASSPORT, "无": IdKind.NONE,
}  # fmt: skip
#: Fields whose cells name an entry of a dictionary, by label or by value.
DICTIONARIES = {
    "occupation": "occupation", "industry": "industry", "source": "patient_source", "vip_level": "vip_level",
}  # fmt: skip
LONGEST = {
    "name": 80, "address": 255, "insurance_no": 32, "referrer": 80, "allergies": 2000, "mrn": 32, "card_number": 32,
    "national_id": 32, "phone": 32,
}  # fmt: skip
REASONS = {
    "required": "必填项为空",
    "too_long": "内容过长",
    "unknown_choice": "不是可选的值",
    "bad_date": "日期无效,请使用 1990-03-07 的格式",
    "bad_document": "证件号码与证件类型不符或校验未通过",
    "bad_phone": "手机号格式不正确",
    "bad_number": "只能由字母、数字和连字符组成",
    "disagrees": "与证件号码中的信息不一致",
    "duplicate_in_file": "与文件中第 {row} 行重复",
    "duplicate_on_file": "该患者已建档",
    "unknown_column": "无法识别的列",
    "missing_column": "缺少必需的列",
}


def reason(problem: dict[str, object]) -> str:
    """What is wrong, for people."""
    return REASONS[str(problem["code"])].format(row=problem.get("row", ""))
