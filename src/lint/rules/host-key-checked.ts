import { matchScripts } from "../match-scripts.ts";
import type { Rule } from "../rule.ts";

const off = /StrictHostKeyChecking[\s=]+["']?(?:no|off)\b|UserKnownHostsFile[\s=]+["']?\/dev\/null/i;
const first = /StrictHostKeyChecking[\s=]+["']?accept-new\b/i;
const scan = /\bssh-keyscan\b[^\n|;&]*>>?\s*\S*known_hosts/;

export const rule: Rule = {
  id: "host-key-checked",
  group: "security",
  severity: "warning",
  confidence: "high",
  summary: "SSH checks the server's key against a pinned one.",
  why: "With host key checking switched off, or with a key that the job fetches itself, anyone between runner and server can take the server's place and receive the deployment.",
  reference: "https://docs.gitlab.com/ci/jobs/ssh_keys/#verifying-the-ssh-host-keys",
  check(file, { report }) {
    for (const { at } of matchScripts(file.allNodes, off)) {
      report({
        at,
        message: "host key checking is switched off",
        hint: "put the server's key into a File variable such as SSH_KNOWN_HOSTS",
      });
    }
    for (const { at } of matchScripts(file.allNodes, first)) {
      report({
        at,
        message: "accept-new trusts whichever server answers first, and every job is the first",
        hint: "put the server's key into a File variable such as SSH_KNOWN_HOSTS",
      });
    }
    for (const { at } of matchScripts(file.scriptNodes, scan)) {
      report({
        at,
        message: "ssh-keyscan trusts whichever server answers",
        hint: "scan once, check the key, and keep it in SSH_KNOWN_HOSTS",
      });
    }
  },
};
