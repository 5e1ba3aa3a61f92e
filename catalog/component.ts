/** A component's page: the form, the pipeline picture, the jobs' scripts, and what changed between two releases. */
import { showChanges } from "./changes.ts";
import { startForm } from "./form.ts";
import { find } from "./page.ts";
import { showScripts } from "./scripts.ts";

startForm();
showScripts();
document.querySelector("#compare")?.addEventListener("change", () => void showChanges(find("changes")));
