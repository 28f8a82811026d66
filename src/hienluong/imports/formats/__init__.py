"""Files of agencies, read without Django: tables (CSV) and the national directory's answers."""
