import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { packed } from "../../src/embed/packed.ts";

const unpack = (text: string) => gunzipSync(Buffer.from(text, "base64")).toString("utf8");

describe("a packed text", () => {
  it("is what base64 and gzip give back, in lines that fit a terminal", () => {
    const text = "printf '%s\\n' \"$ümläut\"\n".repeat(400).trimEnd();
    expect(unpack(packed(text))).toBe(`${text}\n`);
    expect(packed(text).length).toBeLessThan(text.length / 4);
    for (const line of packed(text).split("\n")) expect(line.length).toBeLessThanOrEqual(76);
  });

  it("is the same bytes each time", () => {
    expect(packed("echo one")).toBe("H4sIAAAAAAACA0tNzshXyM9L5QIAl5Dw9wkAAAA=");
  });

  it("is in the templates what the comment above it says", () => {
    const text = readFileSync(new URL("../../templates/shared/scripts.yml", import.meta.url), "utf8");
    const readable = [
      ...text.matchAll(/^ {2}# (berth_\w+):\n((?: {2}#.*\n(?! {2}# berth_\w+:\n))* {2}#.*\n)/gm),
    ];
    const parts = [
      ...text.matchAll(
        /^ {4}(berth_\w+)\(\) \{\n {4}base64 -d <<'(\w+)' \| gzip -dc\n([\s\S]*?)\n {4}\2\n/gm,
      ),
    ];
    expect(parts.length).toBeGreaterThan(5);
    expect(readable.map(([, name]) => name)).toEqual(parts.map(([, name]) => name));
    for (const [index, [, name, , body]] of parts.entries()) {
      const comment = readable[index]![2]!.replace(/^ {2}# ?/gm, "");
      expect(comment, name).toBe(unpack(body!.replace(/^ +/gm, "")));
    }
  });
});
