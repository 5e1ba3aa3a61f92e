import { load, make, ownName } from "./page.ts";

/** Shows a job's script when its details are opened for the first time: scripts can be many times longer than the page. */
export function showScripts(): void {
  for (const job of document.querySelectorAll<HTMLDetailsElement>("details[data-script]")) {
    job.addEventListener("toggle", () => void showScript(job), { once: true });
  }
}

async function showScript(job: HTMLDetailsElement): Promise<void> {
  await load(`${ownName()}.script-${job.dataset.script}.js`);
  const { script } = globalThis.berthScript;
  if (script === "") return;
  const block = make("pre");
  block.tabIndex = 0;
  block.append(make("code", script));
  job.querySelector(".script")?.append(block);
}
