// The dashboard as one file: unpacks the calls within it, and draws them.
import { mount } from "../mount";
import { unpacked } from "./content";
import { FileTransport } from "./transport";

const element = document.getElementById("app");
const data = document.getElementById("data");
if (element && data) {
  const transport = new FileTransport(await unpacked(data.textContent));
  data.remove();
  // In a file time stands still: what is told of "today" and "in two hours" is as of when it was written.
  Date.now = () => transport.about.now;
  /** For the curious at the console: `await codexUsage.ask("summary", { group_by: "model" })`. */
  Object.assign(globalThis, { codexUsage: transport });
  mount(element, transport);
}
