"""The maintained list of reasons that agencies choose from when they refuse, ask back or keep a document.

A reason has a code, its words in Vietnamese and English, the days it is offered, and its source; where no law gives
one it is marked provisional. The words travel in the status; the code is ours.
"""
