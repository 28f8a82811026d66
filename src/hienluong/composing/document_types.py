"""The names of documents that the decree gives."""

from __future__ import annotations

# The 29 administrative document types of Decree 30/2020/NĐ-CP, art. 7, as they are written on the wire. Legal
# normative documents have other names, so the field takes any.
DOCUMENT_TYPES = (
    "Nghị quyết (cá biệt)",
    "Quyết định (cá biệt)",
    "Chỉ thị",
    "Quy chế",
    "Quy định",
    "Thông cáo",
    "Thông báo",
    "Hướng dẫn",
    "Chương trình",
    "Kế hoạch",
    "Phương án",
    "Đề án",
    "Dự án",
    "Báo cáo",
    "Biên bản",
    "Tờ trình",
    "Hợp đồng",
    "Công văn",
    "Công điện",
    "Bản ghi nhớ",
    "Bản thỏa thuận",
    "Giấy ủy quyền",
    "Giấy mời",
    "Giấy giới thiệu",
    "Giấy nghỉ phép",
    "Phiếu gửi",
    "Phiếu chuyển",
    "Phiếu báo",
    "Thư công",
)
