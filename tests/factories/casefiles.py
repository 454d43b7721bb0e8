"""An invented file of a dispute, with everything that can be in one, and names that are hard to print."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from maplebridge.mediation.domain import casefile
from maplebridge.mediation.domain.casefile import CaseFile

TOWN = ZoneInfo("Asia/Shanghai")
RARE = "王𠮷"  # extension B
RARER = "龙䶮"  # extension A
DOTTED = "阿依古丽·买买提"
LONG = "努尔艾力·阿卜杜热合曼·图尔荪托合提·买买提依明·吾布力喀斯木·阿布都克里木·艾合买提江"
NAMES = (RARE, RARER, DOTTED, LONG)
NUMBER = "（2026）枫人调字第12号"


def picture(width: int = 400, height: int = 160) -> bytes:
    """Return a drawn line on a transparent ground, as a tablet sends it."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(image).line(
        [(10, height - 20), (width // 2, 20), (width - 10, height - 30)], fill="black", width=5
    )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


PICTURES = {
    "party_1": picture(),
    "mediator_1": picture(),
    "receipt": picture(900, 500),
    "card": picture(800, 500),
}


def at(day: int, hour: int = 9, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=TOWN)


def full_file() -> CaseFile:
    guardian = casefile.Spokesman(
        key="party_3", name=LONG, speaks_as="guardian", phone="13800000003", id_number="630102197001010013"
    )
    attorney = casefile.Spokesman(key="party_4", name="赵律师", speaks_as="attorney", phone="13800000004")
    parties = (
        casefile.Party(
            key="party_1",
            name=RARE,
            gender="男",
            born=date(1980, 5, 6),
            phone="13800000001",
            id_number="630102198005060011",
            address="和顺区槐树街海棠苑3号楼2单元401室",
            spokesmen=(attorney,),
        ),
        casefile.Party(
            key="party_2",
            name=DOTTED,
            gender="女",
            born=date(2012, 9, 1),
            phone="13800000002",
            id_number="630102201209010028",
            address="和顺区槐树街海棠苑3号楼2单元301室",
            spokesmen=(guardian,),
        ),
        casefile.Party(
            key="party_5",
            name="和顺安居物业服务有限公司",
            is_organization=True,
            id_number="91630100MA7EXAMPLE",
            phone="0971-0000000",
            address="和顺区槐树街8号",
            spokesmen=(
                casefile.Spokesman(key="party_6", name=RARER, speaks_as="legal", phone="13800000006"),
            ),
        ),
    )
    return CaseFile(
        number=NUMBER,
        committee="和顺区槐树街道人民调解委员会",
        type_name="邻里",
        source="当事人申请",
        on=date(2026, 7, 1),
        sides=(
            casefile.Side(number=1, parties=parties[:1], applied=True, told_rights_on=date(2026, 3, 2)),
            casefile.Side(number=2, parties=parties[1:], told_rights_on=date(2026, 3, 3)),
        ),
        summary="401室卫生间漏水，渗到301室，墙面起皮、吊顶损坏。\n双方对维修费用说法不一。",
        wishes="请求修好漏水\n请求赔偿装修损失12,300元",
        place="海棠苑3号楼2单元",
        happened_on=date(2026, 2, 20),
        received_on=date(2026, 3, 1),
        accepted_on=date(2026, 3, 2),
        accepted_by="孙登记",
        amount_cents=1_230_000,
        mediators=(
            casefile.Mediator(key="mediator_1", name="钱调解", leads=True),
            casefile.Mediator(key="mediator_2", name="李协助"),
        ),
        investigations=(
            casefile.Investigation(
                at=at(4),
                title="查看漏水部位",
                text="卫生间地漏四周防水层破损。\n楼下吊顶有水渍。",
                investigator="钱调解",
            ),
        ),
        identities=(casefile.Exhibit(on=date(2026, 3, 2), title=f"{RARE}身份证复印件", picture="card"),),
        evidence=(
            casefile.Exhibit(
                on=date(2026, 3, 5),
                title="维修报价单",
                text="合计12,300元",
                brought_by=DOTTED,
                picture="receipt",
            ),
        ),
        proofs=(casefile.Exhibit(on=date(2026, 4, 1), title="收条", text="今收到6,150元。"),),
        sittings=(
            casefile.Sitting(
                starts_at=at(6, 14),
                ends_at=at(6, 16),
                place="老钱调解室",
                present=(RARE, LONG, RARER),
                mediators=("钱调解", "李协助"),
                recorder="孙登记",
                said=(
                    casefile.Said(who=RARE, text="防水是我家做的，我愿意修。"),
                    casefile.Said(who=LONG, text="吊顶要重做，报价单在这里。"),
                    casefile.Said(who="钱调解", text="我们按报价分两次付，两家看行不行？"),
                ),
            ),
        ),
        agreement=casefile.Agreement(
            is_written=True,
            facts="401室防水层破损，致301室受损，401室承担责任。",
            terms=f"一、{RARE}于2026年3月20日前修好卫生间防水；\n二、{RARE}赔偿{DOTTED}12,300元，分两次付清；\n三、双方再无其他争议。",
            amount_cents=1_230_000,
            effective_on=date(2026, 3, 10),
            installments=(
                casefile.Installment(
                    number=1,
                    by="甲方",
                    due_on=date(2026, 4, 1),
                    amount_cents=615_000,
                    performed_on=date(2026, 4, 1),
                    proof="收条",
                ),
                casefile.Installment(number=2, by="甲方", due_on=date(2026, 6, 1), amount_cents=615_000),
            ),
            signatures={
                "party_1": casefile.Signed(key="party_1", how="签名", signed_at=at(10), picture="party_1"),
                "mediator_1": casefile.Signed(
                    key="mediator_1", how="签名", signed_at=at(10), picture="mediator_1"
                ),
                "party_2": casefile.Signed(key="party_2", how="指印", signed_at=at(10)),
            },
        ),
        revisits=tuple(
            casefile.Revisit(
                due_on=date(2026, 3, 10) + timedelta(days=days),
                after_days=days,
                done_on=date(2026, 3, 10) + timedelta(days=days),
                by="周回访",
                performed="部分履行",
                satisfied=4,
                words="防水已修好，第一笔已付。",
            )
            for days in (7, 30)
        ),
        confirmation=casefile.Confirmation(court="和顺区人民法院", until=date(2026, 4, 9)),
        concluded_on=date(2026, 3, 10),
        outcome="达成协议",
        performed_on=date(2026, 6, 1),
        bound_by="孙登记",
        keep_years=10,
    )


def oral_file() -> CaseFile:
    """Return a small one: taken up by the mediators, agreed to by word of mouth."""
    file = full_file()
    assert file.agreement is not None
    sides = tuple(replace(side, applied=False) for side in file.sides)
    return replace(
        file,
        source="主动调解",
        sides=sides,
        agreement=replace(file.agreement, is_written=False, signatures={}),
        investigations=(),
        evidence=(),
        revisits=(),
    )
