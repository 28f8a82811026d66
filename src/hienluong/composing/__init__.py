"""Writing a document in the browser: the form, the answers to check, files kept between the two.

Fields and lengths are those of Decree 30/2020/NĐ-CP, App. VI, Part II. Stands above the exchange, which writes the edXML.
"""
