from apps.patients.categories import Category
from apps.patients.models.capture import FieldKind, Stage
from apps.patients.models.card import Relationship
from apps.patients.models.care_team import CareRole
from apps.patients.models.merge import PairState
from apps.patients.models.patient import Gender, IdKind
from kernel.known_words import object_words
from kernel.words import (
    Key,
    ValueWords,
    acts,
    choices,
    dictionary,
    keys,
    known,
    objects,
    of,
    operations,
    properties,
    references,
    resources,
    technical,
    unmasked,
    values,
)

REASONS = {
    "same_id_number": ValueWords("证件号相同", "Same id number"), "same_phone": ValueWords("手机号相同", "Same phone"),
    "same_name": ValueWords("姓名相同", "Same name"), "same_pinyin": ValueWords("姓名同音", "Names sound alike"),
    "same_birth_date": ValueWords("出生日期相同", "Same birth date"),
    "same_gender": ValueWords("性别相同", "Same gender"),
    "different_id_number": ValueWords("证件号不同", "Different id numbers"),
}  # fmt: skip


def reason_words() -> dict[str, ValueWords]:
    """Why two archives may be of one person."""
    return REASONS


def _moved_keys() -> dict[str, Key]:
    """Rows that a merge moves, by the labels of their tables."""
    return {label: Key(words.zh, words.en) for label, words in object_words().items()}


known("LikenessReason", reason_words, "reasons", "DuplicatePair", "Candidate")
technical("TimelineEntry", "ref_type")
technical("CareTeamMember", "shared_by")
keys(_moved_keys, "moved")
properties(
    age=("年龄", "Age"), allergies=("过敏史", "Allergies"), birth_date=("出生日期", "Birth date"),
    by_id=("操作人", "By"), by_name=("操作人姓名", "By"), can_change=("可修改", "May change"),
    card_number=("就诊卡号", "Card number"), card_numbers=("就诊卡号", "Card numbers"),
    cardiac_history=("心脏病史", "Cardiac history"), consents=("知情同意", "Consents"),
    contacts=("联系人", "Contacts"), dictionary=("数据字典", "Dictionary"),
    duplicate_reason=("重复建档原因", "Why it is filed again"),
    hereditary_history=("家族遗传史", "Hereditary history"), id_kind=("证件类型", "Kind of document"),
    industry=("行业", "Industry"), insurance_no=("医保号", "Insurance number"),
    is_default=("默认就诊人", "By default"), is_guardian=("监护人", "Guardian"),
    is_provisional=("临时档案", "Provisional"), kept_fields=("保留的字段", "Fields kept"),
    linked_patient_id=("关联患者", "Own archive"), linked_patient_name=("关联患者姓名", "Own archive"),
    may_capture=("可填写", "May fill in"), merge=("合并记录", "Merge"), merged_id=("被合并档案", "Merged archive"),
    merged_into_id=("合并到", "Merged into"), merged_into_name=("合并到的患者", "Merged into"),
    merged_name=("被合并患者", "Merged archive"), merged_version=("被合并档案版本", "Its version"),
    moved=("已转移", "Moved"), national_id=("证件号码", "Document number"),
    not_revived=("未恢复的关系", "Not revived"), occupation=("职业", "Occupation"),
    other_id=("另一患者", "The other patient"), patient=("患者", "Patient"), patient_id=("患者", "Patient"),
    patient_ids=("患者列表", "Patients"), patient_name=("患者姓名", "Patient"), reasons=("理由", "Reasons"),
    ref_id=("来源标识", "Reference id"), ref_type=("来源类型", "Reference kind"), referrer=("介绍人", "Referrer"),
    registered_at=("建档时间", "Registered"), relation=("关系", "Relation"),
    relationship=("与账号的关系", "Relationship"), score=("相似度", "Score"), seen_at=("发现时间", "Seen"),
    shared_by=("分享人", "Shared by"), shared_by_name=("分享人", "Shared by"),
    survivor_id=("保留档案", "Surviving archive"),
    survivor_name=("保留患者", "Surviving archive"), tag=("标签", "Tag"), tags=("标签", "Tags"),
    take_from_merged=("取自被合并档案", "Taken from the merged one"), undone_at=("撤销时间", "Undone"),
    undone_by_id=("撤销人", "Undone by"), undone_by_name=("撤销人姓名", "Undone by"), undone=("已撤销", "Was undone"),
    unmasked=("显示完整内容", "Unmasked"), valid_until=("有效期至", "Valid until"),
    verified_by_id=("核验人", "Verified by"), verified_by_name=("核验人姓名", "Verified by"),
    vip_level=("VIP 等级", "VIP level"), without=("缺少", "Without"), binding_id=("就诊人", "Person"),
    confirm_duplicate=("确认重复建档", "File it all the same"), profile=("个人档案", "Personal file"),
)  # fmt: skip
of(
    "Patient", "PatientRow", "BriefPatient", "Personal", "PersonalEdit", "Contact", "FullContact", "RelatedPerson",
    "SensitiveContact", "Bind", "Binding", "Profile", name=("姓名", "Name"),
)  # fmt: skip
of("Patient", "PatientRow", "BriefPatient", "PatientExport", "PatientSearch", source=("来源渠道", "Source"))
of("CareTeamMember", "Join", role=("照护角色", "Role"))
of("CaptureField", "CapturedField", "CapturedValue", label=("字段名称", "Label"), key=("字段标识", "Key"))
of("PatientTag", name=("标签", "Tag"))
of("TimelineEntry", kind=("事件", "Event"), title=("标题", "Title"))

keys(
    lambda: {
        "privacy": Key("隐私政策", "Privacy policy"), "photo": Key("影像资料使用", "Use of pictures"),
        "marketing": Key("健康资讯与活动通知", "News and offers"),
    },
    "consents",
)  # fmt: skip
references(
    "patients", "patient_id", "patient_ids", "other_id", "merged_id", "survivor_id", "merged_into_id",
    "linked_patient_id",
)  # fmt: skip
references("staff", "by_id", "undone_by_id", "verified_by_id")

_FILES = (
    "Patient", "PatientRow", "BriefPatient", "Personal", "PersonalEdit", "PatientSearch", "PatientExport",
    "patients_list", "patients_export", "patients_options_list",
)  # fmt: skip
dictionary("occupation", "occupation", *_FILES)
dictionary("industry", "industry", *_FILES)
dictionary("patient_source", "source", *_FILES)
dictionary("vip_level", "vip_level", *_FILES)
unmasked("patients_sensitive", "Patient", "PatientRow", "Contact", "FullContact", "RelatedPerson")

resources(
    patients=("患者档案", "patient", "patients"),
    patient_capture_fields=("采集项", "capture field", "capture fields"),
    patient_duplicates=("疑似重复档案", "possible duplicate", "possible duplicates"),
    patient_imports=("患者导入", "import of patients", "imports of patients"),
    patient_imports_problems=("导入问题", "problem of an import", "problems of an import"),
    patient_merges=("合并记录", "merge", "merges"), patient_tags=("患者标签", "patient tag", "patient tags"),
    patients_cards=("患者就诊卡", "card of a patient", "cards of a patient"),
    patients_care_team=("照护团队", "member of the care team", "care team of a patient"),
    patients_duplicates=("疑似重复", "possible duplicate", "possible duplicates of a patient"),
    patients_related_persons=("联系人", "contact", "contacts of a patient"),
    patients_timeline=("患者时间线", "timeline entry", "a patient's timeline"),
    patients_categories=("患者分类", "category", "categories of patients"),
    cards_bindings=("绑定的就诊人", "bound person", "bound persons"),
)  # fmt: skip

operations(
    patient_duplicates_reopen=("撤销非重复结论", "Take back that they are different people"),
    patient_duplicates_scan=("扫描重复档案", "Scan for duplicates"),
    patient_imports_apply=("执行导入", "Apply an import"), patient_imports_cancel=("放弃导入", "Cancel an import"),
    patient_imports_create=("上传患者文件", "Upload a file of patients"),
    patient_imports_report=("下载问题清单", "Download the problems"),
    patient_imports_result=("下载导入结果", "Download the result"),
    patient_imports_template=("下载导入模板", "Download the template"),
    patient_merges_undo=("撤销合并", "Undo a merge"), patient_tags_put_on=("批量打标签", "Put a tag on patients"),
    patient_tags_take_off=("批量去标签", "Take a tag off patients"),
    patients_captures=("查看采集信息", "Read what was captured"),
    patients_captures_history=("采集历史", "History of what was captured"),
    patients_captures_booking_create=("填写预约采集", "Capture at booking"),
    patients_captures_reception_create=("填写接待采集", "Capture at reception"),
    patients_captures_triage_create=("填写分诊采集", "Capture at triage"),
    patients_captures_consultation_create=("填写咨询采集", "Capture at the consultation"),
    patients_captures_examination_create=("填写检查采集", "Capture at the examination"),
    patients_captures_member_follow_up_create=("填写会员随访采集", "Capture at a member's follow-up"),
    patients_cards_activate=("恢复就诊卡", "Activate a card"),
    patients_cards_deactivate=("挂失就诊卡", "Deactivate a card"),
    patients_cards_create=("发放就诊卡", "Issue a card"), patients_care_team_end=("结束照护关系", "End a relation"),
    patients_care_team_share=("分享患者", "Share a patient"),
    patients_distinct=("标记非同一人", "These are two people"), patients_merge=("合并档案", "Merge archives"),
    patients_related_persons_verify=("核验监护人", "Verify a guardian"),
    patients_promote=("临时档案转正", "Put a provisional archive on file"),
    patients_sensitive=("查看患者敏感信息", "Read the unmasked values"),
    patients_export=("导出患者", "Export patients"),
    patients_export_by_body=("导出患者(条件在请求体)", "Export patients, asked for by a body"),
    patients_search=("搜索患者", "Search patients"), cards_bindings_default=("设为默认就诊人", "Make it the default"),
    cards_bindings_patient=("个人档案", "The bound person's archive"),
    cards_bindings_patient_change=("修改个人档案", "Change the bound person's archive"),
    cards_bindings_unbind=("解绑就诊卡", "Unbind a card"), cards_bindings_create=("绑定就诊卡", "Bind a card"),
    cards_profiles_list=("我的个人档案", "My personal files"),
    cards_filings_create=("在线建档", "File a person online"),
)  # fmt: skip

values(Gender, {"male": ("男", "Male"), "female": ("女", "Female"), "unknown": ("未知", "Unknown")})
values(IdKind, {
    "resident_id": ("居民身份证", "Resident ID"),
    "hk_macao_permit": ("港澳居民来往内地通行证", "Hong Kong/Macao permit"),
    "taiwan_permit": ("台湾居民来往大陆通行证", "Taiwan permit"),
    "foreign_permanent_resident": ("外国人永久居留身份证", "Foreigner's residence permit"),
    "passport": ("护照", "Passport"), "none": ("无证件", "None"),
})  # fmt: skip
values(Stage, {
    "booking": ("预约", "Booking"), "reception": ("接待", "Reception"), "triage": ("分诊", "Triage"),
    "consultation": ("咨询", "Consultation"), "examination": ("检查", "Examination"),
    "member_follow_up": ("会员回访", "Member's follow-up"),
})  # fmt: skip
values(FieldKind, {
    "text": ("文本", "Text"), "number": ("数字", "Number"), "date": ("日期", "Date"),
    "choice": ("单选", "One of a list"), "multi": ("多选", "Several of a list"), "bool": ("是否", "Yes or no"),
})  # fmt: skip
values(Relationship, {"self": ("本人", "Self"), "other": ("他人", "Somebody else")})
values(CareRole, {
    "attending": ("主治医生", "Attending doctor"), "examining": ("检查人员", "Examiner"),
    "consultant": ("咨询师", "Consultant"), "online_consultant": ("线上咨询师", "Online consultant"),
    "follow_up_owner": ("随访负责人", "Owner of the follow-up"), "shared": ("分享", "Shared"),
})  # fmt: skip
values(PairState, {"open": ("待处理", "Open", "warning"), "distinct": ("非同一人", "Two people")})
values(Category, {
    "tag": ("标签", "Tag"), "source": ("来源渠道", "Source"), "vip_level": ("VIP 等级", "VIP level"),
    "occupation": ("职业", "Occupation"), "industry": ("行业", "Industry"), "gender": ("性别", "Gender"),
})  # fmt: skip
choices({
    "address": ("地址", "Address"), "identity": ("身份信息", "Identity"), "industry": ("行业", "Industry"),
    "insurance_no": ("医保号", "Insurance number"), "name": ("姓名", "Name"), "occupation": ("职业", "Occupation"),
    "phone": ("电话", "Phone"), "referrer": ("介绍人", "Referrer"), "source": ("来源渠道", "Source"),
    "vip_level": ("VIP 等级", "VIP level"),
})  # fmt: skip

objects({
    "patients.capturefield": ("采集项", "Capture field"),
    "patients.capturedvalue": ("采集内容", "Captured value"),
    "patients.cardbinding": ("就诊卡绑定", "Binding of a card"),
    "patients.patientcard": ("就诊卡", "Card"),
    "patients.careteammember": ("照护团队成员", "Member of a care team"),
    "patients.patientmerge": ("档案合并", "Merge of patients"),
    "patients.patient": ("患者档案", "Patient"),
    "patients.relatedperson": ("联系人", "Contact"),
    "patients.patienttag": ("患者标签", "Patient tag"),
    "patients.patientdepartment": ("患者就诊科室", "Department of a patient"),
    "patients.timelineentry": ("患者时间线", "Timeline"),
    "patients.duplicatepair": ("疑似重复档案", "Possible duplicate"),
})  # fmt: skip
acts(
    search=("精确查找", "Searched for a person"),
    search_refused=("精确查找被拒", "Search refused"),
    unmask=("查看完整信息", "Read whole"),
    identify=("更正身份信息", "Identity corrected"),
    close=("停用档案", "Closed"),
    reopen=("恢复", "Reopened"),
    distinct=("认定为不同的人", "Told apart"),
    file_duplicate=("重复建档", "Filed though on file"),
    file_namesake=("同名建档", "Filed as a namesake"),
)  # fmt: skip
of(
    "Problem", candidates=("疑似同一人的档案", "Possibly the same person"), existing=("已有档案", "Archive on file"),
    clashes=("冲突的记录", "Clashing records"), survivor_merged_into=("保留档案已并入", "Survivor merged into"),
)  # fmt: skip
