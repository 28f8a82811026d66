"""What a visitor of the demonstration finds: one document to number, one to sign, one to seal, one to issue.

They come through the same commands as everybody's, really signed with the demonstration's own keys, in the process that
has them. All or nothing, and only while the demonstration has no document to be issued at all.
"""

from __future__ import annotations

import hashlib
from typing import Final

from django.conf import settings
from django.db import transaction

from hienluong.directory.service import Actor, Post, actor_of, agency_by_code, today, valid_on
from hienluong.issuing import commands
from hienluong.issuing.commands import Handed
from hienluong.issuing.demonstration_letter import Letter, draw
from hienluong.issuing.models import Authority, Document, Step
from hienluong.kit import clock
from hienluong.kit.events import subscribe
from hienluong.signing import service as signing
from hienluong.signing.events import DemonstrationReady

HOME: Final = "H50.S01"
TYPE_NAME: Final = "Công văn"
NOTATION: Final = "SNV-VTLT"
LETTERS: Final = (
    (
        Step.PREPARED,
        Letter(
            "Cử công chức tham gia lớp bồi dưỡng nghiệp vụ văn thư, lưu trữ",
            """
            Thực hiện kế hoạch đào tạo, bồi dưỡng cán bộ, công chức, viên chức năm nay, Sở Nội vụ tổ chức lớp bồi dưỡng
            nghiệp vụ văn thư, lưu trữ cho công chức các xã, phường trên địa bàn tỉnh.

            Đề nghị Ủy ban nhân dân các xã, phường cử 01 công chức làm công tác văn thư tham gia và gửi danh sách về
            Sở Nội vụ qua trục liên thông văn bản trước ngày khai giảng 10 ngày.
            """,
        ),
    ),
    (
        Step.NUMBERED,
        Letter(
            "Báo cáo tình hình ứng dụng chữ ký số trong cơ quan",
            """
            Để tổng hợp tình hình ứng dụng chữ ký số trong hoạt động của các cơ quan, Sở Nội vụ đề nghị Ủy ban nhân dân
            các xã, phường báo cáo số lượng chứng thư chữ ký số đang dùng và tỷ lệ văn bản điện tử được ký số.

            Báo cáo gửi về Sở Nội vụ trước ngày cuối cùng của tháng này.
            """,
        ),
    ),
    (
        Step.SIGNED,
        Letter(
            "Hướng dẫn lập hồ sơ công việc điện tử",
            """
            Sở Nội vụ đề nghị Ủy ban nhân dân các xã, phường mở hồ sơ công việc từ đầu năm theo danh mục hồ sơ của cơ
            quan, đưa đủ văn bản đến, văn bản đi vào hồ sơ và nộp lưu hồ sơ điện tử đúng hạn.

            Trong quá trình thực hiện, nếu có vướng mắc, đề nghị phản ánh về Sở Nội vụ để được hướng dẫn.
            """,
        ),
    ),
    (
        Step.SEALED,
        Letter(
            "Mời dự hội nghị tổng kết công tác văn thư, lưu trữ",
            """
            Sở Nội vụ trân trọng kính mời đại diện lãnh đạo Ủy ban nhân dân các xã, phường dự hội nghị tổng kết công
            tác văn thư, lưu trữ trên địa bàn tỉnh.

            Hội nghị bắt đầu lúc 08 giờ 00, thứ Sáu tuần tới, tại hội trường Sở Nội vụ.
            """,
        ),
    ),
)
"""Where each is when the visitor comes."""


@subscribe(DemonstrationReady)
def show_documents(event: DemonstrationReady) -> None:
    """Lets Sở Nội vụ have a document at each step, where it has a head, a clerk and a seal."""
    if settings.DEMONSTRATION:
        with transaction.atomic():
            if not Document.objects.exists():
                _furnish(event)


def _furnish(event: DemonstrationReady) -> None:
    found = _at_work()
    if found is None:
        return
    head, clerk = found
    number = 0
    for wanted, letter in LETTERS:
        handed = Handed(
            type_name=TYPE_NAME,
            subject=letter.subject,
            notation=NOTATION,
            signer=head,
            authority=Authority.OWN,
            file=("cong-van.pdf", draw(letter, head, NOTATION)),
        )
        document = commands.prepare_document(actor=clerk, handed=handed, now=clock.now())
        if wanted != Step.PREPARED:
            number += 1
            commands.number_document(
                actor=clerk,
                document_id=document.pk,
                dated_on=clock.in_vietnam(clock.now()).date(),
                number=f"{number:02}",
                now=clock.now(),
            )
        if wanted in (Step.SIGNED, Step.SEALED):
            _sign(event, actor_of(head), document)
        if wanted == Step.SEALED:
            seal = signing.certificates_of(clerk, agency=True, now=clock.now())[0]
            commands.seal_document(
                actor=clerk, document_id=document.pk, certificate_id=seal.pk, now=clock.now()
            )


def _at_work() -> tuple[Post, Actor] | None:
    """Returns a head who can sign and a clerk who can seal; None where there is none of either."""
    found, now = agency_by_code(HOME), clock.now()
    if found is None:
        return None
    held = Post.objects.filter(valid_on(today()), agency=found.agency, person__user__isnull=False)
    held = held.select_related("person", "agency").order_by("pk")
    head, clerk = (held.filter(role=role).first() for role in (Post.Role.HEAD, Post.Role.CLERK))
    if head is None or clerk is None:
        return None
    able = signing.certificates_of(actor_of(head), now=now, agency=False) and signing.certificates_of(
        actor_of(clerk), now=now, agency=True
    )
    return (head, actor_of(clerk)) if able else None


def _sign(event: DemonstrationReady, head: Actor, document: Document) -> None:
    own = signing.certificates_of(head, agency=False, now=clock.now())[0]
    row = commands.prepare_signature(
        actor=head, document_id=document.pk, certificate_id=own.pk, now=clock.now()
    )
    digest = hashlib.new(row.algorithm, bytes(row.attributes)).digest()
    commands.complete_signature(
        actor=head,
        document_id=document.pk,
        prepared_id=row.pk,
        signature=event.sign(row.certificate_sha256, digest),
        now=clock.now(),
    )
