/** Names of the user's environment that jobs in a shell may see: how to find programs, proxies, package indexes. */
const passed =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_.*|TZ|TERM|(http|https|no|all)_proxy|(HTTP|HTTPS|NO|ALL)_PROXY|PIP_.*|UV_.*|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|DOCKER_HOST|CONTAINER_HOST|XDG_(CACHE|RUNTIME)_.*)$/;

/**
 * The environment of jobs in a shell: what a runner's user would have, and nothing else of the caller's environment, so that
 * a token in it never reaches a job. Temporary files go to `temporaryFolder`, which the caller removes.
 */
export function jobEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  temporaryFolder: string,
): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && passed.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), TMPDIR: temporaryFolder };
}
