import type { CiVariable } from "./local/variables.ts";

/** A server that a scenario may deploy to. */
export interface DeployTarget {
  /** Name or address. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** The text of the private key. */
  readonly privateKey: string;
  /** Lines as `ssh-keyscan` prints them. */
  readonly knownHosts: string;
}

/** The CI/CD variables that Berth's deploy components read, for this server. */
export function deployVariables({ address, port, user, privateKey, knownHosts }: DeployTarget): CiVariable[] {
  const plain = { masked: false, raw: true } as const;
  return [
    { key: "SSH_PRIVATE_KEY", value: privateKey, type: "file", masked: true, raw: true },
    { key: "SSH_KNOWN_HOSTS", value: knownHosts, type: "variable", ...plain },
    { key: "DEPLOY_SERVER", value: port === 22 ? address : `${address}:${port}`, type: "variable", ...plain },
    { key: "DEPLOY_USER", value: user, type: "variable", ...plain },
  ];
}
