/** The problem room: what can be wrong with a configuration, by code, in GitLab's words. */
export { type Code, codes, type FactsOf } from "./codes.ts";
export {
  type Circumstances,
  type Fault,
  fault,
  identity,
  joined,
  type Known,
  mayComeFromElsewhere,
  type Problem,
  problemOf,
  separate,
} from "./problem.ts";
export { say } from "./say.ts";
