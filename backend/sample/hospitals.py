"""What the two sample hospitals are made of."""

from dataclasses import dataclass

from apps.identity.models import Ownership


@dataclass(frozen=True, slots=True)
class DepartmentPlan:
    """A department: where it sits in the organisation and in the house, and what its doctors are good at."""

    code: str
    name: str
    unit: str
    building: str
    floor: str
    speciality: str


@dataclass(frozen=True, slots=True)
class HospitalPlan:
    """A hospital with its divisions and departments."""

    code: str
    name: str
    address: str
    phone: str
    ownership: Ownership
    is_insurance_designated: bool
    units: tuple[tuple[str, str], ...]
    departments: tuple[DepartmentPlan, ...]


def _departments(text: str) -> tuple[DepartmentPlan, ...]:
    """One department a line: code name unit building floor speciality."""
    return tuple(DepartmentPlan(*line.split()) for line in text.strip().splitlines())


FIRST = HospitalPlan(
    "YH01",
    "医汇第一医院",
    "示例市东湖区人民路1号",
    "0000-80010000",
    Ownership.PUBLIC,
    True,
    (("medicine", "内科系统"), ("surgery", "外科系统"), ("women", "妇儿中心"), ("senses", "五官与皮肤")),
    _departments("""
cardiology 心血管内科 medicine 门诊楼 3F 冠心病、高血压、心律失常、心力衰竭
respiratory 呼吸内科 medicine 门诊楼 3F 慢阻肺、哮喘、肺部感染、肺结节
gastro 消化内科 medicine 门诊楼 4F 胃炎、消化性溃疡、肠镜、肝病
neurology 神经内科 medicine 门诊楼 4F 脑梗死、头痛、眩晕、帕金森病
endocrine 内分泌科 medicine 门诊楼 5F 糖尿病、甲状腺疾病、痛风
nephrology 肾内科 medicine 门诊楼 5F 肾炎、慢性肾病、血液透析
haematology 血液内科 medicine 门诊楼 5F 贫血、白血病、淋巴瘤
general_surgery 普通外科 surgery 门诊楼 6F 甲状腺、胆囊结石、疝、胃肠肿瘤
orthopaedics 骨科 surgery 门诊楼 6F 骨折、腰椎间盘突出、关节置换
urology 泌尿外科 surgery 门诊楼 7F 结石、前列腺疾病、泌尿肿瘤
neurosurgery 神经外科 surgery 门诊楼 7F 脑外伤、脑肿瘤、脑血管病
thoracic 胸外科 surgery 门诊楼 7F 肺癌、食管癌、胸外伤
gynaecology 妇科 women 妇儿楼 2F 子宫肌瘤、月经不调、宫颈疾病
obstetrics 产科 women 妇儿楼 3F 产前检查、高危妊娠、分娩
paediatrics 儿科 women 妇儿楼 1F 儿童发热、咳喘、生长发育
ophthalmology 眼科 senses 门诊楼 2F 白内障、青光眼、近视
ent 耳鼻咽喉科 senses 门诊楼 2F 鼻炎、中耳炎、咽喉疾病
dermatology 皮肤科 senses 门诊楼 2F 湿疹、痤疮、银屑病
"""),
)
SECOND = HospitalPlan(
    "YH02",
    "医汇口腔与医疗美容医院",
    "示例市滨江新城迎宾大道88号",
    "0000-80020000",
    Ownership.PRIVATE,
    False,
    (("oral", "口腔中心"), ("aesthetic", "美容中心"), ("general", "综合门诊")),
    _departments("""
dental 口腔内科 oral A座 2F 龋病、牙髓炎、牙周病
orthodontics 口腔正畸科 oral A座 3F 牙列不齐、隐形矫治
implant 口腔种植科 oral A座 3F 种植牙、骨增量
paediatric_dental 儿童口腔科 oral A座 2F 乳牙龋、窝沟封闭、早期矫治
plastic 整形外科 aesthetic B座 4F 眼部、鼻部、面部轮廓
skin_laser 皮肤美容科 aesthetic B座 3F 祛斑、脱毛、光子嫩肤
non_invasive 无创美容科 aesthetic B座 3F 注射、射频、超声
tcm 中医科 general A座 1F 针灸、推拿、体质调理
general_practice 全科门诊 general A座 1F 常见病、慢病管理
gynaecology 妇科 general A座 4F 妇科炎症、产后康复
paediatrics 儿科 general A座 4F 儿童保健、常见病
rehabilitation 康复科 general B座 1F 术后康复、运动损伤
"""),
)
HOSPITALS = (FIRST, SECOND)
EXPERT_TITLES = ("主任医师", "副主任医师")
NORMAL_TITLES = ("主治医师", "住院医师")
