"""Files of agencies taken into the directory: checked first, all rows or none, kept, undone while nothing depends on them.

Tables (CSV), and the three answers of the national axis's directory (SDK 2.0.1: getAgenciesList, getAgenciesListQD20,
getSynchronizeUnit); codes follow Decision 20/2020/QĐ-TTg and QCVN 102:2016.
"""
