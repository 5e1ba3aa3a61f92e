"""Which files are the application: the walk that validate and build share."""

import fnmatch
import os
import re

# Left out wherever they stand, with the reason that the log gives.
NEVER = {
    "version control": (".git", ".hg", ".svn"),
    "a virtual environment": ("venv", ".venv"),
    "made by a tool": (
        *("__pycache__", "*.pyc", "*.pyo", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox", ".cache"),
        *(".coverage", ".coverage.*", ".berth", ".complete", ".rsync-partial", "berth-build.env", ".gitlab-ci-local", ".DS_Store", "deployment_package.tar.gz*"),
    ),
    "may hold secrets": (
        *(".env", ".env.*", "*.env", ".envrc", "*.key", "*.ppk", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx"),
        *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".ssh", ".gnupg", ".aws"),
        *(".netrc", ".pypirc", ".pgpass", ".my.cnf", ".htpasswd", ".git-credentials", ".npmrc", ".yarnrc.yml"),
        *(".docker/config.json", ".dockercfg", ".kube", "kubeconfig", ".vault-token", ".azure", ".gcloud", "*.tfstate", "*.tfstate.*"),
    ),
    "a database": (
        *("*.db", "*.db-wal", "*.db-shm", "*.db-journal"),
        *("*.sqlite", "*.sqlite-*", "*.sqlite3", "*.sqlite3-*"),
        *("dump*.sql", "*dump.sql", "*.sql.gz", "*.dump"),
    ),
}

# `.coveragerc` and the like are configuration, not data of the tool.
# Whatever the case: prod.ENV holds what prod.env holds.
_never = [
    (reason, re.compile("|".join(map(fnmatch.translate, names)), re.IGNORECASE)) for reason, names in NEVER.items()
]


def source_files(folder, exclude=(), left_out=None):
    """The files below ``folder``, as sorted paths with forward slashes relative to it.

    ``left_out`` (a dictionary) receives each path, file or folder, that stays out, with the reason.
    """
    found = []
    for directory, folders, files in os.walk(folder):
        base = os.path.relpath(directory, folder).replace(os.sep, "/")
        kept = []
        for name in sorted(folders + files):
            path = name if base == "." else f"{base}/{name}"
            place = os.path.join(directory, name)
            reason = reason_to_leave_out(name, place) or ("excluded" if matches_any(path, exclude) else None)
            if reason:
                if left_out is not None:
                    left_out[path] = reason
            elif name in folders and not os.path.islink(place):
                kept.append(name)
            else:
                found.append(path)
        folders[:] = kept
    return sorted(found)


def reason_to_leave_out(name, place):
    """Why a file or folder of this name is never part of the application; None when it may be."""
    if os.path.isfile(os.path.join(place, "pyvenv.cfg")):
        return "a virtual environment"
    beside = f"{os.path.basename(os.path.dirname(place))}/{name}"
    return next((reason for reason, names in _never if names.match(name) or names.match(beside)), None)


def matches_any(path, patterns):
    return any(matches(path, pattern) for pattern in patterns)


def matches(path, pattern):
    """Like .gitignore: a pattern with a slash starts at the root, one without matches a name anywhere.

    A matched folder takes everything below it along. ``*`` also spans folders.
    """
    parts = path.split("/")
    anchored = "/" in pattern.rstrip("/")
    wanted = pattern.strip("/") or pattern
    if anchored:
        candidates = ["/".join(parts[: length + 1]) for length in range(len(parts))]
    else:
        candidates = parts
    return any(fnmatch.fnmatchcase(candidate, wanted) for candidate in candidates)
