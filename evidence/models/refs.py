"""Short refs that can be cited and read out over the telephone."""

import hashlib
import secrets

# No 0 and O, 1 and I and L, U and V: none can be taken for another.
REF_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
REF_LENGTH = 8


def random_ref(letter: str) -> str:
    """A fresh ref: the letter of what it names, and eight characters."""
    return f"{letter}-" + "".join(secrets.choice(REF_ALPHABET) for _ in range(REF_LENGTH))


def fixed_ref(letter: str, key: str) -> str:
    """A ref that is the same on every installation for the same key."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest())
    characters = []
    for _ in range(REF_LENGTH):
        number, position = divmod(number, len(REF_ALPHABET))
        characters.append(REF_ALPHABET[position])
    return f"{letter}-" + "".join(characters)
