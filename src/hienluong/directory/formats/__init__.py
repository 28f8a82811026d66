"""Files of agencies, written without Django: tables (CSV, XLSX)."""
