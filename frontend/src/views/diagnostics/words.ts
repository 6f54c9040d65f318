// What diagnostics call their kinds.
import { t } from "../../language";

const TYPES: Readonly<Record<string, string>> = {
  tool: t("tool"),
  mcp_server: t("mcp server"),
  mcp_tool: t("mcp tool"),
  command: t("command"),
  subcommand: t("subcommand"),
  patch: t("patch"),
  exit: t("exit"),
  outcome: t("outcome"),
  compaction: t("compaction"),
};

/** Names a type of facts. */
export function typeOf(name: string): string {
  return TYPES[name] ?? plain(name);
}

const EFFECTS: Readonly<Record<string, string>> = {
  read: t("read"),
  write: t("write"),
  test: t("test"),
  build: t("build"),
  network: t("network"),
  other: t("other"),
  read_only: t("read only"),
  local_mutation: t("local mutation"),
  remote_mutation: t("remote mutation"),
  remote_ref: t("remote ref"),
  pull_request: t("pull request"),
  issue: t("issue"),
  release: t("release"),
  repository: t("repository"),
  workflow: t("workflow"),
  auth_config: t("auth config"),
  unknown: t("unknown"),
};

/** Names what a command does, and the category of an operation. */
export function effectOf(name: string): string {
  return EFFECTS[name] ?? plain(name);
}

function plain(name: string): string {
  return name.replaceAll("_", " ");
}
