import { UsageError } from "../../src/base/usage-error.ts";
import { canBootHosts } from "../../src/host/index.ts";
import type { Tour } from "./tell.ts";

/**
 * The server is booted after the packages are fetched, which takes minutes: what would stand in its way is said before.
 * @throws UsageError where this machine cannot boot throw-away servers.
 */
export async function requireHosts({ say, signal }: Pick<Tour, "say" | "signal">): Promise<void> {
  const ability = await canBootHosts({ say, signal });
  if (!ability.possible) throw new UsageError(`a throw-away server cannot run here: ${ability.reason}`);
}
