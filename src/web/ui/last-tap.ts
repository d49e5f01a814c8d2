/**
 * Where the user tapped or clicked last. What removes something must not appear there: a second tap at the same spot
 * would press it before its user has read it.
 */

/** The reach of a fingertip around the middle of its tap. */
const REACH_PX = 24;

let lastTap: { x: number; y: number } | undefined;
addEventListener("pointerdown", ({ clientX: x, clientY: y }) => (lastTap = { x, y }), { capture: true });

/** Whether a further tap at the spot of the last one would reach the element. */
export function isUnderLastTap(element: Element): boolean {
  if (!lastTap) return false;
  const { left, top, right, bottom } = element.getBoundingClientRect();
  const { x, y } = lastTap;
  return x > left - REACH_PX && x < right + REACH_PX && y > top - REACH_PX && y < bottom + REACH_PX;
}
