export const unitsBy = ["launcher", "administrator", "deployer"] as const;
export type UnitsBy = (typeof unitsBy)[number];

/** What a server is prepared for. The names are the inputs of the deploy component. */
export interface Preparation {
  readonly deployUser: string;
  /** One line of `authorized_keys`; none is written when absent. */
  readonly publicKey?: string | undefined;
  readonly serviceName: string;
  readonly serviceUser: string;
  readonly deployPath: string;
  readonly backupPath: string;
  /** Whether the service gets its connections through a socket unit. */
  readonly listen: boolean;
  /** What the socket unit listens on, as the input `listen` says it; only a launcher's socket is made by the script. */
  readonly listenAddress?: string | undefined;
  /**
   * Who writes the units. `deployer`: each deploy, and whoever may do that is root in fact; `administrator`: people do; `launcher`: the
   * script does, once, and what they start reads the release's start command and environment as the service's user.
   */
  readonly units: UnitsBy;
}
