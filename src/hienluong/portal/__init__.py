"""The face: base templates, components, navigation and home; other modules' pages stand in its frame."""
