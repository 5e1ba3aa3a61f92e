import { UsageError } from "../../src/usage-error.ts";

/**
 * The server is booted after the packages are fetched, which takes minutes: what would stand in its way is said before.
 * @throws UsageError where this machine cannot boot throw-away servers.
 */
export async function requireHosts(): Promise<void> {
  if (process.platform !== "linux") throw new UsageError("a throw-away server needs Linux");
  if (process.getuid?.() !== 0)
    throw new UsageError("a throw-away server needs root on this machine; use sudo npm start");
}
