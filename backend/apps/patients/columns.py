"""Columns of the patient table that people fill in or take away: titles, choices, words."""

from apps.imports.reasons import Words
from apps.imports.services.reading import RESULT
from apps.patients.models import Gender, IdKind
from kernel.sheets import IGNORED, Form, bare_title

#: Title → field, in the order of the template. 姓名 is required.
COLUMNS: dict[str, str] = {
    "姓名": "name", "性别": "gender", "出生日期": "birth_date", "证件类型": "id_kind", "证件号码": "national_id",
    "手机号": "phone", "地址": "address", "职业": "occupation", "行业": "industry", "医保号": "insurance_no",
    "来源": "source", "介绍人": "referrer", "VIP等级": "vip_level", "过敏史": "allergies", "病历号": "mrn",
    "就诊卡号": "card_number", "标签": "tags",
}  # fmt: skip
#: What other systems call these columns.
ALIASES: dict[str, tuple[str, ...]] = {
    "name": ("患者姓名", "病人姓名", "名字", "患者"), "gender": ("患者性别",),
    "birth_date": ("生日", "出生年月日", "出生日", "出生年月"), "id_kind": ("证件种类", "证件名称"),
    "national_id": ("身份证号", "身份证号码", "身份证", "证件号", "居民身份证号", "身份证件号码"),
    "phone": ("手机", "手机号码", "电话", "联系电话", "电话号码", "移动电话", "联系方式", "本人电话"),
    "address": ("住址", "家庭住址", "家庭地址", "联系地址", "现住址", "居住地址", "通讯地址"),
    "insurance_no": ("医保卡号", "医保号码", "医保编号", "社保号", "社保卡号"),
    "source": ("患者来源", "来源渠道"), "referrer": ("推荐人",), "vip_level": ("会员等级",),
    "allergies": ("过敏", "药物过敏史"), "mrn": ("病历号码", "病案号", "门诊号"),
    "card_number": ("卡号", "诊疗卡号", "就诊卡", "就诊卡号码"), "tags": ("患者标签", "类别"),
}  # fmt: skip
TITLES = {field: title for title, field in COLUMNS.items()}
#: Bare title → field: the template's, the aliases, the field's own name.
KNOWN_TITLES = dict.fromkeys(("序号", "行号", "no.", "no", "#", *RESULT), IGNORED) | {
    bare_title(title): field
    for field, titles in ((f, (TITLES[f], f, *ALIASES.get(f, ()))) for f in TITLES)
    for title in titles
}
REQUIRED = {"name": TITLES["name"]}
TABLE = Form("table", "患者表格", "Table of patients", KNOWN_TITLES, REQUIRED)
SAMPLE = (
    "张三", "男", "1990-03-07", "居民身份证", "110101199003070134", "13800138000", "北京市东城区东长安街1号", "职员",
    "教育", "", "自然到院", "", "普通", "青霉素", "", "", "",
)  # fmt: skip
GENDERS = {
    "男": Gender.MALE, "女": Gender.FEMALE, "未知": Gender.UNKNOWN, "": Gender.UNKNOWN, "男性": Gender.MALE,
    "女性": Gender.FEMALE, "m": Gender.MALE, "f": Gender.FEMALE, "male": Gender.MALE, "female": Gender.FEMALE,
    "1": Gender.MALE, "2": Gender.FEMALE, "0": Gender.UNKNOWN, "9": Gender.UNKNOWN, "1-男": Gender.MALE,
    "2-女": Gender.FEMALE,
    "先生": Gender.MALE, "女士": Gender.FEMALE, "男士": Gender.MALE, "5": Gender.UNKNOWN,
    "不详": Gender.UNKNOWN, "未说明": Gender.UNKNOWN, "unknown": Gender.UNKNOWN,
}  # fmt: skip
ID_KINDS = {
    "居民身份证": IdKind.RESIDENT_ID, "身份证": IdKind.RESIDENT_ID, "港澳居民来往内地通行证": IdKind.HK_MACAO_PERMIT,
    "台湾居民来往大陆通行证": IdKind.TAIWAN_PERMIT, "外国人永久居留身份证": IdKind.FOREIGN_PERMANENT_RESIDENT,
    "护照": IdKind.PASSPORT, "无": IdKind.NONE, "居民户口簿": IdKind.RESIDENT_ID,
    "户口簿": IdKind.RESIDENT_ID, "户口本": IdKind.RESIDENT_ID,
    "港澳通行证": IdKind.HK_MACAO_PERMIT,
    "港澳居民居住证": IdKind.HK_MACAO_PERMIT, "回乡证": IdKind.HK_MACAO_PERMIT, "台胞证": IdKind.TAIWAN_PERMIT,
    "台湾居民居住证": IdKind.TAIWAN_PERMIT, "台湾通行证": IdKind.TAIWAN_PERMIT,
    "台湾居民来往内地通行证": IdKind.TAIWAN_PERMIT,
    "外国人永久居留证": IdKind.FOREIGN_PERMANENT_RESIDENT, "外国护照": IdKind.PASSPORT, "中国护照": IdKind.PASSPORT,
}  # fmt: skip
#: Fields whose cells name an entry of a dictionary, by label or by value.
DICTIONARIES = {
    "occupation": "occupation", "industry": "industry", "source": "patient_source", "vip_level": "vip_level",
}  # fmt: skip
MAX_LENGTH = {
    "name": 80, "address": 255, "insurance_no": 32, "referrer": 80, "allergies": 2000, "mrn": 32, "card_number": 32,
    "national_id": 32, "phone": 32,
}  # fmt: skip
#: Code → what is wrong, beside the words that all imports have.
WORDS: Words = {
    "no_person": ("像是合计、页脚或空值,不是患者姓名", "A total, a footer or an empty value, no patient."),
    "no_such_day": ("没有这一天", "There is no such day."),
    "date_range": ("出生日期不可能", "Nobody was born then."),
    "placeholder_date": ("默认日期,不是出生日期,请留空", "It stands for no date; leave it empty."),
    "possible_duplicate": (
        "本院已有姓名相同且出生日期或手机号相同的档案,仍会新建档案,请核对是否为同一人",
        "Somebody of that name and birth date or phone is on file; it is taken in all the same: compare them.",
    ),
    "bad_card": ("应为 4 到 32 位字母或数字", "4 to 32 letters or digits are expected."),
    "bad_name": (
        "姓名只能包含文字、数字、间隔号、连字符、括号和空格,不能以符号开头",
        "Letters, dots and blanks are expected, and no sign at the beginning.",
    ),
    "bad_date": ("日期无效,请使用 1990-03-07 的格式", "No date; write it as 1990-03-07."),
    "serial_date": (
        "单元格是数字 {shown} 而不是日期,请把该列设为日期格式或写成 1990-03-07",
        "The cell holds the number {shown}, no date; format it as a date or write 1990-03-07.",
    ),
    "bad_document": ("证件号码与证件类型不符或校验未通过", "The number does not fit the kind of document."),
    "bad_phone": ("手机号格式不正确,应为 11 位大陆手机号", "A mainland mobile number of 11 digits is expected."),
    "bad_number": ("只能由字母、数字和连字符组成", "Only letters, digits and hyphens."),
    "disagrees": ("与证件号码中的信息不一致", "It is not what the document's number says."),
    "duplicate_on_file": ("该患者已建档(病历号 {mrn})", "The patient is on file ({mrn})."),
    "other_person": (
        "该号码在档案中属于另一位患者(病历号 {mrn}),姓名不同,请核对",
        "On file this number belongs to another patient ({mrn}) with another name.",
    ),
    "on_file": ("该行属于已建档的人员", "The row belongs to somebody on file."),
    "too_many_on_file": (
        "过多的行属于您无权查看的已建档人员(每人每天最多 {limit} 行),未导入;请明天再试或由可查看全院患者的人员导入",
        "Too many rows belong to people on file whom you may not see (at most {limit} a day); nothing was imported.",
    ),
    "other_person_in_file": (
        "与文件中第 {row} 行号码相同而姓名不同,请核对", "Row {row} of the file has the same number and another name."
    ),
    "other_numbers": ("第一个手机号以外的号码", "Numbers beside the first mobile"),
    "no_mobile": ("没有 11 位手机号,其他号码", "No mobile number; other numbers"),
    "no_year": ("生日没有年份", "A birthday without a year"),
    "ambiguous_date": ("{shown} 的月和日无法区分", "Month and day of {shown} can't be told apart"),
    "unknown_tag": ("没有标签“{shown}”", "There is no tag {shown}"),
    "no_right_to_tag": ("您没有打标签的权限", "You may not put tags on patients"),
}  # fmt: skip
NOTES: dict[str, str] = {
    "name": "必填。少数民族姓名请使用间隔号“·”。", "gender": "男、女、未知;填写了身份证号可留空。",
    "birth_date": "格式 1990-03-07;填写了身份证号可留空。",
    "id_kind": "居民身份证、港澳居民来往内地通行证、台湾居民来往大陆通行证、外国人永久居留身份证、护照、无;"
    "留空且有号码时视为居民身份证。",
    "national_id": "请保持为文本格式,否则 15 位以后的数字会丢失。", "phone": "11 位大陆手机号。",
    "insurance_no": "4 到 32 位字母或数字,请保持为文本格式。", "card_number": "4 到 32 位字母或数字,请保持为文本格式。",
    "mrn": "留空则自动编号。", "occupation": "数据字典“职业”中的名称。", "industry": "数据字典“行业”中的名称。",
    "source": "数据字典“患者来源”中的名称。", "vip_level": "数据字典“VIP等级”中的名称。",
    "tags": "患者标签中的名称,多个用分号隔开。",
}  # fmt: skip


def notes() -> list[tuple[str, str]]:
    """What the template's second sheet says of each column."""
    return [("列", "说明"), *((title, NOTES.get(field, "选填。")) for title, field in COLUMNS.items())]
