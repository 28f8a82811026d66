"""Files of agencies, read and written without Django: tables (CSV, XLSX) and the national directory's answers."""
