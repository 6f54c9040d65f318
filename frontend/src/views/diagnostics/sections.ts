// The sections of diagnostics, and what those that come from logs show.
import type {
  ChangedPathRow, CommandRow, Commands, ExtensionRow, FileModifications, FileReads, FunctionRow, GitInteractions, GitRow, GitSum,
  LargeChangeRow, LargeReadRow, MissingRow, ReadPathRow, ReadProductivity, ReaderRow, RootRow, ToolOutput,
} from "../../answers";
import { written } from "../../clock";
import { UNKNOWN, exact, percent, share, short } from "../../figures";
import { t } from "../../language";
import { place } from "../../place.svelte";
import type { Bars, Column } from "./table";
import { effectOf } from "./words";

export const LIVE = [
  ["overview", t("Overview"), t("what the database holds")],
  ["facts", t("Facts"), t("labels that calls carry, with the tokens of their calls")],
  ["tools", t("Tools"), t("tools and MCP servers, with the tokens of the calls that used them")],
  ["compactions", t("Compactions"), t("calls that made the context shorter")],
  ["concentration", t("Concentration"), t("on how few threads, projects and days the tokens went")],
] as const;
export const FOUND = [
  ["tool-output", t("Tool output"), t("how much tools put out")],
  ["commands", t("Commands"), t("what was run in the shell")],
  ["git-interactions", t("Git"), t("what was done with git and GitHub")],
  ["file-reads", t("File reads"), t("which files were read, and read again")],
  ["file-modifications", t("File changes"), t("which files were changed")],
  ["read-productivity", t("Read productivity"), t("how many reads were followed by a change")],
] as const;

/** How the figures of a section are meant. */
export const NOTES: Readonly<Record<string, string>> = {
  "tool-output": t("Tokens are those that outputs tell, divided equally among the pipelines of a shell call."),
  commands: t("A call that failed, or repeats one that did, counts for its first command."),
  "git-interactions": t("Whether something was changed is told by options too: `git branch` reads, `git branch -d` does not."),
  "file-reads": t("A re-read repeats the same part of a path that nothing is known to have changed, within one context."),
  "file-modifications": t("Patches that were applied, and shell commands that name the file they write."),
  "read-productivity": t("A correlation within one log: a read before a change need not be its reason."),
};

export type Found = ToolOutput | Commands | GitInteractions | FileReads | FileModifications | ReadProductivity;
export type Figure = readonly [label: string, value: number | string | null, title?: string];

export interface Sheet {
  label: string;
  rows: (answer: Found) => readonly unknown[];
  columns: readonly Column<unknown>[];
  bars: Bars<unknown>;
}
interface Shown {
  figures: (answer: Found) => readonly Figure[];
  sheets: readonly Sheet[];
}

/** Returns how a section is shown; what it is made of is known where it is written down. */
function shown<A extends Found>(figures: (summary: NonNullable<A["summary"]>) => readonly Figure[], ...sheets: Sheet[]): Shown {
  return { figures: (answer) => (answer.summary ? figures(answer.summary as NonNullable<A["summary"]>) : []), sheets };
}

function sheet<A, Row>(label: string, rows: (answer: A) => readonly Row[], bars: Bars<Row>, ...columns: Column<Row>[]): Sheet {
  return { label, rows, bars, columns } as unknown as Sheet;
}

function word<Row>(label: string, text: (row: Row) => string, more: Partial<Column<Row>> = {}): Column<Row> {
  return { label, text, ...more };
}

function number<Row>(label: string, value: (row: Row) => number, wide = false): Column<Row> {
  return { label, text: (row) => short(value(row)), title: (row) => exact(value(row)), number: true, wide };
}

/** Links to the thread that something happened in. */
function thread<Row extends { thread_id: string; line: number }>(): Column<Row> {
  return {
    label: t("Thread"), text: (row) => row.thread_id.slice(-8), title: (row) => t("{thread}, line {number} of its log", { thread: row.thread_id, number: exact(row.line) }),
    href: (row) => place.href({ id: row.thread_id }, "thread"), wide: true,
  };
}

function when<Row extends { at: number | null }>(): Column<Row> {
  return { label: t("When"), text: (row, zone) => (row.at === null ? UNKNOWN : written(row.at, zone, "day")), number: true };
}

/** Tokens of outputs; unknown where none of several outputs tells them. */
function told<Row extends { counted_outputs: number; output_tokens: number }>(): Column<Row> {
  const known = (row: Row): number | null => (row.counted_outputs ? row.output_tokens : null);
  return { label: t("Tokens"), text: (row) => short(known(row)), title: (row) => (row.counted_outputs ? exact(row.output_tokens) : t("No output tells its tokens")), number: true };
}

const path = word<{ path: string }>(t("Path"), (row) => row.path, { title: (row) => t("{path}: the name and a keyed hash of the path", { path: row.path }) });
const MISSING: Readonly<Record<string, string>> = {
  no_wrapper: t("the tool tells no count"),
  no_count: t("this output tells no count"),
  still_running: t("the command was still running"),
};
const reads: Bars<{ read_events: number; re_reads: number }> = {
  whole: (row) => row.read_events, wholeLabel: t("reads"), part: (row) => row.re_reads, partLabel: t("read again, unchanged"),
};
const followed: Bars<{ read_events: number; modified_later: number }> = {
  whole: (row) => row.read_events, wholeLabel: t("reads"), part: (row) => row.modified_later, partLabel: t("followed by a change"),
};
const reading: Column<{ read_events: number; output_tokens: number }>[] = [
  number(t("Reads"), (row) => row.read_events), number(t("Tokens"), (row) => row.output_tokens),
];

export const SHOWN: Readonly<Record<string, Shown>> = {
  "tool-output": shown<ToolOutput>(
    (sum) => [
      [t("Calls of tools"), sum.function_calls],
      [t("Outputs"), sum.function_outputs],
      [t("Tell their tokens"), share(sum.outputs_with_token_count, sum.function_outputs), t("{outputs, plural, one {# output} other {# outputs}}", { outputs: sum.outputs_with_token_count })],
      [t("Tokens of these"), sum.output_tokens],
    ],
    sheet(t("Tools"), (answer: ToolOutput) => answer.functions, { whole: (row) => row.output_tokens, wholeLabel: t("tokens of outputs that tell them") },
      word<FunctionRow>(t("Tool"), (row) => row.function), told(), number(t("Calls"), (row) => row.calls),
      number(t("Outputs"), (row) => row.outputs, true), number(t("Counted"), (row) => row.counted_outputs, true)),
    sheet(t("Programs"), (answer: ToolOutput) => answer.command_roots, { whole: (row) => row.output_tokens, wholeLabel: t("tokens of outputs that tell them") },
      word<RootRow>(t("Program"), (row) => row.program), told(), number(t("Pipelines"), (row) => row.pipelines),
      number(t("Counted"), (row) => row.counted_outputs, true)),
    sheet(t("Outputs that tell no tokens"), (answer: ToolOutput) => answer.missing_reasons, { whole: (row) => row.outputs, wholeLabel: t("outputs") },
      word<MissingRow>(t("Why"), (row) => MISSING[row.reason] ?? row.reason.replaceAll("_", " ")), number(t("Outputs"), (row) => row.outputs)),
  ),
  commands: shown<Commands>(
    (sum) => [
      [t("Shell calls"), sum.shell_calls], [t("Commands"), sum.commands], [t("Failed calls"), sum.failed_calls], [t("Retries"), sum.retries],
      [t("Tokens of outputs"), sum.output_tokens], [t("Tokens of retries"), sum.retry_output_tokens],
    ],
    sheet(t("Commands"), (answer: Commands) => answer.commands,
      { whole: (row) => row.commands, wholeLabel: t("commands"), part: (row) => Math.min(row.failed, row.commands), partLabel: t("failed") },
      word<CommandRow>(t("Command"), (row) => row.verb || row.program), number(t("Times"), (row) => row.commands),
      number(t("Failed"), (row) => row.failed), number(t("Retries"), (row) => row.retries, true), told(),
      word(t("Effect"), (row) => effectOf(row.effect), { wide: true })),
  ),
  "git-interactions": shown<GitInteractions>(
    (sum) => [
      [t("Shell calls with git"), sum.git_shell_calls], ["git", sum.git_command_calls], ["gh", sum.github_cli_calls], [t("Read only"), sum.read_only],
      [t("Changed here"), sum.local_mutation], [t("Changed elsewhere"), sum.remote_mutation], [t("Unknown"), sum.unknown],
    ],
    sheet(t("Operations"), (answer: GitInteractions) => answer.interactions,
      { whole: (row) => row.interactions, wholeLabel: t("times"), part: (row) => Math.min(row.failed, row.interactions), partLabel: t("failed") },
      word<GitRow>(t("Operation"), (row) => `${row.program} ${row.operation}`), number(t("Times"), (row) => row.interactions),
      number(t("Failed"), (row) => row.failed), number(t("Tokens"), (row) => row.output_tokens), word(t("Effect"), (row) => effectOf(row.mutability), { wide: true })),
    sheet(t("Categories"), (answer: GitInteractions) => answer.categories, { whole: (row) => row.interactions, wholeLabel: t("times") },
      word<GitSum>(t("Category"), (row) => effectOf(row.name)), number(t("Times"), (row) => row.interactions), number(t("Failed"), (row) => row.failed),
      number(t("Tokens"), (row) => row.output_tokens)),
  ),
  "file-reads": shown<FileReads>(
    (sum) => [
      [t("Reads"), sum.read_events], [t("Paths"), sum.unique_paths_read], [t("Tokens"), sum.output_tokens, t("{reads, plural, one {# read tells no tokens} other {# reads tell no tokens}}", { reads: sum.uncounted_reads })],
      [t("Re-reads"), sum.re_reads], [t("Tokens of these"), sum.re_read_tokens],
    ],
    sheet<FileReads, ReaderRow>(t("Programs that read"), (answer) => answer.by_reader, reads, word(t("Program"), (row) => row.reader), number(t("Commands"), (row) => row.commands, true), ...reading,
      number(t("Again"), (row) => row.re_reads), number(t("Tokens again"), (row) => row.re_read_tokens, true)),
    sheet<FileReads, ReadPathRow>(t("Files most read"), (answer) => answer.top_paths, reads, path, ...reading, number(t("Again"), (row) => row.re_reads),
      number(t("Logs"), (row) => row.logs, true)),
    sheet<FileReads, LargeReadRow>(t("Largest reads"), (answer) => answer.largest_read_commands,
      { whole: (row) => row.output_tokens, wholeLabel: t("tokens") }, word(t("Program"), (row) => row.reader), number(t("Tokens"), (row) => row.output_tokens),
      number(t("Paths"), (row) => row.paths, true), thread(), when()),
  ),
  "file-modifications": shown<FileModifications>(
    (sum) => [
      [t("Changes"), sum.events], [t("Paths"), sum.unique_paths], [t("Patches"), sum.patches], [t("Failed patches"), sum.failed_patches],
      [t("By the shell"), sum.shell_writes], [t("Lines"), `+${short(sum.lines_added)} −${short(sum.lines_removed)}`],
    ],
    sheet<FileModifications, ChangedPathRow>(t("Files most changed"), (answer) => answer.top_paths, { whole: (row) => row.events, wholeLabel: t("changes") },
      path, number(t("Changes"), (row) => row.events), number(t("Lines +"), (row) => row.lines_added), number(t("Lines −"), (row) => row.lines_removed),
      number(t("Logs"), (row) => row.logs, true)),
    sheet<FileModifications, ExtensionRow>(t("Kinds of files"), (answer) => answer.by_extension, { whole: (row) => row.events, wholeLabel: t("changes") },
      word(t("Ending"), (row) => row.extension || t("none")), number(t("Changes"), (row) => row.events), number(t("Paths"), (row) => row.paths),
      number(t("Lines +"), (row) => row.lines_added, true), number(t("Lines −"), (row) => row.lines_removed, true)),
    sheet<FileModifications, LargeChangeRow>(t("Largest changes"), (answer) => answer.largest_events,
      { whole: (row) => row.lines_added + row.lines_removed, wholeLabel: t("lines") }, path, number(t("Lines +"), (row) => row.lines_added),
      number(t("Lines −"), (row) => row.lines_removed), thread(), when()),
  ),
  "read-productivity": shown<ReadProductivity>(
    (sum) => [
      [t("Reads"), sum.read_events],
      [t("Followed by a change"), sum.modified_later],
      [t("Share"), sum.modified_later_share === null ? null : percent(100 * Number(sum.modified_later_share))],
    ],
    sheet<ReadProductivity, ReaderRow>(t("Programs that read"), (answer) => answer.by_reader, followed, word(t("Program"), (row) => row.reader), ...reading,
      number(t("Followed"), (row) => row.modified_later),
      word(t("Share"), (row) => (row.modified_later_share === null ? UNKNOWN : percent(100 * Number(row.modified_later_share))), { number: true })),
    sheet<ReadProductivity, ReadPathRow>(t("Files read and then changed"), (answer) => answer.top_modified_paths, followed, path, ...reading,
      number(t("Followed"), (row) => row.modified_later), number(t("Logs"), (row) => row.logs, true)),
  ),
};
