/** The figures as Markdown tables. */
import type { Results, Spread } from "../results.ts";
import type { Column, Scenario } from "../scenarios/scenario.ts";
import type { ChatServer } from "../systems/chat-server.ts";

/** The table of a scenario: a row for each load and server. */
export function scenarioTable(scenario: Scenario, servers: readonly ChatServer[], results: Results): string {
  const { name, note, columns, ratio } = scenario;
  const headings = [
    "",
    "",
    ...columns.map(({ title }) => title),
    ...(ratio === undefined ? [] : ["× Socket.IO"]),
  ];
  const rows = results.loads(name).flatMap((load) =>
    servers.flatMap((server) => {
      if (results.of(name, load, server.name).length === 0) return [];
      const cells = columns.map((column) =>
        cell(results.figure(name, load, server.name, column.figure), column),
      );
      const of = (which: string) => ({ scenario: name, load, server: which, figure: ratio ?? "" });
      const times = ratio === undefined ? [] : [ratioText(results.ratio(of(server.name), of("socket.io")))];
      return [[load, server.title, ...cells, ...times]];
    }),
  );
  return [`### ${scenario.title}`, ...(note ? [note] : []), markdown(headings, rows)].join("\n\n");
}

export function markdown(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(headings),
    line(headings.map((_heading, i) => (i < 2 ? "---" : "---:"))),
    ...rows.map(line),
  ].join("\n");
}

/** A ratio with its spread over the rounds. */
export function ratioText(spread: Spread | undefined): string {
  if (!spread) return "";
  const { median, min, max } = spread;
  if (min === max) return short(median);
  return `${short(median)} (${short(min)} to ${short(max)})`;
}

function cell(spread: Spread | undefined, { unit }: Column): string {
  if (!spread) return "";
  return unit === "share" ? `${Math.round(spread.median * 100)} %` : short(spread.median);
}

/** Rounded to the digits that are significant. */
export function short(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 10_000) return Number(value.toPrecision(3)).toLocaleString("en");
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(Math.abs(value) >= 10 ? 3 : 2)));
}
