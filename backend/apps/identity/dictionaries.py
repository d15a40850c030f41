"""The lists the product ships: code → name and entries (stored value → label). Administrators extend them."""

SEEDS: dict[str, tuple[str, dict[str, str]]] = {
    "patient_source": (
        "患者来源",
        {
            "walk_in": "自然到院", "wechat": "微信", "phone": "电话", "referral": "转介绍", "doctor": "医生推荐",
            "website": "网站", "advertising": "广告", "health_fair": "义诊", "insurance": "保险机构", "other": "其他",
        },
    ),
    "occupation": (
        "职业",
        {
            "civil_servant": "公务员", "professional": "专业技术人员", "clerk": "职员", "manager": "企业管理人员",
            "worker": "工人", "farmer": "农民", "student": "学生", "soldier": "现役军人", "freelancer": "自由职业者",
            "self_employed": "个体经营者", "unemployed": "无业人员", "retired": "退休人员", "other": "其他",
        },
    ),
    "industry": (
        "行业",
        {
            "agriculture": "农林牧渔", "manufacturing": "制造业", "construction": "建筑业", "trade": "批发零售",
            "transport": "交通运输", "hospitality": "住宿餐饮", "it": "信息技术", "finance": "金融",
            "education": "教育", "health": "卫生", "government": "公共管理", "other": "其他",
        },
    ),
    "vip_level": (
        "VIP 等级",
        {"normal": "普通", "silver": "银卡", "gold": "金卡", "platinum": "白金", "diamond": "钻石"},
    ),
    "lost_reason": (
        "流失原因",
        {
            "price": "价格", "competitor": "选择他院", "distance": "距离远", "time": "时间不合适", "fear": "顾虑风险",
            "dissatisfied": "服务不满意", "unreachable": "联系不上", "no_need": "暂无需求", "other": "其他",
        },
    ),
    "complaint_kind": (
        "投诉类型",
        {
            "attitude": "服务态度", "waiting": "等候时间", "quality": "医疗质量", "fees": "收费", "environment": "环境",
            "process": "流程", "privacy": "隐私", "other": "其他",
        },
    ),
    "cancel_reason": (
        "取消原因",
        {
            "time_conflict": "时间冲突", "recovered": "病情好转", "wrong_department": "挂错科室",
            "other_doctor": "更换医生", "weather": "天气或交通", "other": "其他",
        },
    ),
    "relationship": (
        "与患者关系",
        {
            "spouse": "配偶", "child": "子女", "parent": "父母", "sibling": "兄弟姐妹", "guardian": "监护人",
            "other": "其他",
        },
    ),
    "staff_title": (
        "职称",
        {
            "chief": "主任医师", "associate_chief": "副主任医师", "attending": "主治医师", "resident": "住院医师",
            "nurse": "护士", "senior_nurse": "护师", "technician": "技师", "pharmacist": "药师",
        },
    ),
    "language": (
        "语言",
        {"zh": "普通话", "yue": "粤语", "nan": "闽南语", "wuu": "吴语", "en": "英语", "ja": "日语", "ko": "韩语"},
    ),
}  # fmt: skip

#: Lists that the mini-program may read.
PUBLIC = ("cancel_reason", "complaint_kind", "industry", "occupation", "relationship")
