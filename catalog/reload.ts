/** Only while `berth catalog serve` runs: loads the page again when the project has changed. */
const source = new EventSource("/events");
source.addEventListener("change", () => location.reload());
