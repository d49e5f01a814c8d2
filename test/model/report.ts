/** Prints the counts of a test on one line, from which `npm run chaos` makes a table. */
export const REPORT = "MODEL_REPORT ";

export function report(name: string, counts: Record<string, number>): void {
  console.log(REPORT + JSON.stringify({ name, ...counts }));
}
