/**
 * Names the code that is running: in the built program this module stands in a file whose name holds a hash of everything that it
 * loads, now or later. Returns undefined where the source runs as it is.
 */
export function ownCode(url = import.meta.url): string | undefined {
  return /[^/]+-[A-Z0-9]{8}\.js$/.exec(url)?.[0];
}
