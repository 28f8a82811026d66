"""The demonstration: its main job, agencies' systems that exchange a letter; the authority and the devices that sign in it."""
