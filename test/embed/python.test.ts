import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compactPython } from "../../src/embed/python.ts";

const scripts = fileURLToPath(new URL("../../scripts", import.meta.url));

/** The program as Python understands it, without docstrings: its syntax tree, without places. */
function asPythonReadsIt(program: string): string {
  const reader = `
import ast, sys
tree = ast.parse(sys.stdin.read())
for node in ast.walk(tree):
    body = getattr(node, "body", None)
    if isinstance(body, list):
        kept = [each for each in body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str))]
        node.body = kept or ([] if isinstance(node, ast.Module) else [ast.Pass()])
print(ast.dump(tree))
`;
  return execFileSync("python3", ["-c", reader], { input: program, encoding: "utf8" });
}

describe("a Python program as it travels", () => {
  it.each(
    readdirSync(scripts, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".py")),
  )("does what scripts/%s does, in fewer bytes", (file) => {
    const program = readFileSync(`${scripts}/${file}`, "utf8");
    const compact = compactPython(program);
    expect(asPythonReadsIt(compact)).toBe(asPythonReadsIt(program));
    expect(compact.length).toBeLessThan(program.length);
    expect(compact).not.toMatch(/^\s*(#|""")/m);
  });

  it("keeps every character of strings, and what only looks like a comment", () => {
    const program = [
      "'''Head'''",
      "text = '''a  # no comment",
      '    indented "quoted"',
      "'''  # a comment",
      "if text:",
      "    '''alone'''",
      "def f(",
      "        a='#',  # why",
      '        b="it\'s\\"#",',
      "):",
      "    '''what it does",
      "",
      "    and why'''",
      "    return a + \\",
      "        b",
      "",
    ].join("\n");
    expect(compactPython(program)).toBe(
      [
        "text = '''a  # no comment",
        '    indented "quoted"',
        "'''",
        "if text:",
        " pass",
        "def f(",
        " a='#',",
        ' b="it\'s\\"#",',
        " ):",
        " return a + \\",
        "  b",
        "",
      ].join("\n"),
    );
    expect(asPythonReadsIt(compactPython(program))).toBe(asPythonReadsIt(program));
  });

  it.each([
    [
      "the program reads its docstring",
      '"""usage: x"""\nprint(__doc__)\n',
      '"""usage: x"""\nprint(__doc__)\n',
    ],
    ["a quote has no end", "a = 'b\n    # why\n", "a = 'b\n    # why\n"],
    ["a parenthesis has no end", "a = (1\n    # why\n", "a = (1\n    # why\n"],
  ])("is left as it is where %s", (_, program, expected) => expect(compactPython(program)).toBe(expected));
});
