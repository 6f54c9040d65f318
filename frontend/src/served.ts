import { mount } from "./mount";
import { HttpTransport } from "./transport";

const element = document.getElementById("app");
const demo = new URLSearchParams(location.search).has("demo");
// A demo that was linked to may be gone with the server that made it.
if (demo) await fetch("/api/demo", { method: "POST", credentials: "same-origin" }).catch(() => undefined);
if (element) mount(element, new HttpTransport(demo));
