"""A meeting in the forms that archive, council information system and residents take: one file per format, pure builders.

What was withheld, said behind closed doors or belongs to somebody who withheld the name is in none of them.
"""
