"""Background work that commits and rolls back with the business row: procrastinate behind one seam."""
