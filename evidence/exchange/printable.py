"""What office documents can hold of a text."""

import re

# Characters that XML can't hold, such as those that come along when text is pasted from elsewhere.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def printable(text: str) -> str:
    return UNPRINTABLE.sub("", text)
