import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { longest } from "./long-files-first.ts";

it("names files that there are: vitest would begin with the wrong ones", () => {
  expect(longest.filter((each) => !existsSync(new URL(`../${each}`, import.meta.url)))).toEqual([]);
});
