// The views of the dashboard, with the key that leads to each after g.
import type { Component } from "svelte";
import { t } from "../language";
import type { View } from "../place.svelte";
import Calls from "./Calls.svelte";
import Diagnostics from "./Diagnostics.svelte";
import Insights from "./Insights.svelte";
import Investigator from "./Investigator.svelte";
import Limits from "./Limits.svelte";
import Overview from "./Overview.svelte";
import Projects from "./Projects.svelte";
import Settings from "./Settings.svelte";
import Thread from "./Thread.svelte";
import Threads from "./Threads.svelte";

export interface Listed {
  /** Empty for a view that is of something within another one. */
  letter: string;
  view: View;
  label: string;
  component: Component;
}

const listed = (letter: string, view: View, label: string, component: Component): Listed => ({ letter, view, label, component });

export const SETTINGS = listed("s", "settings", t("Settings"), Settings);
export const LISTED: readonly Listed[] = [
  listed("o", "overview", t("Overview"), Overview),
  listed("i", "insights", t("Insights"), Insights),
  listed("c", "calls", t("Calls"), Calls),
  listed("t", "threads", t("Threads"), Threads),
  listed("l", "limits", t("Limits"), Limits),
  listed("p", "projects", t("Projects"), Projects),
  listed("d", "diagnostics", t("Diagnostics"), Diagnostics),
  listed("", "call", t("Call"), Investigator),
  listed("", "thread", t("Thread"), Thread),
];
