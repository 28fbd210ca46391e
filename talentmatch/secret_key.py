"""A secret key for an installation that was given none."""

import os
import secrets
from pathlib import Path


def own_secret_key(folder: Path) -> str:
    """The key kept in ``folder``, made on first use and readable by its owner alone.

    Several processes may start at once: the first to create the file decides.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "secret-key"
    if not path.exists():
        draft = folder / f"secret-key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first; its key is the one
        finally:
            draft.unlink()
    return path.read_text()
