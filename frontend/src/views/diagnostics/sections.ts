// The sections of diagnostics, and what those that come from logs show.
import type {
  ChangedPathRow, CommandRow, Commands, ExtensionRow, FileModifications, FileReads, FunctionRow, GitInteractions, GitRow, GitSum,
  LargeChangeRow, LargeReadRow, MissingRow, ReadPathRow, ReadProductivity, ReaderRow, RootRow, ToolOutput,
} from "../../answers";
import { written } from "../../clock";
import { UNKNOWN, exact, percent, share, short } from "../../figures";
import { place } from "../../place.svelte";
import type { Bars, Column } from "./table";

export const LIVE = [
  ["overview", "Overview", "what the database holds"],
  ["facts", "Facts", "labels that calls carry, with the tokens of their calls"],
  ["tools", "Tools", "tools and MCP servers, with the tokens of the calls that used them"],
  ["compactions", "Compactions", "calls that made the context shorter"],
  ["concentration", "Concentration", "on how few threads, projects and days the tokens went"],
] as const;
export const FOUND = [
  ["tool-output", "Tool output", "how much tools put out"],
  ["commands", "Commands", "what was run in the shell"],
  ["git-interactions", "Git", "what was done with git and GitHub"],
  ["file-reads", "File reads", "which files were read, and read again"],
  ["file-modifications", "File changes", "which files were changed"],
  ["read-productivity", "Read productivity", "how many reads were followed by a change"],
] as const;

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
    label: "Thread", text: (row) => row.thread_id.slice(-8), title: (row) => `${row.thread_id}, line ${String(row.line)} of its log`,
    href: (row) => place.href({ id: row.thread_id }, "thread"), wide: true,
  };
}

function when<Row extends { at: number | null }>(): Column<Row> {
  return { label: "When", text: (row, zone) => (row.at === null ? UNKNOWN : written(row.at, zone, "day")), number: true };
}

/** Tokens of outputs; unknown where none of several outputs tells them. */
function told<Row extends { counted_outputs: number; output_tokens: number }>(): Column<Row> {
  const known = (row: Row): number | null => (row.counted_outputs ? row.output_tokens : null);
  return { label: "Tokens", text: (row) => short(known(row)), title: (row) => (row.counted_outputs ? exact(row.output_tokens) : "No output tells its tokens"), number: true };
}

const path = word<{ path: string }>("Path", (row) => row.path, { title: (row) => `${row.path}: the name and a keyed hash of the path` });
const plain = (text: string): string => text.replaceAll("_", " ");
const MISSING: Readonly<Record<string, string>> = {
  no_wrapper: "the tool tells no count",
  no_count: "this output tells no count",
  still_running: "the command was still running",
};
const reads: Bars<{ read_events: number; re_reads: number }> = {
  whole: (row) => row.read_events, wholeLabel: "reads", part: (row) => row.re_reads, partLabel: "read again, unchanged",
};
const followed: Bars<{ read_events: number; modified_later: number }> = {
  whole: (row) => row.read_events, wholeLabel: "reads", part: (row) => row.modified_later, partLabel: "followed by a change",
};
const reading: Column<{ read_events: number; output_tokens: number }>[] = [
  number("Reads", (row) => row.read_events), number("Tokens", (row) => row.output_tokens),
];

export const SHOWN: Readonly<Record<string, Shown>> = {
  "tool-output": shown<ToolOutput>(
    (sum) => [
      ["Calls of tools", sum.function_calls],
      ["Outputs", sum.function_outputs],
      ["Tell their tokens", share(sum.outputs_with_token_count, sum.function_outputs), `${exact(sum.outputs_with_token_count)} outputs`],
      ["Tokens of these", sum.output_tokens],
    ],
    sheet("Tools", (answer: ToolOutput) => answer.functions, { whole: (row) => row.output_tokens, wholeLabel: "tokens of outputs that tell them" },
      word<FunctionRow>("Tool", (row) => row.function), told(), number("Calls", (row) => row.calls),
      number("Outputs", (row) => row.outputs, true), number("Counted", (row) => row.counted_outputs, true)),
    sheet("Programs", (answer: ToolOutput) => answer.command_roots, { whole: (row) => row.output_tokens, wholeLabel: "tokens of outputs that tell them" },
      word<RootRow>("Program", (row) => row.program), told(), number("Pipelines", (row) => row.pipelines),
      number("Counted", (row) => row.counted_outputs, true)),
    sheet("Outputs that tell no tokens", (answer: ToolOutput) => answer.missing_reasons, { whole: (row) => row.outputs, wholeLabel: "outputs" },
      word<MissingRow>("Why", (row) => MISSING[row.reason] ?? plain(row.reason)), number("Outputs", (row) => row.outputs)),
  ),
  commands: shown<Commands>(
    (sum) => [
      ["Shell calls", sum.shell_calls], ["Commands", sum.commands], ["Failed calls", sum.failed_calls], ["Retries", sum.retries],
      ["Tokens of outputs", sum.output_tokens], ["Tokens of retries", sum.retry_output_tokens],
    ],
    sheet("Commands", (answer: Commands) => answer.commands,
      { whole: (row) => row.commands, wholeLabel: "commands", part: (row) => Math.min(row.failed, row.commands), partLabel: "failed" },
      word<CommandRow>("Command", (row) => row.verb || row.program), number("Run", (row) => row.commands),
      number("Failed", (row) => row.failed), number("Retries", (row) => row.retries, true), told(),
      word("Effect", (row) => plain(row.effect), { wide: true })),
  ),
  "git-interactions": shown<GitInteractions>(
    (sum) => [
      ["Shell calls with git", sum.git_shell_calls], ["git", sum.git_command_calls], ["gh", sum.github_cli_calls], ["Read only", sum.read_only],
      ["Changed here", sum.local_mutation], ["Changed elsewhere", sum.remote_mutation], ["Unknown", sum.unknown],
    ],
    sheet("Operations", (answer: GitInteractions) => answer.interactions,
      { whole: (row) => row.interactions, wholeLabel: "times", part: (row) => Math.min(row.failed, row.interactions), partLabel: "failed" },
      word<GitRow>("Operation", (row) => `${row.program} ${row.operation}`), number("Times", (row) => row.interactions),
      number("Failed", (row) => row.failed), number("Tokens", (row) => row.output_tokens), word("Changes", (row) => plain(row.mutability), { wide: true })),
    sheet("Categories", (answer: GitInteractions) => answer.categories, { whole: (row) => row.interactions, wholeLabel: "times" },
      word<GitSum>("Category", (row) => plain(row.name)), number("Times", (row) => row.interactions), number("Failed", (row) => row.failed),
      number("Tokens", (row) => row.output_tokens)),
  ),
  "file-reads": shown<FileReads>(
    (sum) => [
      ["Reads", sum.read_events], ["Paths", sum.unique_paths_read], ["Tokens", sum.output_tokens, `${exact(sum.uncounted_reads)} reads tell no tokens`],
      ["Read again", sum.re_reads], ["Tokens of these", sum.re_read_tokens],
    ],
    sheet<FileReads, ReaderRow>("Programs that read", (answer) => answer.by_reader, reads, word("Program", (row) => row.reader), number("Commands", (row) => row.commands, true), ...reading,
      number("Again", (row) => row.re_reads), number("Tokens again", (row) => row.re_read_tokens, true)),
    sheet<FileReads, ReadPathRow>("Files most read", (answer) => answer.top_paths, reads, path, ...reading, number("Again", (row) => row.re_reads),
      number("Logs", (row) => row.logs, true)),
    sheet<FileReads, LargeReadRow>("Largest reads", (answer) => answer.largest_read_commands,
      { whole: (row) => row.output_tokens, wholeLabel: "tokens" }, word("Program", (row) => row.reader), number("Tokens", (row) => row.output_tokens),
      number("Paths", (row) => row.paths, true), thread(), when()),
  ),
  "file-modifications": shown<FileModifications>(
    (sum) => [
      ["Changes", sum.events], ["Paths", sum.unique_paths], ["Patches", sum.patches], ["Failed patches", sum.failed_patches],
      ["By the shell", sum.shell_writes], ["Lines", `+${short(sum.lines_added)} −${short(sum.lines_removed)}`],
    ],
    sheet<FileModifications, ChangedPathRow>("Files most changed", (answer) => answer.top_paths, { whole: (row) => row.events, wholeLabel: "changes" },
      path, number("Changes", (row) => row.events), number("Lines +", (row) => row.lines_added), number("Lines −", (row) => row.lines_removed),
      number("Logs", (row) => row.logs, true)),
    sheet<FileModifications, ExtensionRow>("Kinds of files", (answer) => answer.by_extension, { whole: (row) => row.events, wholeLabel: "changes" },
      word("Ending", (row) => row.extension || "none"), number("Changes", (row) => row.events), number("Paths", (row) => row.paths),
      number("Lines +", (row) => row.lines_added, true), number("Lines −", (row) => row.lines_removed, true)),
    sheet<FileModifications, LargeChangeRow>("Largest changes", (answer) => answer.largest_events,
      { whole: (row) => row.lines_added + row.lines_removed, wholeLabel: "lines" }, path, number("Lines +", (row) => row.lines_added),
      number("Lines −", (row) => row.lines_removed), thread(), when()),
  ),
  "read-productivity": shown<ReadProductivity>(
    (sum) => [
      ["Reads", sum.read_events],
      ["Followed by a change", sum.modified_later],
      ["Share", sum.modified_later_share === null ? null : percent(100 * Number(sum.modified_later_share))],
    ],
    sheet<ReadProductivity, ReaderRow>("Programs that read", (answer) => answer.by_reader, followed, word("Program", (row) => row.reader), ...reading,
      number("Followed", (row) => row.modified_later),
      word("Share", (row) => (row.modified_later_share === null ? UNKNOWN : percent(100 * Number(row.modified_later_share))), { number: true })),
    sheet<ReadProductivity, ReadPathRow>("Files read and then changed", (answer) => answer.top_modified_paths, followed, path, ...reading,
      number("Followed", (row) => row.modified_later), number("Logs", (row) => row.logs, true)),
  ),
};
