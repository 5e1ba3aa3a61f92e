"""Keeps what a long tool says in a file, and shows that it lives: its warnings at once, and now and then what it is at.

usage: COMMAND 2>&1 | python3 watch_tool.py WORDS
"""

import re
import sys
import time

SHOWN = re.compile(r"^\s*warning\b|^packages for ", re.IGNORECASE)
STEP = re.compile(r"^\s*((?:Collecting|Downloading|Building|Preparing|Running command)\b.*)")
PASSWORD = re.compile(r"(://[^/\s:@]*:)[^@\s/]+@")
SECONDS_OF_SILENCE = 20


def main(words):
    spoke = time.monotonic()
    with open(words, "w", encoding="utf-8") as file:
        for raw in sys.stdin.buffer:
            line = PASSWORD.sub(r"\1****@", raw.decode("utf-8", "replace").rstrip())
            file.write(f"{line}\n")
            file.flush()
            step = STEP.match(line)
            if SHOWN.match(line) or step and time.monotonic() - spoke > SECONDS_OF_SILENCE:
                print(step[1][:120] if step else line, file=sys.stderr, flush=True)
                spoke = time.monotonic()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
