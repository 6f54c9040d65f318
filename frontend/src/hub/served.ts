// The page of a hub: who is not signed in is asked to, all others see what is theirs.
import "../language";
import { mount, unmount } from "svelte";
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
  if (me instanceof Error) {
    await signIn(target, me instanceof Refusal && me.status !== 401 ? me : null);
    return;
  }
  const app = mount(App, { target, props: { transport, views: listed((me as Me).is_admin) } });
  transport.left = () => {
    transport.left = () => undefined;
    void unmount(app).then(() => signIn(target, null));
  };
}

/** Asks who is there; they come back to where they were. */
async function signIn(target: HTMLElement, trouble: Refusal | null): Promise<void> {
  const door = await transport.ask<Door>("door", {}).catch(() => null);
  mount(SignIn, { target, props: { transport, join: door?.join ?? "code", trouble } });
}

await begin();
