"""Practice: one person's invented town, played through the ordinary acts at an invented time.

`world` builds it, `rivals` are the companies that bid, `colleagues` do what needs a second person, `steps` say where
one stands, `runs` start, move and end a run, `middleware` lets a request happen inside it.
"""
