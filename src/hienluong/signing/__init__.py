"""Digital signatures: made, shown on the page as the decree draws them, and checked, whoever made them.

Standards: PAdES (ETSI EN 319 142-1), CAdES (EN 319 122-1), XAdES (EN 319 132-1), validation (EN 319 102-1), time-stamps
(RFC 3161). Legal text: NĐ 30/2020/NĐ-CP, art. 5, 14, 32 and Appendix I. Why so: docs/decisions/0031.
"""
