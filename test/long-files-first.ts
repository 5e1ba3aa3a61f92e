import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take longest, longest first. Without a cache of earlier times vitest begins with the largest files, and some of these hold
 * ten lines: on a fresh clone they would run alone at the end.
 */
export const longest: readonly string[] = [
  "test/host/trial.host.test.ts",
  "test/faults/machine-faults.host.test.ts",
  "test/smoke/runner/scenarios.host.test.ts",
  "test/faults/faults.host.test.ts",
  "test/smoke/runner/scenarios-packages.host.test.ts",
  "test/smoke/runner/scenarios-containers.host.test.ts",
  "test/host/upgrade.host.test.ts",
  "test/host/deploy-several.host.test.ts",
  "test/scripts/build-package.integration.test.ts",
  "test/release/own-jobs.integration.test.ts",
  "test/scripts/build-target.integration.test.ts",
  "test/scripts/run-tests.integration.test.ts",
  "test/smoke/runner/scenarios.integration.test.ts",
];

/** The order of test files: the longest first, the others as vitest has them. */
export default class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((each) => moduleId.endsWith(`/${each}`));
      return index === -1 ? longest.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
