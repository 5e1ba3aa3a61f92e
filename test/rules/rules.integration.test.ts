import { describe, test } from "vitest";
import { systemHas } from "../scripts/system.ts";
import { skippedWhere } from "../skipped.ts";
import { readFixtures } from "./fixture.ts";
import { holdsFor, needsShellCheck } from "./holds.ts";

const where = skippedWhere((await systemHas("shellcheck")) ? "" : "no ShellCheck here");

describe("every rule runs over every fixture that has ShellCheck's findings", where, () => {
  for (const fixture of readFixtures().filter(needsShellCheck))
    test(`${fixture.rule}/${fixture.name}`, () => holdsFor(fixture));
});
