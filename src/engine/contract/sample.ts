import { compilePattern } from "../expression/index.ts";
import type { YamlValue } from "../yaml/index.ts";
import type { Input } from "./input.ts";
import { inputTypeOf } from "./input-types.ts";

/** What people give to inputs; the first that a regex lets through is taken. */
const words = [
  "example",
  "1",
  "a",
  "main",
  "1.0.0",
  "v1.0.0",
  "1.0",
  "test",
  "app",
  "/",
  "/srv/app",
  "src",
  "src/app",
  "https://example.com",
  "example.com",
  "user@example.com",
  "registry.example.com/app:1.0.0",
  "group/project",
  "10",
  "30s",
  "5m",
  "1h",
  "1 day",
  "true",
  "debug",
  "production",
  "staging",
  "EXAMPLE",
  "Example",
  "example_1",
  "example-1",
  "python:3.12",
  "3.11",
  "0",
  "100",
  "abcdef12",
  "0123456789abcdef0123456789abcdef01234567",
  "a.yml",
  ".",
  "./",
  "*",
  "en",
  "eu-west-1",
  "us-east-1",
  "127.0.0.1",
  "192.0.2.1",
  "8080",
  "",
];

/** A value that a caller might give to an input; undefined where no word of ours passes its regex. */
export function sampleValue({
  type,
  options,
  regex,
}: Pick<Input, "type" | "options" | "regex">): YamlValue | undefined {
  if (options !== undefined && options.size > 0) return options.items[0];
  const sample = type && inputTypeOf(type).sample;
  if (sample !== undefined) return sample;
  if (typeof regex !== "string") return "example";
  const pattern = compilePattern(regex);
  return pattern === undefined ? "example" : words.find((word) => pattern.matches(word));
}
