"""A Chinese address as people write it, cut into its parts.

"和顺区海棠路12号3号楼2单元401", "海棠苑3栋二单元401室", "海棠苑3-2-401": from the large to the small, with any part
left out. Parts are told by their endings and their order; names of the place itself, where known, come first.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from maplebridge.kernel.text import to_simplified


class Kind(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    ZONE = "zone"  # a development zone, beside the levels
    TOWN = "town"  # or subdistrict
    COMMUNITY = "community"  # or village
    ROAD = "road"
    ROAD_NUMBER = "road_number"
    ESTATE = "estate"  # or any other named place
    SECTION = "section"  # of an estate: 二期, 东区
    BUILDING = "building"
    ENTRANCE = "entrance"
    FLOOR = "floor"
    ROOM = "room"
    LANDMARK = "landmark"  # 对面, 旁边, 门口
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Part:
    """A part with its place in the text; `value` is what to compare: '2' for 二单元, simplified names."""

    kind: Kind
    text: str
    value: str
    start: int
    end: int


_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南"
    "|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆"
    "|香港|澳门"
)

# Prefectures, which people name without 市 when a smaller part follows.
_CITIES = (
    "石家庄|唐山|秦皇岛|邯郸|邢台|保定|张家口|承德|沧州|廊坊|衡水|太原|大同|阳泉|长治"
    "|晋城|朔州|晋中|运城|忻州|临汾|吕梁|呼和浩特|包头|乌海|赤峰|通辽|鄂尔多斯|呼伦贝尔"
    "|沈阳|大连|鞍山|抚顺|本溪|丹东|锦州|营口|阜新|辽阳|盘锦|铁岭|朝阳|葫芦岛|长春|四平"
    "|辽源|通化|白山|松原|白城|哈尔滨|齐齐哈尔|鸡西|鹤岗|双鸭山|大庆|伊春|佳木斯|七台河"
    "|牡丹江|黑河|绥化|南京|无锡|徐州|常州|苏州|南通|连云港|淮安|盐城|扬州|镇江|泰州"
    "|宿迁|杭州|宁波|温州|嘉兴|湖州|绍兴|金华|衢州|舟山|台州|丽水|合肥|芜湖|蚌埠|淮南"
    "|马鞍山|淮北|铜陵|安庆|黄山|滁州|阜阳|宿州|六安|亳州|池州|宣城|福州|厦门|莆田|三明"
    "|泉州|漳州|南平|龙岩|宁德|南昌|景德镇|萍乡|九江|新余|鹰潭|赣州|吉安|宜春|抚州|上饶"
    "|济南|青岛|淄博|枣庄|东营|烟台|潍坊|济宁|泰安|威海|日照|临沂|德州|聊城|滨州|菏泽"
    "|郑州|开封|洛阳|平顶山|安阳|鹤壁|新乡|焦作|濮阳|许昌|漯河|三门峡|南阳|商丘|信阳"
    "|周口|驻马店|武汉|黄石|十堰|宜昌|襄阳|鄂州|荆门|孝感|荆州|黄冈|咸宁|随州|长沙|株洲"
    "|湘潭|衡阳|邵阳|岳阳|常德|张家界|益阳|郴州|永州|怀化|娄底|广州|韶关|深圳|珠海|汕头"
    "|佛山|江门|湛江|茂名|肇庆|惠州|梅州|汕尾|河源|阳江|清远|东莞|中山|潮州|揭阳|云浮"
    "|南宁|柳州|桂林|梧州|北海|防城港|钦州|贵港|玉林|百色|贺州|河池|来宾|崇左|海口|三亚"
    "|成都|自贡|攀枝花|泸州|德阳|绵阳|广元|遂宁|内江|乐山|南充|眉山|宜宾|广安|达州|雅安"
    "|巴中|资阳|贵阳|六盘水|遵义|安顺|毕节|铜仁|昆明|曲靖|玉溪|保山|昭通|丽江|普洱|临沧"
    "|拉萨|西安|铜川|宝鸡|咸阳|渭南|延安|汉中|榆林|安康|商洛|兰州|嘉峪关|金昌|白银|天水"
    "|武威|张掖|平凉|酒泉|庆阳|定西|陇南|西宁|海东|银川|石嘴山|吴忠|固原|中卫|乌鲁木齐"
    "|克拉玛依"
)
_BARE = re.compile(rf"(?:(?P<province>{_PROVINCES})|{_CITIES})(?![省市])")

_CN = "一二三四五六七八九十百两"
_N = rf"(?:\d+|[{_CN}]+)"
_GAP = re.compile(rf"(?:[\s,,。.·;;::、_/\\()()\[\]【】—–-]|中国(?={_PROVINCES}))+")
_DASH = r"(?:[-—–―~_]+|(?<=\d)一(?=\d))"  # 一 is a dash that was typed on a Chinese keyboard
# A town hall street is no town: 市西路, 县前街, 村中路.
_NOT_A_ROAD = r"(?![东南西北中前后府政]{0,2}(?:路|街(?!道)|大街|大道|巷|弄))"

_ADMIN = (
    (
        Kind.PROVINCE,
        re.compile(
            rf"(?:{_PROVINCES})"
            r"(?:省|市(?![场政])|(?:壮族|回族|维吾尔)?自治区|特别行政区|(?=$|[^\w]))"
        ),
    ),
    (
        Kind.CITY,
        re.compile(rf"[^\W\d]{{1,4}}?(?<![超门城都夜集])市(?![场政县]|区[^\W\d]*?(?:路|街)){_NOT_A_ROAD}"),
    ),
    (Kind.CITY, re.compile(r"[^\W\d]{2,7}?(?:自治州|地区|盟)")),
    (
        Kind.DISTRICT,
        re.compile(
            rf"[^\WA-Z\d][东南西北]区{_NOT_A_ROAD}|"
            rf"[^\WA-Z\d]{{1,5}}?(?:自治县|县|旗|(?<![{_CN}东南西北小社园业发校景技商务港税闲济工库片街作管新])区){_NOT_A_ROAD}"
        ),
    ),
    (Kind.ZONE, re.compile(r"[^\W\d]{2,8}?(?:开发区|高新区|新区|保税区|产业集聚区|集聚区)")),
    (
        Kind.TOWN,
        re.compile(
            rf"[^\W\d]{{1,5}}?(?:街道办事处|街道办|街道|办事处|镇(?!海区|江市|[镇政])|乡(?![市县镇村])|苏木){_NOT_A_ROAD}"
        ),
    ),
    (
        Kind.COMMUNITY,
        re.compile(
            rf"[^\W\d]{{1,6}}?(?:社区|村委会|居委会|村民委员会|居民委员会|(?<!新)村(?![镇头口委][^\d]|民[委小]|庄)){_NOT_A_ROAD}"
        ),
    ),
)
_ROAD = re.compile(
    r"(?:\d{3}(?:国道|省道|县道)"
    rf"|[^\W\d]{{0,5}}?(?:\d{{1,2}}|[{_CN}])号?(?:大街|路(?!口)|街(?!道)|巷)"
    r"|[^\W\d]{1,7}?(?:大道|大街|公路|国道|省道|胡同|路(?!桥|街道|社区|[镇村])|街(?!道|区|社区|[镇村])|巷(?![镇村])|弄(?=\d))"
    r"|[^\W\d]{2,5}?(?:线|道)(?=\d+号?)"
    rf")(?:[东西南北中]?[{_CN}]?段|[东西南北](?=\d+号))?"
)
_GROUP = re.compile(rf"第?{_N}(?:组|队|社)(?!团)")
_ROAD_NUMBER = re.compile(
    rf"(?:附|甲|乙)?(?:{_N}(?:{_DASH}\d+)*|[A-Z]\d*)(?:号|弄|巷)(?![院线厂库]|楼(?![下上道梯])|门(?![口前]))(?:附\d+号?)?"
)
_BARE_ROAD_NUMBER = re.compile(
    rf"\d+(?:{_DASH}\d+)?(?![\d号楼栋幢座单元室层排期区组弄#A-Za-z年月路街]|{_DASH}\d)"
)
_LANDMARK = re.compile(
    r"(?:[与和及跟]|相交)(?=[^\W\d]{1,6}?(?:路|街|道|巷))|斜?正?对[面过]|[东西南北]{0,2}(?:旁边|附近|隔壁|门口|后面|前面|里面|边上|楼下|楼上)|旁(?!路)"
    r"|(?:十字)?路口|交叉路?口|交[汇界]处|交[汇叉界口]|[东西南北]{1,2}[侧面边]?(?:约?\d+米)?(?:处)?(?=$|\s)"
    r"|[以往]?[东西南北]{1,2}(?:侧|面|边|约?\d+米)(?:处|左右)?|院?内(?=$)|口(?=$)"
)
_SECTION = re.compile(
    rf"(?:[东南西北中]{{1,2}}|[A-Z]|\d{{1,2}}|[A-Z]\d{{1,2}}|[{_CN}]{{1,2}}|老|新)(?:区|期|组团|苑区)(?!号)"
)

_TRIPLE = re.compile(
    rf"(?P<building>\d{{1,4}}|[A-Z]\d{{0,2}})(?:号楼|栋|幢|座|号)?{_DASH}(?P<entrance>\d{{1,2}}|[A-Z])(?:单元)?{_DASH}"
    r"(?P<room>[A-Z]?\d{1,5}[A-Z]?)(?P<unit>室|号|房)?(?!\d)"
)
_DOUBLE = re.compile(
    rf"(?P<building>\d{{1,3}}[A-Z]?|[A-Z]\d{{0,2}}){_DASH}(?P<room>[A-Z]?\d{{3,5}}[A-Z]?)(?P<unit>室|号|房)?(?!\d)"
)
_PAIR = re.compile(
    rf"(?P<building>\d{{1,3}}|[A-Z]\d{{0,2}}){_DASH}(?P<entrance>\d{{1,2}})(?:号(?!楼)|单元)?(?![\d栋幢座号])"
)
_ENTRANCE_ROOM = re.compile(rf"(?P<entrance>\d{{1,2}}){_DASH}(?P<room>\d{{2,5}})(?P<unit>室|号|房)?(?!\d)")
_BUILDING = re.compile(
    rf"第?(?:[东西南北]?{_N}(?:{_DASH}\d+)?|[A-Z]{_DASH}?\d*|\d+[A-Z]|[东西南北甲乙丙])(?:号楼|高楼|#楼|#|栋|幢|座|撞|懂|排(?!路))"
    r"|[A-Z]\d*号?楼"
)
_ENTRANCE = re.compile(
    rf"(?:{_N}|[A-Z]\d?|[东西中])(?:单元|单无|门洞|门(?=\d{{3,4}}(?!\d))|梯口?)(?:号(?!\d))?|\d+街(?=\d)"
)
_FLOOR = re.compile(
    rf"(?!\d{{3,4}}楼[上下])(?:第|负|地下)?(?:{_N}|[A-Z])(?:{_DASH}{_N})?(?:楼(?!宇|盘)|层)|\d{{1,2}}[Ff](?![A-Za-z0-9])|[首底顶]层|架空层|负[{_CN}]"
)
_ROOM = re.compile(
    rf"[A-Z]?\d+[A-Z]?\d*(?:(?:{_DASH}|[一/、])[A-Z]?\d+)*[A-Z]?(?:室|号房|房间|号商铺|房|店面?|商?铺|号|户|档)?|[{_CN}零〇]+(?:室|号房)"
)
_TAIL_START = re.compile(
    rf"\d|(?:第?[{_CN}]+|[A-Z]|[东西南北])(?:号楼|栋|幢|座|单元|楼|层|号)|[A-Z]\d|[首底]层|架空层|负[{_CN}]"
)
# Endings after which a named place is complete, and what follows is something inside of it.
_COMPLETE = re.compile(
    r"小区|花园(?!村|小区|别墅|酒店|广场|新村|饭店)|家园(?!小区)|花苑(?!小区)|公寓|大厦|广场|新村(?![东南西北中]?[区苑])|新苑"
    r"|(?:工业|科技|产业|创业|创意|物流|电商|软件|文化)?园区|工业[区园]|科技园(?!区)|产业园(?!区)|创业园(?!区)|[贸商]城(?!区)"
    r"|(?:批发|小商品|服装|农贸|五金|建材|专业|大)?市场|大楼|商务楼|综合楼|酒店|宾馆|医院|大学|学院|[中小]学(?!校)|有限公司"
    r"|商务中心|购物中心|服务中心|幼儿园|派出所|别墅(?!区)"
)
_DIGITS = dict(zip("零〇一二两三四五六七八九", "001223456789", strict=True))


_UNITS = re.compile(
    r"号楼|高楼|#楼|单元|单无|门洞?|梯口?|号房|房间|号商铺|第|[栋幢座撞懂排号室房户店铺楼层#弄巷]|(?<=\d)F$"
)


def number(text: str) -> str:
    """Return a number as people compare it: 12 for 十二号楼, 3 for 03, A for a."""
    core = _UNITS.sub("", text.strip().upper())
    if core.isdigit():
        return str(int(core))
    if core and all(character in _DIGITS for character in core):
        return str(int("".join(_DIGITS[character] for character in core)))
    return str(_cardinal(core)) if core and set(core) <= set(_CN + "零〇") else core


def _cardinal(text: str) -> int:
    total = current = 0
    for character in text:
        if character in "十百":
            total += (current or 1) * (10 if character == "十" else 100)
            current = 0
        else:
            current = int(_DIGITS[character])
    return total + current


def fold(text: str) -> str:
    """Return the text half-width and simplified, of the same length, so that places in it stay."""
    half = "".join(
        chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else " " if c.isspace() else c for c in text
    ).upper()
    half = half if len(half) == len(text) else text
    simplified = to_simplified(half)
    return simplified if len(simplified) == len(half) else "".join(to_simplified(c)[:1] for c in half)


class Names:
    """Names that are known here, each with its kind."""

    def __init__(self, names: Mapping[str, Kind]) -> None:
        self._by_start: dict[str, list[tuple[str, Kind]]] = defaultdict(list)
        for name, kind in names.items():
            folded = fold(name)
            if len(folded) > 1:
                self._by_start[folded[:2]].append((folded, kind))
        for found in self._by_start.values():
            found.sort(key=lambda pair: -len(pair[0]))
        first = "".join(sorted({start[0] for start in self._by_start}))
        self._first = re.compile(f"[{re.escape(first)}]" if first else "(?!)")

    def at(self, text: str, place: int) -> tuple[str, Kind] | None:
        """Return the longest known name that begins at the place."""
        candidates = self._by_start.get(text[place : place + 2], ())
        return next((pair for pair in candidates if text.startswith(pair[0], place)), None)

    def first_in(self, text: str, start: int = 0) -> int | None:
        """Return where the first known name begins, or None."""
        places = (match.start() for match in self._first.finditer(text, start))
        return next((i for i in places if self.at(text, i)), None)


NO_NAMES = Names({})
LONGEST = 200  # characters; what is longer is no address


def parse(text: str, names: Names = NO_NAMES) -> list[Part]:
    """Return the parts of an address in order; what is not understood is left out or OTHER."""
    return _Reading(text[:LONGEST], names).parts()


class _Reading:
    """One pass over one address, from left to right."""

    def __init__(self, text: str, names: Names) -> None:
        self._original = text
        self._text = fold(text)
        self._names = names
        self._at = 0
        self._parts: list[Part] = []
        self._has: set[Kind] = set()

    def parts(self) -> list[Part]:
        while self._at < len(self._text):
            gap = _GAP.match(self._text, self._at)
            if gap:
                self._at = gap.end()
            elif not (self._known() or self._ruled()):
                self._at += 1
        return self._parts

    def _take(self, kind: Kind, end: int, value: str | None = None, start: int | None = None) -> bool:
        begin = self._at if start is None else start
        folded = self._text[begin:end]
        if value is None:
            value = number(folded) if kind in _NUMBERED else folded
        self._parts.append(Part(kind, self._original[begin:end], value, begin, end))
        self._has.add(kind)
        self._at = end
        return True

    def _known(self) -> bool:
        found = self._names.at(self._text, self._at)
        if found is None:
            return False
        name, kind = found
        end = self._at + len(name)
        if kind in _ABOVE and (self._has & _PLACED or (name[-1] not in _ENDINGS and self._is_street(end))):
            return False
        return self._take(kind, end)

    def _is_street(self, end: int) -> bool:
        """Return whether a known name goes on as that of a street: 柳湾路 is not in 柳湾."""
        return bool(_STREET.match(self._text, end)) and self._names.at(self._text, end) is None

    def _ruled(self) -> bool:
        rules = (self._landmark, self._section, self._tail) if self._has & _INSIDE else (
            self._landmark, self._admin, self._road, self._section, self._road_number, self._tail, self._place
        )  # fmt: skip
        return any(rule() for rule in rules) or bool(self._has & _INSIDE and self._rest())

    def _landmark(self) -> bool:
        found = _LANDMARK.match(self._text, self._at) if self._has & _MARKED else None
        return found is not None and self._take(Kind.LANDMARK, found.end())

    def _admin(self) -> bool:
        """Take the administrative name that ends first: 柳树镇河东区 begins with a town."""
        if self._has & _PLACED:
            return False
        if bare := self._bare_name():
            return self._take(*bare)
        found = _next_admin(self._text, self._at)
        if not found:
            return False
        end, kind = found
        road = _ROAD.match(self._text, self._at)
        return (road is None or road.end() >= end) and self._take(kind, end)

    def _bare_name(self) -> tuple[Kind, int] | None:
        """Return a province or city named without its ending, where a smaller part or a gap follows."""
        if self._has & _BELOW_CITY:
            return None
        found = _BARE.match(self._text, self._at)
        if not found:
            return None
        end = found.end()
        road = _ROAD.match(self._text, end)
        follows = _GAP.match(self._text, end) or _next_admin(self._text, end) or _BARE.match(self._text, end)
        if follows or (road and road.end() - end > 2):
            return Kind.PROVINCE if found["province"] else Kind.CITY, end
        return None

    def _road(self) -> bool:
        if self._has >= {Kind.ESTATE, Kind.ROAD}:
            return False
        found = _ROAD.match(self._text, self._at)
        if not found and Kind.ROAD not in self._has:
            found = _GROUP.match(self._text, self._at)
        if not found:
            return False
        place = _COMPLETE.search(self._text, self._at, found.end())
        # 工业区开元路 is a place and a road; 广场东路 is a road.
        one = place is None or _STREET_OF_PLACE.fullmatch(self._text, place.end(), found.end())
        return bool(one) and self._take(Kind.ROAD, found.end())

    def _section(self) -> bool:
        found = _SECTION.match(self._text, self._at) if Kind.ESTATE in self._has else None
        return found is not None and Kind.SECTION not in self._has and self._take(Kind.SECTION, found.end())

    def _road_number(self) -> bool:
        if Kind.ROAD_NUMBER in self._has or Kind.SECTION in self._has:
            return False
        after_road = bool(self._parts) and self._parts[-1].kind == Kind.ROAD
        if Kind.ESTATE in self._has and not after_road:
            if _HOMES.search(self._parts[-1].value) and Kind.ROAD not in self._has:
                return False
            found = _NUMBER_OF_PLACE.match(self._text, self._at)
        elif after_road and _CHAIN.match(self._text, self._at):
            found = re.compile(r"\d+").match(self._text, self._at)
        else:
            found = _ROAD_NUMBER.match(self._text, self._at)
        if not found and after_road:
            found = _BARE_ROAD_NUMBER.match(self._text, self._at)
        return found is not None and self._take(Kind.ROAD_NUMBER, found.end())

    def _place(self) -> bool:
        """Take a named place: up to its ending, to a number, or to a landmark word."""
        end = self._end_of_name()
        if end == self._at:
            return False
        complete = _COMPLETE.search(self._text, self._at, end)
        if complete and complete.end() < end:
            end = complete.end()
        return self._take(Kind.OTHER if Kind.ESTATE in self._has else Kind.ESTATE, end)

    def _end_of_name(self) -> int:
        ends = [len(self._text)]
        for rule in (_TAIL_START, _LANDMARK, _GAP, _NOTE):
            if found := rule.search(self._text, self._at + (rule is not _TAIL_START)):
                ends.append(found.start())
        if section := _SECTION.search(self._text, self._at + 2):
            ends.append(section.start())
        known = self._names.first_in(self._text, self._at + 1)
        return min(ends if known is None else [*ends, known])

    def _tail(self) -> bool:
        rules = (self._dashes, self._building, self._entrance, self._floor, self._room)
        return any(rule() for rule in rules)

    def _dashes(self) -> bool:
        if Kind.BUILDING in self._has:
            found = None if Kind.ENTRANCE in self._has else _ENTRANCE_ROOM.match(self._text, self._at)
        else:
            found = next((m for rule in _DASHED if (m := rule.match(self._text, self._at))), None)
        if not found:
            return False
        end = found.end()
        groups = [(name, found.span(name)) for name in found.groupdict() if name != "unit" and found[name]]
        for name, (start, stop) in groups:
            self._take(Kind(name), end if name == "room" else stop, start=start)
        return True

    def _building(self) -> bool:
        if Kind.BUILDING in self._has:
            return False
        found = _BUILDING.match(self._text, self._at)
        if not found and self._has & {Kind.ESTATE, Kind.ROAD_NUMBER} and not self._has & _INSIDE:
            found = _BARE_BUILDING.match(self._text, self._at)
        return found is not None and self._take(Kind.BUILDING, found.end())

    def _entrance(self) -> bool:
        if Kind.ENTRANCE in self._has:
            return False
        found = _ENTRANCE.match(self._text, self._at)
        if not found and Kind.BUILDING in self._has:
            found = _BARE_ENTRANCE.match(self._text, self._at)
        return found is not None and self._take(Kind.ENTRANCE, found.end())

    def _floor(self) -> bool:
        found = None if Kind.FLOOR in self._has else _FLOOR.match(self._text, self._at)
        return found is not None and self._take(Kind.FLOOR, found.end())

    def _room(self) -> bool:
        if Kind.ROOM in self._has or not self._has & _PLACED | self._has & _INSIDE:
            return False
        found = _ROOM.match(self._text, self._at)
        return found is not None and self._take(Kind.ROOM, found.end())

    def _rest(self) -> bool:
        """Take what stands inside of a building: a firm, a shop."""
        digits = re.compile(r"\d+").match(self._text, self._at)
        return self._take(Kind.OTHER, digits.end() if digits else max(self._end_of_name(), self._at + 1))


def _next_admin(text: str, at: int) -> tuple[int, Kind] | None:
    found = [(match.end(), kind) for kind, rule in _ADMIN if (match := rule.match(text, at))]
    return min(found, key=lambda pair: pair[0], default=None)


_ENDINGS = "省市区县旗镇乡道村"
_STREET = re.compile(r"[^\W\d]?(?:路|街(?!道)|大道|大街|巷|弄)")  # a street may have the name of a town
_ABOVE = frozenset({Kind.PROVINCE, Kind.CITY, Kind.DISTRICT, Kind.ZONE, Kind.TOWN, Kind.COMMUNITY})
_BELOW_CITY = frozenset({Kind.DISTRICT, Kind.TOWN, Kind.COMMUNITY})
_NUMBERED = frozenset({Kind.ROAD_NUMBER, Kind.BUILDING, Kind.ENTRANCE, Kind.FLOOR, Kind.ROOM})
_PLACED = frozenset({Kind.ROAD, Kind.ROAD_NUMBER, Kind.ESTATE})
_INSIDE = frozenset({Kind.BUILDING, Kind.ENTRANCE, Kind.FLOOR, Kind.ROOM})
_MARKED = _PLACED | _INSIDE | {Kind.COMMUNITY}
# After an estate: 12号, or 12 before an entrance. After a building: 2 before a room.
_BARE_BUILDING = re.compile(rf"\d{{1,4}}号(?![线院])|\d{{1,3}}(?=\s*{_N}单元)|\d{{1,3}}号?(?={_DASH}\d)")
_BARE_ENTRANCE = re.compile(rf"\d{{1,3}}号(?=\d)|\d{{1,2}}号|\d{{1,2}}(?=号?{_DASH}\d)")
_NUMBER_OF_PLACE = re.compile(rf"{_N}号(?![楼院线厂库\d]|门(?![口前])|{_DASH}|[{_CN}]+(?:单元|楼|层))")
_CHAIN = re.compile(rf"\d+(?:{_DASH}\d+){{2,}}")
_NOTE = re.compile(r"请?电联|请?电话联系|请联系")  # to whoever delivers
_STREET_OF_PLACE = re.compile(rf"[东西南北中前后新老{_CN}]?(?:路|街|大街|大道|巷)")
_HOMES = re.compile(r"(?:小区|苑|花园|家园|公寓|新村|庭|府)$")
_DASHED = (_TRIPLE, _DOUBLE, _PAIR)
