import type { ThrowawayHost } from "../../../src/host/index.ts";
import { deployPath, type Transaction } from "./transaction.ts";

/** Something that goes wrong while a transaction stands before one of its steps. */
export interface Fault {
  readonly name: string;
  /** Brings it about and lets the transaction go on, if it still can. Returns when the transaction has ended. */
  strike(transaction: Transaction, host: ThrowawayHost): Promise<void>;
  /**
   * What people may notice: `nothing`, `writes` (tickets cannot be opened meanwhile, and /healthz may say that the database
   * does not answer) or `all` (no answer at all).
   */
  readonly noticed: "nothing" | "writes" | "all";
  /** A deploy that cannot see the fault must succeed. */
  readonly survived?: boolean;
  /** What the message must name where the deploy fails. */
  readonly cause: RegExp;
}

export const faults: readonly Fault[] = [
  {
    name: "killed",
    noticed: "nothing",
    cause: /killed in the step|was killed/,
    strike: async (transaction) => {
      await transaction.kill();
      await transaction.ended();
    },
  },
  {
    name: "killed with its guard",
    noticed: "nothing",
    cause: /killed in the step|was killed/,
    strike: (transaction) => transaction.killWithGuard(),
  },
  {
    name: "power loss",
    noticed: "all",
    cause: /killed in the step|was killed|interrupted/,
    strike: async (_, host) => {
      await host.powerLoss();
      await host.powerOn();
    },
  },
  {
    name: "network cut",
    noticed: "all",
    survived: true,
    cause: /./,
    strike: async (transaction, host) => {
      await host.cutNetwork();
      await transaction.proceed();
      await transaction.ended();
      await host.healNetwork();
    },
  },
  {
    name: "network cut for 3 s",
    noticed: "all",
    survived: true,
    cause: /./,
    strike: async (transaction, host) => {
      await host.cutNetwork();
      await transaction.proceed();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await host.healNetwork();
      await transaction.ended();
    },
  },
  {
    name: "disk full",
    noticed: "writes",
    cause: /[Nn]o space left|disk is full|MB free/,
    strike: async (transaction, host) => {
      try {
        await host.fillDisk("/var/tmp");
        await transaction.proceed();
        await transaction.ended();
      } finally {
        await host.freeDisk("/var/tmp");
      }
    },
  },
  {
    name: "read-only",
    noticed: "writes",
    cause: /[Rr]ead-only/,
    strike: async (transaction, host) => {
      await host.makeReadOnly(deployPath);
      try {
        await transaction.proceed();
        await transaction.ended();
      } finally {
        await host.makeWritable(deployPath);
      }
    },
  },
];
