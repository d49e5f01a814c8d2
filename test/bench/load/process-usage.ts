/** CPU time and memory of processes, from Linux's /proc (proc(5)); NaN on other systems. */
import { readFileSync } from "node:fs";

/** The unit of process times in /proc, which is the same on every Linux that Node runs on. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

/** The CPU time of all its threads so far, in milliseconds. */
export function cpuMs(pid: number): number {
  // The name is in parentheses and may contain anything; after it come state (field 3) and so on; 14 and 15 are the times.
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11] ?? NaN) + Number(fields[12] ?? NaN)) * TICK_MS;
}

/** The CPU time of all processes of the machine so far, in milliseconds. */
export function machineCpuMs(): number {
  // user, nice, system, idle, iowait, irq, softirq, steal; the guest fields are part of user.
  const fields = read("/proc/stat").split("\n", 1)[0]?.split(/ +/).slice(1, 9).map(Number) ?? [];
  const [user = NaN, nice = NaN, system = NaN, , , irq = NaN, softirq = NaN] = fields;
  return (user + nice + system + irq + softirq) * TICK_MS;
}

/** Its resident memory, in bytes. */
export function residentBytes(pid: number): number {
  return Number(read(`/proc/${pid}/statm`).split(" ")[1] ?? NaN) * PAGE_BYTES;
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
