import { describe, expect, it } from "vitest";
import { whereHostsBoot } from "../host/hosts.ts";
import { badDeploys } from "./server/bad-packages.ts";
import { testFaults, useTrial } from "./server/fault-cases.ts";

describe("a deploy", await whereHostsBoot(), () => {
  const on = useTrial();

  testFaults(on, [
    ["network cut for 3 s", "Make the virtual environment"],
    ["disk full", "Make the virtual environment"],
    ["read-only", "Write the environment file"],
  ]);

  it.each([
    "the application crashes when it is imported",
    "a wheel is not the one that was built",
  ])("is refused, and nobody notices, when %s", async (name) => {
    const { make, cause, options } = badDeploys.find((each) => each.name === name)!;
    expect(await on.trial.refused(make(on.packages, "9.0.0"), cause, options)).toEqual([]);
  });
});
