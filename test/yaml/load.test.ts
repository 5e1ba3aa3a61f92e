import { describe, expect, it } from "vitest";
import {
  FloatValue,
  fromJson,
  loadYaml,
  Place,
  Reference,
  Source,
  SymbolValue,
  toJson,
  toYamlText,
  YamlError,
  type YamlList,
  YamlMap,
  type YamlValue,
} from "../../src/engine/yaml/index.ts";

function load(text: string): YamlValue {
  return loadYaml(new Source("a.yml", text)).value;
}

function loadValue(text: string): YamlValue | undefined {
  const map = load(`a: ${text}\n`);
  return map instanceof YamlMap ? map.get("a") : undefined;
}

function failure(text: string): YamlError {
  try {
    load(text);
  } catch (error) {
    if (error instanceof YamlError) return error;
    throw error;
  }
  throw new Error("loaded, but should not");
}

describe("scalars mean what they mean to Ruby's Psych", () => {
  it.each<[string, unknown]>([
    ["yes", true],
    ["off", false],
    ["n", "n"],
    ["nUll", null],
    ["1_000", 1000],
    ["0x1A", 26],
    ["010", 8],
    ["09", "09"],
    ["1:30", 5400],
    ["6.02e23", "6.02e23"],
    ["'5'", "5"],
    ["!!str 5", "5"],
    ["0o14", "0o14"],
    ["9007199254740993", 9007199254740993n],
  ])("%s", (text, value) => {
    expect(loadValue(text)).toEqual(value);
  });

  it("tells floats, symbols and references apart from numbers, strings and lists", () => {
    expect(loadValue("1.0")).toEqual(new FloatValue(1));
    expect(loadValue(":name")).toEqual(new SymbolValue("name"));
    expect(loadValue("!reference [a, b]")).toBeInstanceOf(Reference);
  });

  it("refuses dates in GitLab's words", () => {
    expect(failure("a: 2024-01-01").message).toBe("Tried to load unspecified class: Date");
  });
});

describe("places", () => {
  const text = "job:\n  script: [echo hi]\n  when: manual\n";
  const root = load(text) as YamlMap;
  const job = root.get("job") as YamlMap;

  it("are known of keys, values and items", () => {
    expect(root.entry("job")?.keyPlace?.toJSON()).toEqual({
      file: "a.yml",
      line: 1,
      column: 1,
      endLine: 1,
      endColumn: 4,
    });
    expect(job.entry("when")?.valuePlace?.toJSON()).toEqual({
      file: "a.yml",
      line: 3,
      column: 9,
      endLine: 3,
      endColumn: 15,
    });
    expect((job.get("script") as YamlList).places[0]).toMatchObject({ line: 2, column: 12 });
  });

  it("survive a merge key", () => {
    const merged = (load(".a: &a\n  x: 1\nb:\n  <<: *a\n") as YamlMap).get("b") as YamlMap;
    expect(merged.entry("x")?.valuePlace).toMatchObject({ line: 2, column: 6 });
  });

  it("can say which include and which input brought a value", () => {
    const site = new Place(new Source(".gitlab-ci.yml", "include: x"), 0, 7);
    const place = new Place(new Source("x.yml", "a: b", site), 3, 4).withOrigins([
      {
        input: "name",
        place: undefined,
      },
    ]);
    expect(place.includedFrom?.file).toBe(".gitlab-ci.yml");
    expect(place.origin?.input).toBe("name");
  });
});

describe("mappings", () => {
  it("keep the first position and the last value of a repeated key", () => {
    expect(JSON.stringify(toJson(load("a: 1\nb: 2\na: 3")))).toBe('{"a":3,"b":2}');
  });
  it("tell the key 1 from the key '1'", () => {
    expect((load("1: a\n'1': b") as YamlMap).size).toBe(2);
  });
});

describe("faults", () => {
  it("carry libyaml's wording and the place", () => {
    const error = failure("a: 1\n b: 2\n");
    expect(error.message).toBe(
      "(<unknown>): mapping values are not allowed in this context at line 2 column 3",
    );
    expect(error.place).toMatchObject({ line: 2, column: 3 });
  });
  it("count lines from the start of the file when a part is loaded", () => {
    const source = new Source("a.yml", "x: 1\n---\na: ]\n");
    expect(() => loadYaml(source, 9)).toThrowError(
      expect.objectContaining({ place: expect.objectContaining({ line: 3 }) }),
    );
  });
  it.each([
    ["flow lists nested 100,000 deep", "[".repeat(100_000)],
    ["mappings nested 100,000 deep", "? ".repeat(100_000)],
    ["a value that contains itself", "a: &x [*x]"],
  ])("size: %s", (_name, text) => {
    expect(failure(text).kind).toBe("size");
  });
});

describe("writing", () => {
  it.each([
    [
      "a: 1\nb: [x, 'y', 1.5, 2.0, null, true, 'yes', '1', ':s', '010', '1:30']\nc: {}\nd: |\n  line\n  line\n",
    ],
    ["a: !reference [x, script]\nb: :sym\n'<<': 5\n'2024-01-01': '2024-01-01'\n"],
  ])("gives a text that loads to the same tree", (text) => {
    const tree = load(text);
    expect(toJson(load(toYamlText(tree)))).toEqual(toJson(tree));
  });
  it("takes plain data in and gives it back", () => {
    const data = { a: [1, "x", null, { "!reference": ["b"] }], c: { "!int": "9007199254740993" } };
    expect(toJson(fromJson(data))).toEqual(data);
  });
});

describe("what Psych says of odd scalars (asked of Ruby)", () => {
  it.each<[string, string]>([
    [`:'x'{default"a b"`, "x"],
    [`:"a" b`, "a"],
    [`:":a"`, "a"],
    [`:'a"`, `'a"`],
  ])("%s is a symbol", (text, name) => {
    expect(loadValue(text)).toEqual(new SymbolValue(name));
  });

  it.each<[string, unknown]>([
    ["!!float 0.1_2", 0.12],
    ["!!float 1e3_1", 1e31],
    ["!!str {str: x}", "x"],
    ["!!str {}", null],
    ["!!omap [{a: 1, b: 2}, [c, d]]", { a: 2, c: "d" }],
    ["\\\n\n  yes", "\\\nyes"],
  ])("%s", (text, value) => {
    expect(toJson(loadValue(text)!)).toEqual(value);
  });

  it.each<[string, string]>([
    ["1:60", "160="],
    ["a=bc", "abc="],
    ["ab-_cd", "abcd"],
    ["/w==/w==", "/w=="],
  ])("!!binary %s skips what is no base64", (text, base64) => {
    const value = toJson(loadValue(`!!binary ${text}`)!);
    const bytes =
      typeof value === "string"
        ? Buffer.from(value)
        : Buffer.from((value as { "!binary": string })["!binary"], "base64");
    expect(bytes).toEqual(Buffer.from(base64, "base64"));
  });

  it.each(["2024-02-30", "2023-02-29", "0000-00-00"])("%s is no date, but refused like one", (text) => {
    expect(failure(`a: ${text}\n`)).toMatchObject({
      kind: "syntax",
      message: "Tried to load unspecified class: Date",
    });
  });

  it.each([
    "0x_",
    "-0b_",
    ".e+3",
    "!!str {a: b}",
    "!!omap [a]",
    "!!omap [{}]",
    "!!float 1__0",
  ])("%s makes GitLab fail", (text) => {
    expect(failure(`a: ${text}\n`).kind).toBe("crash");
  });
});
