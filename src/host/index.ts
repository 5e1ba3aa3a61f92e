/** Throw-away servers and what else a scenario needs from this machine. */
export { type Suite, suites } from "./base-system.ts";
export { type BootOptions, bootHost } from "./boot.ts";
export { canBootHosts, type HostAbility } from "./can-boot.ts";
export { parseDeploymentRecord, type RecordedDeployment } from "./deployment-record.ts";
export { findHost, listHosts } from "./find-host.ts";
export { ensureJobImages, type JobImages, jobImageNames, jobImageStore } from "./job-images.ts";
export { type Preparation, unitsBy } from "./preparation.ts";
export { prepareScript } from "./prepare.ts";
export {
  ensurePackageIndex,
  type PackageIndex,
  startPackageIndex,
  usualPackages,
} from "./python/package-index.ts";
export { ensureSystemPackages } from "./system-packages.ts";
export { removeAllHosts } from "./teardown.ts";
export type { ThrowawayHost } from "./throw-away-host.ts";
