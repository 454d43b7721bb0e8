"""What a message complains of, in some thirty coarse kinds of trouble, read off the words it uses.

Coarser than the catalogue of categories on purpose: it only has to tell the smoke from an estate's
restaurants and the price of its parking spaces apart, and never the same trouble in two wordings.
"""

import math

Profile = dict[str, float]

# How much of a text is read for its trouble: what comes later is background and quoted law.
READ_FOR_TROUBLE = 800
_TITLE_COUNTS = 3

_WORDS = {
    "smoke": "油烟 烟道 餐饮 饭店 夜宵 烧烤 餐馆 排烟 餐厅",
    "noise": "噪音 噪声 扰民 太吵 吵闹 音响 隔音 广场舞 麻将 ktv 酒吧 轰鸣 刺耳 鸣笛",
    "building site": "施工 工地 打桩 渣土 扬尘 搅拌站",
    "dirt": "臭 异味 垃圾 污染 脏乱差 污水 粪 卫生 下水道 环境",
    "parking": "停车 车位 违停 乱停 车库 停车场",
    "traffic": "拥堵 堵车 红绿灯 信号灯 交通 路口 斑马线 天桥 人行道 闯红灯 交警",
    "road": "修路 路面 坑洼 断头路 拉通 通车 打通 坑坑 道路 硬化 泥",
    "light": "路灯 照明",
    "bus": "公交 公交车 班次 站牌 首末站 公交站 线路",
    "rail": "地铁 轻轨 号线 高铁 城铁",
    "water": "停水 水压 供水 自来水 水表 水质",
    "power": "停电 电表 供电 高压 变压器 电费 电线",
    "gas": "燃气 天然气 暖气",
    "lift": "电梯",
    "quality": "质量 漏水 开裂 裂缝 渗水 验收 精装 装修 层高 毛坯 虚假宣传 收房 交房 延期 烂尾 缩水",
    "deeds": "产权证 房产证 不动产证 办证 产权",
    "price": "涨价 降价 价格 限价 捆绑 定价 认筹 开盘 预售",
    "money back": "退款 退费 不退 押金 拖欠 欠款 退还 诚意金 定金",
    "wages": "工资 农民工 加班 社保 劳动合同 辞退",
    "fraud": "诈骗 p2p 经侦 集资 立案 跑路 出借人 传销",
    "school": "入学 学校 幼儿园 小学 学区 学位 补课 教师 招生 中学 孩子",
    "management": "物业 业委会 物业费 保安 消防 业主大会 维修基金",
    "illegal building": "违建 违章 违规搭建 改建 私搭 拆除 搭建",
    "land": "拆迁 征收 征地 安置 补偿 棚改 宅基地",
    "health": "医院 医疗 医生 医保 诊所",
    "settling": "补贴 人才 落户 户口 购房资格 限购",
    "housing fund": "公积金 贷款",
    "green": "公园 绿化",
    "network": "网络 宽带 信号 移动 电信 联通",
    "vice": "涉黄 色情 赌博 卡片",
}
_TROUBLES = {trouble: words.split() for trouble, words in _WORDS.items()}


def trouble_profile(title: str, text: str) -> Profile:
    """Weigh the kinds of trouble of a folded text: a unit vector, or empty where none is named."""
    read = text[:READ_FOR_TROUBLE]
    weights = {
        trouble: math.sqrt(sum(_TITLE_COUNTS * title.count(word) + read.count(word) for word in words))
        for trouble, words in _TROUBLES.items()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {trouble: weight / length for trouble, weight in weights.items() if weight}


def alike(one: Profile, other: Profile) -> float:
    """Return the cosine of two profiles."""
    return sum(weight * other.get(trouble, 0.0) for trouble, weight in one.items())
