"""Documents on their way to being issued (ban hành): number and date, person, agency, then out of the house.

Ground: Decree 30/2020/NĐ-CP, art. 13 to 18, 32.2 and Appendix I: the number is given first, the person with authority
signs, the clerk signs for the agency only what that person signed, and only then it is sent.
"""
