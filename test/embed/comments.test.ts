import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { wholeLineComments } from "../../src/embed/comments.ts";

const scripts = fileURLToPath(new URL("../../scripts", import.meta.url));

function withoutComments(script: string): string {
  const comments = wholeLineComments(script);
  return script
    .split("\n")
    .filter((_, index) => !comments.has(index))
    .join("\n");
}

/** What bash understands of a script, printed its own way, which knows no comments. */
function asBashReadsIt(script: string): string[] {
  const printed = execFileSync("bash", ["--norc", "--pretty-print"], { input: script, encoding: "utf8" });
  return printed.split("\n").filter((line) => line.trim() !== "");
}

describe("wholeLineComments", () => {
  it.each([
    ["comments between commands", "# 1\na # b\n  # 2\n\t# 3\nc\n", [0, 2, 3]],
    [
      "comments in functions, lists and substitutions",
      "f() {\n# 1\n a=(\n# 3\n x)\n}\nb=$(\n# 7\n c)\n",
      [1, 3, 7],
    ],
    ["comments with quotes in them", "# don't\na\n# \"b\n# $(\nc\n", [0, 2, 3]],
    ["a comment after a here-document", "cat <<E\n# text\nE\n# 3\n", [3]],
    ["not the interpreter's line", "#!/bin/sh\n# 1\n", [1]],
    ["not what is in quotes", "a '\n# b\n' \"\n# c\n\" $'\\'\n# d\n'\n", []],
    ["not what is in a quoted substitution's quotes", 'a "$(b "\n# c\n")"\n# 3\n', [3]],
    ["not the text of here-documents", "a <<'E' <<-F\n# b\nE\n\t# c\n\tF\n# 5\n", [5]],
    ["not the text of one in a substitution", 'a="$(cat <<"E F"\n# b)"\nE F\n)"\n# 4\n', [4]],
    ["not what follows a backslash", "a \\\n# b\nc\n# 3\n", [3]],
    ["a shift of bits is no here-document", "a=$((1 << 2))\n# 1\n((b <<= c))\n# 3\n", [1, 3]],
    ["nor are three signs", "a <<<b\n# 1\n", [1]],
    ["two subshells are no arithmetic", "((a; b) | c)\n# 1\n", [1]],
    ["# within words", "a ${#b} $# c#d ${e#f} ${g##*'}'}\n# 1\n", [1]],
    ["quotes in a word by default", 'a "${b:-it\'s}"\n# 1\n', [1]],
    ["`case` in a substitution", 'a="$(case $b in\nc) d "\n# e\n" ;;\nesac)"\n# 5\n', [5]],
    ["none, where a here-document has no end", "# a\ncat <<E\n# b\n", []],
    ["none, where a quote has no end", "# a\nb '\n# c\n", []],
  ])("%s", (_, script, expected) => {
    expect([...wholeLineComments(script)]).toEqual(expected);
  });

  it("leaves of each of Berth's scripts what bash reads, and no comment outside of here-documents", () => {
    const files = readdirSync(scripts, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".sh"),
    );
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) {
      const script = readFileSync(`${scripts}/${file}`, "utf8");
      const rest = withoutComments(script);
      expect(asBashReadsIt(rest), file).toEqual(asBashReadsIt(script));
      const inHereDocuments = asBashReadsIt(script).filter((line) => line.startsWith("#"));
      expect(
        rest.split("\n").filter((line) => /^#(?!!)/.test(line)),
        file,
      ).toEqual(inHereDocuments);
    }
  });
});
