"""Electronic copies (bản sao điện tử) that an agency makes of documents: sao y, sao lục, trích sao.

Ground: Decree 30/2020/NĐ-CP, art. 25 to 27, 32 and Appendix I, Part II: the agency's signature shows at the top right of
the first page as kind, agency and time, without an image; all copies of a year are one series of numbers.
"""
