import { expect, it } from "vitest";
import { commandWords } from "../../src/embed/words.ts";

it.each([
  ["commands and their bare arguments", "step 'Take the lock' take_lock", "code", ["step", "take_lock"]],
  ["no text for people", `fail "no step out of it" 'guard it'`, "code", ["fail"]],
  [
    "commands inside of text",
    'say "$(live_release "$1") is \\"live\\", $(count) times"',
    "code",
    ["say", "live_release", "count"],
  ],
  [
    "no variables",
    'for run in $runs "${released:-}"; do end "$guard"; done',
    "code",
    ["for", "run", "in", "do", "end", "done"],
  ],
  ["what a trap runs", "trap 'conclude $?' EXIT", "code", ["trap", "conclude", "EXIT"]],
  [
    "all of a line with case",
    `x=$(case $1 in "a b") begin ;; esac)`,
    "code",
    ["x", "case", "in", "a", "b", "begin", "esac"],
  ],
  ["commands in a here-document", 'ExecStart=$(command_of "$1") recover', "here-document", ["command_of"]],
  [
    "all of a line that begins inside quotes",
    'the guard" && start_guard',
    "quoted",
    ["the", "guard", "start_guard"],
  ],
] as const)("takes %s", (_, line, begins, words) => {
  expect(commandWords(line, begins)).toEqual(words);
});
