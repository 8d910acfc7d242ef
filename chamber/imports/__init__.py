"""An agenda and people as others write them: one file per source, pure parsers, and the difference before it is applied.

Everything that comes in is text of somebody else: bounded, freed of HTML and control characters, never published unread.
"""
