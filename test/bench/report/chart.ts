/** The chart of docs/performance.md: deliveries/s in a room of 100 by messages in flight, as an SVG for light and dark pages. */
import type { Results } from "../results.ts";
import { inFlight, WINDOWS } from "../scenarios/rooms.ts";
import { short } from "./tables.ts";

const WIDTH = 800;
const HEIGHT = 420;
const PLOT = { left: 70, right: 560, top: 56, bottom: 360 };
/** Labels at the lines' ends are at least so far apart. */
const LABEL_GAP = 20;

interface Line {
  server: string;
  label: string;
  /** Whether a message is on disk before it is broadcast: a solid line, else a dashed one. */
  stores: boolean;
}

const LINES: Line[] = [
  { server: "bun", label: "Bun’s publish", stores: false },
  { server: "object", label: "bare Durable Object", stores: false },
  { server: "object+sqlite", label: "the same + SQLite", stores: true },
  { server: "lilypad", label: "Lilypad", stores: true },
  { server: "ws", label: "bare ws", stores: false },
  { server: "socket.io", label: "Socket.IO", stores: false },
  { server: "socket.io+sqlite", label: "Socket.IO + SQLite", stores: true },
  { server: "flask", label: "Flask-SocketIO", stores: false },
];

/** Colours that remain distinguishable for the colour-blind, on white and on black. */
const STYLE = `
  text { font: 14px system-ui, sans-serif; fill: #57606a }
  .title { font-size: 16px; font-weight: 600; fill: #1f2328 }
  .grid { stroke: #d0d7de }
  .bun { --c: #8250df } .lilypad { --c: #1a7f37 } .ws { --c: #6e7781 }
  .socket-io { --c: #0969da } .socket-io-sqlite { --c: #bc4c00 } .flask { --c: #9a6700 }
  .object { --c: #bf3989 } .object-sqlite { --c: #0f7b8a }
  polyline { fill: none; stroke: var(--c); stroke-width: 2 }
  circle { fill: var(--c) }
  text.end { fill: var(--c) }
  polyline.lilypad { stroke-width: 4 } text.lilypad { font-weight: 600 }
  .unstored { stroke-dasharray: 5 4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 }
    .title { fill: #f0f6fc }
    .grid { stroke: #3d444d }
    .bun { --c: #ab7df8 } .lilypad { --c: #3fb950 } .ws { --c: #9198a1 }
    .socket-io { --c: #4493f8 } .socket-io-sqlite { --c: #f0883e } .flask { --c: #d29922 }
    .object { --c: #db61a2 } .object-sqlite { --c: #39c5cf }
  }
`;

/** Draws the figures of a room of 100; a server that was not measured has no line. Throws where there is none. */
export function chart(results: Results): string {
  const lines = LINES.flatMap((line) => {
    const values = WINDOWS.map(
      (window) => results.figure("room-100", inFlight(window), line.server, "deliveriesPerS")?.median ?? NaN,
    );
    return values.every((value) => value > 0) ? [{ ...line, values }] : [];
  });
  if (lines.length === 0) throw new Error("a chart needs figures of room-100");
  const all = lines.flatMap(({ values }) => values);
  // A logarithmic scale of whole decades: the servers differ by orders of magnitude.
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.ceil(Math.log10(Math.max(...all)));
  const x = (i: number) => PLOT.left + (i / (WINDOWS.length - 1)) * (PLOT.right - PLOT.left);
  const y = (value: number) =>
    PLOT.bottom - ((Math.log10(value) - low) / (high - low)) * (PLOT.bottom - PLOT.top);
  const ends = spacedOut(lines.map(({ values }) => y(values.at(-1) ?? NaN)));
  const parts = [
    text(PLOT.left, 26, "Deliveries per second in a room of 100, by messages in flight", "title"),
    ...Array.from({ length: high - low + 1 }, (_decade, i) => decade(10 ** (low + i), y)),
    ...WINDOWS.map((window, i) => text(x(i), PLOT.bottom + 24, String(window), "", "middle")),
    text(PLOT.left, HEIGHT - 10, "Solid: on disk before it is broadcast. Dashed: not stored. Logarithmic."),
    ...lines.map(({ server, label, stores, values }, i) => {
      const name = server.replaceAll(/[.+]/g, "-");
      const points = values.map((value, k) => `${round(x(k))},${round(y(value))}`);
      return [
        `<polyline class="${name}${stores ? "" : " unstored"}" points="${points.join(" ")}"/>`,
        ...values.map(
          (value, k) => `<circle class="${name}" cx="${round(x(k))}" cy="${round(y(value))}" r="4"/>`,
        ),
        text(PLOT.right + 14, (ends[i] ?? 0) + 5, `${label} ${short(values.at(-1) ?? NaN)}`, `end ${name}`),
      ].join("\n");
    }),
  ];
  const summary = lines.map(({ label, values }) => `${label} ${values.map(short).join(", ")}`).join("; ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">
<title>Deliveries per second in a room of 100, at ${WINDOWS.join(", ")} messages in flight: ${summary}</title>
<style>${STYLE}</style>
${parts.join("\n")}
</svg>
`;
}

function decade(value: number, y: (value: number) => number): string {
  const at = round(y(value));
  return [
    `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${at}" y2="${at}"/>`,
    text(PLOT.left - 10, at + 5, value.toLocaleString("en", { notation: "compact" }), "", "end"),
  ].join("\n");
}

function text(x: number, y: number, content: string, className = "", anchor = "start"): string {
  return `<text x="${round(x)}" y="${round(y)}" class="${className}" text-anchor="${anchor}">${content}</text>`;
}

/** Moves heights apart so that no two labels overlap. */
function spacedOut(wanted: readonly number[]): number[] {
  const placed = [...wanted];
  const task = [...wanted.keys()].toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  let last = -Infinity;
  for (const i of task) {
    last = Math.max(placed[i] ?? 0, last + LABEL_GAP);
    placed[i] = last;
  }
  return placed;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
