/** One line with what a test counted, for the scripts that make a table of it. */
export const REPORT = "MODEL_REPORT ";

export function report(name: string, counts: Record<string, number>): void {
  console.log(REPORT + JSON.stringify({ name, ...counts }));
}
