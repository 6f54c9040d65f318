// The views of a hub.
import { t } from "../language";
import type { Listed } from "../views/listed";
import Account from "./Account.svelte";
import Admin from "./Admin.svelte";
import Leaderboard from "./Leaderboard.svelte";
import Team from "./Team.svelte";
import Usage from "./Usage.svelte";

const LISTED: readonly Listed[] = [
  { letter: "o", view: "overview", label: t("My usage"), component: Usage },
  { letter: "t", view: "team", label: t("Teams"), component: Team },
  { letter: "l", view: "leaderboard", label: t("Leaderboard"), component: Leaderboard },
  { letter: "a", view: "account", label: t("Account"), component: Account },
];
const ADMIN: Listed = { letter: "m", view: "admin", label: t("Admin"), component: Admin };

export function listed(isAdmin: boolean): readonly Listed[] {
  return isAdmin ? [...LISTED, ADMIN] : LISTED;
}
