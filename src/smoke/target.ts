import type { CiVariable } from "../pipelines/variables.ts";

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
  return [
    { key: "SSH_PRIVATE_KEY", value: privateKey, type: "file", masked: true, raw: true },
    plainVariable("SSH_KNOWN_HOSTS", knownHosts),
    plainVariable("DEPLOY_SERVER", port === 22 ? address : `${address}:${port}`),
    plainVariable("DEPLOY_USER", user),
  ];
}

/** A variable that is no secret and whose value is taken as it is. */
export function plainVariable(key: string, value: string): CiVariable {
  return { key, value, type: "variable", masked: false, raw: true };
}
