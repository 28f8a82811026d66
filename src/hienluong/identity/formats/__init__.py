"""Tables as files, without Django: CSV and workbooks for spreadsheet programs."""
