// The page of a hub: who is not signed in is asked to, all others see what is theirs.
import "../language";
import { mount } from "svelte";
import App from "../App.svelte";
import "../styles.css";
import { Refusal } from "../transport";
import type { Door, Me } from "./answers";
import { listed } from "./listed";
import SignIn from "./SignIn.svelte";
import { HubTransport } from "./transport";

const target = document.getElementById("app");
const transport = new HubTransport();

async function begin(): Promise<void> {
  if (!target) return;
  const me = await transport.ask<Me>("hub", {}).catch((why: unknown) => why);
  if (!(me instanceof Error)) mount(App, { target, props: { transport, views: listed((me as Me).is_admin) } });
  else {
    const door = await transport.ask<Door>("door", {}).catch(() => null);
    const trouble = me instanceof Refusal && me.status !== 401 ? me : null;
    mount(SignIn, { target, props: { transport, join: door?.join ?? "code", trouble } });
  }
}

await begin();
