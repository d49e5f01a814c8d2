/** Where a floating menu goes. Pure. */

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  left: number;
  top: number;
}

/** Between the menu and its button. */
const GAP_PX = 4;
/** Between the menu and the edges of the window. */
const MARGIN_PX = 8;

/** The top left corner of a menu in the window: below its button or above it, where neither fits beside it; never on it. */
export function menuPosition(button: Box, menu: Size, window: Size): { left: number; top: number } {
  const right = button.left + button.width;
  const below = button.top + button.height + GAP_PX;
  const above = button.top - menu.height - GAP_PX;
  const fits = (start: number, length: number, space: number) =>
    start >= MARGIN_PX && start + length <= space - MARGIN_PX;
  const clamp = (start: number, length: number, space: number) =>
    Math.max(MARGIN_PX, Math.min(start, space - length - MARGIN_PX));

  const fitsBelow = fits(below, menu.height, window.height);
  if (fitsBelow || fits(above, menu.height, window.height)) {
    // Its edge is at the button's: the left one, or where there is no room for that the right one.
    const start = fits(button.left, menu.width, window.width) ? button.left : right - menu.width;
    return { left: clamp(start, menu.width, window.width), top: fitsBelow ? below : above };
  }
  const after = right + GAP_PX;
  const before = button.left - menu.width - GAP_PX;
  return {
    left: fits(after, menu.width, window.width) ? after : clamp(before, menu.width, window.width),
    top: clamp(button.top, menu.height, window.height),
  };
}
