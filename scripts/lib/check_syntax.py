"""Compiles every Python file below a folder and reports every one that does not compile.

usage: python3 check_syntax.py FOLDER PROJECT REPORT [EXCLUDE…]

Prints ``path:line:column: message`` for each, paths from PROJECT, and writes a GitLab code quality report
(https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format). Exits with 1 when there is one, or no file.
"""

import hashlib
import json
import os
import sys
import warnings

from source_files import source_files


def main(folder, project, report, *exclude):
    warnings.simplefilter("ignore")
    paths = [path for path in source_files(folder, exclude) if path.endswith(".py")]
    if not paths:
        print(f"error: no Python file in {os.path.relpath(folder, project)} (inputs source_folder and exclude)")
        return 1
    findings = []
    for path in paths:
        place = os.path.join(folder, path)
        finding = syntax_error(place)
        if finding:
            findings.append((os.path.relpath(place, project), *finding))
    for path, line, column, message in findings:
        print(f"{path}:{line}:{column}: {message}")
    write_report(findings, report)
    print(f"{len(paths)} Python files, {len(findings)} with a syntax error (Python {sys.version.split()[0]})")
    return 1 if findings else 0


def syntax_error(place):
    """(line, column, message) of the first error, which is all that Python's parser gives of a file; None when it compiles."""
    try:
        with open(place, "rb") as file:
            compile(file.read(), place, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 1, max(error.offset or 1, 1), error.msg
    except (ValueError, RecursionError, MemoryError, OSError) as error:
        return 1, 1, str(error) or type(error).__name__
    return None


def write_report(findings, report):
    with open(report, "w", encoding="utf-8") as file:
        json.dump([code_quality_issue(*finding) for finding in findings], file, indent=1)


def code_quality_issue(path, line, column, message):
    return {
        "description": f"Syntax error: {message}",
        "check_name": "validate_syntax",
        "fingerprint": hashlib.sha256(f"{path}\0{message}".encode()).hexdigest(),
        "severity": "blocker",
        "location": {"path": path, "positions": {"begin": {"line": line, "column": column}}},
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
