import { readNetwork } from "./access.ts";
import { openTransport } from "./transport.ts";

/** GitLab gives up after so long, and follows so many redirects (Gitlab::HTTP, 18.11). */
const TIMEOUT = 10_000;
const MOST_REDIRECTS = 5;

/** What came of a download: the text, or the status of another answer, or what went wrong, as it stands behind "because of". */
export type Download = { readonly text: string } | { readonly status: number } | { readonly failure: string };

/** The text at an address on the web, asked for without any token, or why it cannot be had, in GitLab's words. Throws where `signal` aborts. */
export async function downloadText(
  url: string,
  { env, signal }: { env: Readonly<Record<string, string | undefined>>; signal?: AbortSignal | undefined },
): Promise<Download> {
  const send = openTransport(readNetwork(env));
  const timeout = AbortSignal.timeout(TIMEOUT);
  try {
    let address = new URL(url);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const answer = await send({
        method: "GET",
        url: address,
        headers: {},
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const target = answer.status >= 300 && answer.status < 400 ? answer.headers.get("location") : null;
      if (target === null) return answer.ok ? { text: await answer.text() } : { status: answer.status };
      await answer.body?.cancel();
      address = new URL(target, address);
    }
    return { failure: "HTTP error" };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { failure: timeout.aborted ? "a timeout error" : "a socket error" };
  }
}
