import { describe, test } from "vitest";
import { systemHas } from "../scripts/system.ts";
import { readFixtures } from "./fixture.ts";
import { holdsFor, needsShellCheck } from "./holds.ts";

const shellcheckThere = await systemHas("shellcheck");

describe.skipIf(!shellcheckThere)("every rule runs over every fixture that has ShellCheck's findings", () => {
  for (const fixture of readFixtures().filter(needsShellCheck))
    test(`${fixture.rule}/${fixture.name}`, () => holdsFor(fixture));
});
