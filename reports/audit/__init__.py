"""The auditor's room: every file of the own municipality, what deviated from the ordinary, the trail, the export.

Nothing here changes a procedure. The only thing written is that somebody took a whole file away.
"""
