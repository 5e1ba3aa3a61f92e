import type { Connection } from "./connection.ts";
import { requesterOver } from "./requester.ts";

/** What each group of operations works with: the connection, and the same for @gitbeaker's resources. */
export interface Area {
  readonly connection: Connection;
  /** The options of every @gitbeaker resource. The token is not among them: it stays in the connection. */
  readonly resource: {
    readonly host: string;
    readonly queryTimeout: null;
    // biome-ignore lint/suspicious/noExplicitAny: @gitbeaker's RequesterType is generic in each method's answer
    readonly requesterFn: any;
  };
  /** Gives an answer of @gitbeaker's our own record's type, which names the fields as GitLab's documentation does. */
  readonly read: <T>(answer: Promise<unknown>) => Promise<T>;
}

/** The area over a connection. */
export function areaOver(connection: Connection): Area {
  return {
    connection,
    resource: { host: connection.address, queryTimeout: null, requesterFn: requesterOver(connection) },
    read: <T>(answer: Promise<unknown>) => answer as Promise<T>,
  };
}
