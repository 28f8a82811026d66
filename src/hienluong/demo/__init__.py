"""The demonstration's main job: agencies' systems that exchange a letter, and what must come of it."""
