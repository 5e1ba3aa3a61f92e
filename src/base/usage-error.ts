/** The user's mistake, in one line: what, where, and what would be right. The command line prints it and exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
