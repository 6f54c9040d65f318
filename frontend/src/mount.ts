import "./language";
import { mount as mountComponent } from "svelte";
import App from "./App.svelte";
import "./styles.css";
import type { Transport } from "./transport";
import { LISTED, SETTINGS } from "./views/listed";

/** Draws the dashboard into an element; all it shows it asks of the transport. */
export function mount(element: Element, transport: Transport): void {
  mountComponent(App, { target: element, props: { transport, views: transport.file ? LISTED : [...LISTED, SETTINGS] } });
}
